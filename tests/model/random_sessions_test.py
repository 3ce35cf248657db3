"""Random commands of several sessions, each step compared with a plain model of the mailboxes.

Commands go one after the other (but for the races), so the model knows the truth; what a session knows of it comes from
its untagged responses alone. After each step the client that took it comes back by QRESYNC with what it knew until
then, and others come back to each mailbox that has changed from earlier moments: some of those that are kept, or with
--all-moments from everything that any client ever knew of it. They must end up equal to a full fetch. Some ask by
NOTIFY for more or less than that.
Every few thousand steps another account begins with other sessions. A failure prints the seed and the last commands.
At the end it prints how often each kind of step was taken; a kind that never was is a failure.
"""

import collections
import os
import time

from tests.model.spoiled_answers import spoil_by
from tests.model.world import World
from tests.run.program import main, option
from tests.run.server import Server
from tests.run.wire import Closed, Connection, Late, Refused

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
                "UID FETCH VANISHED by a live session", "came back from what a step had reported",
                "came back from moments of before", "a session of kind qresync"],
    "UIDONLY": ["a session of kind uidonly"],
    "NOTIFY": ["NOTIFY NONE", "NOTIFY SET of selected", "NOTIFY SET of selected-delayed", "NOTIFY SET of others only",
               "NOTIFY of names", "NOTIFY of subscriptions", "NOTIFY of another mailbox", "SUBSCRIBE", "UNSUBSCRIBE",
               "UID FETCH VANISHED under NOTIFY NONE", "NOTIFY fetched new messages"],
    "REPLACE": ["REPLACE", "REPLACE of an expunged message"],
}


def play(server, steps, seed, all_moments, counts):
    """AssertionError, after the last commands, at the first step that goes wrong."""
    world = None
    for number in range(steps):
        try:
            if number % WORLD == 0:
                if world:
                    world.finish()
                world = World(server, seed * 1000 + number // WORLD, counts, all_moments)
            world.step()
        except (AssertionError, Refused, Closed, Late) as wrong:
            print(*world.log if world else [], sep="\n")
            raise AssertionError(f"step {number}: {type(wrong).__name__}: {wrong}") from None
    world.finish()


def never_taken(counts, capabilities):
    return [kind for capability, kinds in KINDS.items() if capability in capabilities
            for kind in kinds if not counts[kind]]


def server_views_and_model_stay_equal(server, steps, seed, all_moments, spoil, config):
    if steps is None:
        steps = (1000 if all_moments else 25000) * (10 if os.environ.get("POSTBAG_LONG") else 1)
    if spoil:
        Connection.spoil = staticmethod(spoil_by(spoil))
    server.restart(config)
    counts, began = collections.Counter(), time.monotonic()
    try:
        play(server, steps, seed, all_moments, counts)
    finally:
        print("".join(f"{count:8}  {kind}\n" for kind, count in sorted(counts.items())), end="")
    capabilities = server.logged_in(server.add_user()).command("CAPABILITY")[0][0].decode().split()
    missing = never_taken(counts, capabilities) if steps >= ALL_KINDS else []
    assert not missing, f"never taken: {missing}"
    return f"{steps} steps of seed {seed} in {time.monotonic() - began:.0f} s"


def server_in_memory(postbag, wirecheck):
    """Its files are below /dev/shm, where that exists."""
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return Server(postbag, wirecheck, below=shm, deadline=60)


if __name__ == "__main__":
    main(server_views_and_model_stay_equal, world=server_in_memory, options=[
        option("--config", default="[history]\nranges = 4\n", help="the server's configuration"),
        option("--steps", type=int),
        option("--all-moments", action="store_true", help="slow: see above"),
        option("--seed", type=int, default=1),
        option("--spoil", metavar="KIND", help="what spoiled_answers.py does to the server's answers"),
    ])
