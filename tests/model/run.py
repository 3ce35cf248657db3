#!/usr/bin/env python3
"""Random commands of several sessions, each step compared with a plain model of the mailboxes.

    run.py --postbag build/postbag [--wirecheck PATH] [--steps N] [--seed N] [--all-moments]

Commands go one after the other (but for the races), so the model knows the truth; what a session knows of it comes from
its untagged responses alone. After each step the client that took it comes back by QRESYNC with what it was told until
then, and others come back to each mailbox that has changed from moments of before: some of those that are kept, or with
--all-moments from everything that any client was ever told of it. They must end up equal to a full fetch. Some ask by
NOTIFY for more or less than that.
Every few thousand steps another account begins with other sessions. A failure prints the seed and the last commands.
At the end stands how often each kind of step was taken; a kind that never was is a failure.
"""

import argparse
import collections
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "run"))

from server import Server  # noqa: E402
from spoil import spoil_by  # noqa: E402
from wire import Closed, Connection, Late, Refused  # noqa: E402
from world import World  # noqa: E402

WORLD = 2000       # steps with one account
ALL_KINDS = 10000  # from so many steps on each kind of step must have been taken

# What must have been exercised, by the capability that it takes.
KINDS = {
    "IMAP4rev1": [
        "APPEND", "STORE", "COPY UID", "COPY by number", "COPY to itself UID", "COPY to itself by number", "MOVE UID",
        "MOVE by number", "MOVE to itself UID", "MOVE to itself by number", "EXPUNGE", "UID EXPUNGE", "CREATE", "DELETE",
        "RENAME", "RENAME INBOX", "RENAME of a mailbox", "SELECT", "EXAMINE", "SELECT of nothing", "UNSELECT", "CLOSE",
        "IDLE", "FETCH", "STATUS", "a view compared", "a view compared with contents", "two sessions move the same",
        "deleted and made again", "a message seen again with its EMAILID and date", "a session of kind rev1",
        "refused: the mailbox was deleted", "refused: read-only", "refused: no such target",
    ],
    "IMAP4rev2": ["a session of kind rev2"],
    "MULTIAPPEND": ["MULTIAPPEND", "MULTIAPPEND cancelled at the last message"],
    "CONDSTORE": ["STORE UNCHANGEDSINCE", "STORE UNCHANGEDSINCE 0", "STORE with MODIFIED", "FETCH CHANGEDSINCE",
                  "SEARCH MODSEQ", "two sessions store on the same condition", "a session of kind condstore"],
    "QRESYNC": ["resynchronised by SELECT", "resynchronised by UID FETCH", "resynchronised with an old UIDVALIDITY",
                "QRESYNC with known UIDs", "QRESYNC with match data", "an answer beyond the history",
                "an answer out of the history", "a live client came back by QRESYNC",
                "UID FETCH VANISHED by a live session", "came back from what a step had told",
                "came back from moments of before", "a session of kind qresync"],
    "UIDONLY": ["a session of kind uidonly"],
    "NOTIFY": ["NOTIFY NONE", "NOTIFY SET of selected", "NOTIFY SET of selected-delayed", "NOTIFY SET of others only",
               "NOTIFY of names", "NOTIFY of subscriptions", "NOTIFY of another mailbox", "SUBSCRIBE", "UNSUBSCRIBE",
               "UID FETCH VANISHED under NOTIFY NONE", "NOTIFY fetched new messages"],
    "REPLACE": ["REPLACE", "REPLACE of an expunged message"],
}


def play(options, server, counts):
    """None, or what went wrong."""
    world = None
    for number in range(options.steps):
        try:
            if number % WORLD == 0:
                if world:
                    world.finish()
                world = World(server, options.seed * 1000 + number // WORLD, counts, options.all_moments)
            world.step()
        except (AssertionError, Refused, Closed, Late) as wrong:
            print(*world.log if world else [], sep="\n")
            return f"step {number} of seed {options.seed}: {type(wrong).__name__}: {wrong}"
    world.finish()
    return None


def never_taken(counts, capabilities):
    return [kind for capability, kinds in KINDS.items() if capability in capabilities
            for kind in kinds if not counts[kind]]


def main():
    options = arguments()
    if options.spoil:
        Connection.spoil = staticmethod(spoil_by(options.spoil))
    counts, began = collections.Counter(), time.monotonic()
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="postbag-model-", dir=shm) as home:
        with Server(options.postbag, options.wirecheck, options.config, home=home, deadline=60) as server:
            wrong = play(options, server, counts)
            capabilities = server.logged_in(server.add_user()).command("CAPABILITY")[0][0].decode().split()
    for kind, count in sorted(counts.items()):
        print(f"{count:8}  {kind}")
    if wrong:
        print(wrong)
        return 1
    missing = never_taken(counts, capabilities) if options.steps >= ALL_KINDS else []
    print(f"{options.steps} steps of seed {options.seed} in {time.monotonic() - began:.0f} s: "
          + (f"never taken: {missing}" if missing else "server, views and model are equal"))
    return 1 if missing else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postbag", required=True)
    parser.add_argument("--wirecheck")
    parser.add_argument("--config", default="[history]\nranges = 4\n", help="the server's configuration")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--all-moments", action="store_true", help="slow: see above")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spoil", help="what spoil.py does to the server's answers")
    options = parser.parse_args()
    if options.steps is None:
        options.steps = (1000 if options.all_moments else 25000) * (10 if os.environ.get("POSTBAG_LONG") else 1)
    return options


if __name__ == "__main__":
    sys.exit(main())
