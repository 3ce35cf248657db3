#!/usr/bin/env python3
"""Sessions change a mailbox at random; each one's view stays equal to a simple model and to a full FETCH.

    two_sessions_model.py --postbag build/postbag [--wirecheck PATH] [--steps N] [--seed N]

Commands go one after the other, so the model knows the truth; what a session knows of it comes from its untagged
responses alone. One session speaks IMAP4rev1, one IMAP4rev2. A failure prints the seed and the last commands.
"""

import argparse
import os
import random
import re
import sys

from server import Server
from view import View

FLAGS = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$Work", "Later"]
COPYUID = re.compile(rb"\[COPYUID \d+ (\S+) (\S+)\]")
APPENDUID = re.compile(rb"\[APPENDUID \d+ (\d+)\]")


class Model:
    """The truth of one mailbox: uid -> (message id, flags), in order of UID."""

    def __init__(self):
        self.messages = {}

    def add(self, uid, message_id, flags):
        assert not self.messages or uid > max(self.messages), f"UID {uid} is not above all others"
        self.messages[uid] = (message_id, frozenset(flags))

    def store(self, uids, how, flags):
        for uid in self.present(uids):
            message_id, old = self.messages[uid]
            self.messages[uid] = (message_id, changed(old, how, flags))

    def present(self, uids):
        return [uid for uid in sorted(uids) if uid in self.messages]

    def remove(self, uids):
        for uid in self.present(uids):
            del self.messages[uid]


def changed(old, how, flags):
    return {"+": old | flags, "-": old - flags, "": frozenset(flags)}[how]


def expanded(uid_set):
    """The numbers of a set in the order it names them."""
    numbers = []
    for part in uid_set.decode().split(","):
        first, _, last = part.partition(":")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


class Session:
    """One client of the mailbox. Every command keeps the model true and the view told."""

    def __init__(self, world, name, enable):
        self.world, self.name, self.view = world, name, View()
        self.connection = world.server.logged_in(world.user, name, deadline=60)
        if enable:
            self.connection.command(f"ENABLE {enable}")
        self.view.hear(self.connection.command("SELECT INBOX")[0])
        self.learn()

    def run(self, text, literals=(), by_number=False):
        """(tagged text, untagged lines), the view having heard them."""
        self.world.log.append(f"{self.name}: {text}")
        lines, tagged = self.connection.any_command(text, literals)
        self.world.log.append(f"    -> {tagged.decode(errors='replace')} {lines}")
        self.view.hear(lines, expunge_allowed=not by_number)
        return tagged, lines

    def learn(self):
        """Asks for what was announced and not told."""
        unknown = self.view.unknown()
        if unknown:
            self.run(f"FETCH {','.join(map(str, unknown))} (UID FLAGS)", by_number=True)

    def pick(self):
        """Some numbers of the view, and their UIDs; those expunged elsewhere may stay unknown, and are left out."""
        self.learn()
        known = [n for n, entry in enumerate(self.view.entries, 1) if entry.uid is not None and entry.flags is not None]
        numbers = sorted(self.world.random.sample(known, min(len(known), self.world.random.choice([1, 1, 2, 5]))))
        return numbers, [self.view.known(n).uid for n in numbers]

    def noop(self):
        tagged, _ = self.run(self.world.random.choice(["NOOP", "CHECK", "UID SEARCH ALL"]))
        assert tagged.startswith(b"OK"), tagged
        self.compare()

    def idle(self):
        self.connection.send(b"i IDLE\r\n")
        lines = []
        while not (line := self.connection.response()).startswith(b"+"):
            lines.append(line)
        self.connection.send(b"DONE\r\n")
        while not (line := self.connection.response()).startswith(b"i "):
            lines.append(line)
        self.view.hear(lines)
        self.compare()

    def compare(self):
        """At a point of synchronisation the view is the truth, as far as it was told."""
        messages = self.world.model.messages
        assert len(self.view) == len(messages), f"{self.name} sees {len(self.view)} of {len(messages)}"
        for (uid, (_, flags)), entry in zip(messages.items(), self.view.entries):
            assert entry.uid in (None, uid), f"{self.name} has UID {entry.uid} for {uid}"
            assert entry.flags in (None, flags), f"{self.name}, UID {uid}: {set(entry.flags)}, not {set(flags)}"

    def full_fetch(self):
        self.noop()
        if len(self.view):
            self.run("FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])", by_number=True)
        self.compare()
        for (uid, (message_id, _)), entry in zip(self.world.model.messages.items(), self.view.entries):
            assert (entry.uid, entry.message_id) == (uid, message_id), f"{entry.uid} {entry.message_id} for {uid}"

    def fetch(self):
        numbers, uids = self.pick()
        if numbers and self.world.random.random() < 0.5:
            self.run(f"FETCH {joined(numbers)} (UID FLAGS)", by_number=True)
        elif uids:
            self.run(f"UID FETCH {joined(uids)} (FLAGS)")

    def store(self):
        numbers, uids = self.pick()
        if not numbers:
            return
        how = self.world.random.choice(["+", "+", "-", ""])
        flags = frozenset(self.world.random.sample(FLAGS, self.world.random.randint(0 if how == "" else 1, 3)))
        silent = self.world.random.choice(["", ".SILENT"])
        by_uid = self.world.random.random() < 0.5
        what = f"{how}FLAGS{silent} ({' '.join(sorted(flags))})"
        before = {uid: self.view.known(n).flags for n, uid in zip(numbers, uids)}
        tagged, _ = self.run(f"UID STORE {joined(uids)} {what}" if by_uid else f"STORE {joined(numbers)} {what}",
                             by_number=not by_uid)
        if tagged.startswith(b"OK"):
            self.world.model.store(uids, how, flags)
            if silent:
                self.assume(uids, before, how, flags)

    def assume(self, uids, before, how, flags):
        """After .SILENT a client takes its own change as made, unless it was told otherwise."""
        for entry in self.view.entries:
            if entry.uid in uids and entry not in self.view.told:
                entry.flags = changed(before[entry.uid], how, flags)

    def append(self):
        flags = frozenset(self.world.random.sample(FLAGS, self.world.random.randint(0, 2)))
        message_id = self.world.fresh_id()
        message = b"Message-Id: <" + message_id + b">\r\nSubject: x\r\n\r\n" + b"x" * self.world.random.randint(0, 3000)
        tagged, _ = self.run(f"APPEND INBOX ({' '.join(sorted(flags))}) {{{len(message)}}}", [message])
        assert tagged.startswith(b"OK"), tagged
        self.world.model.add(int(APPENDUID.search(tagged).group(1)), message_id, flags)

    def copy(self):
        numbers, uids = self.pick()
        if not numbers:
            return
        by_uid = self.world.random.random() < 0.5
        target = self.world.random.choice(["INBOX", "INBOX", "Archive"])
        tagged, _ = self.run(f"UID COPY {joined(uids)} {target}" if by_uid else f"COPY {joined(numbers)} {target}")
        self.took(tagged, uids, target)

    def took(self, tagged, uids, target):
        """Checks COPYUID against the truth and adds what came into being."""
        pairs = COPYUID.search(tagged)
        if not tagged.startswith(b"OK") or not pairs:
            assert not tagged.startswith(b"OK") or not self.world.model.present(uids), f"no COPYUID in {tagged}"
            return
        sources, new = expanded(pairs.group(1)), expanded(pairs.group(2))
        assert sources == self.world.model.present(uids), f"COPYUID of {sources}, asked for {uids}"
        assert len(new) == len(sources), tagged
        if target == "INBOX":
            for source, uid in zip(sources, new):
                self.world.model.add(uid, *self.world.model.messages[source])

    def move(self):
        numbers, uids = self.pick()
        if not numbers:
            return
        by_uid = self.world.random.random() < 0.5
        tagged, lines = self.run(f"UID MOVE {joined(uids)} Archive" if by_uid else f"MOVE {joined(numbers)} Archive")
        pairs = next((found for line in lines if (found := COPYUID.search(line))), None)
        if tagged.startswith(b"OK"):
            moved = expanded(pairs.group(1)) if pairs else []
            assert moved == self.world.model.present(uids), f"moved {moved}, asked for {uids}"
            self.world.model.remove(moved)
        if tagged.startswith(b"OK"):
            self.compare()

    def expunge(self):
        """What the session has not been told of it may or may not expunge, so it first hears of all."""
        self.learn()
        if any(uid not in (entry.uid for entry in self.view.entries) for uid in self.world.model.messages):
            self.noop()
        deleted = [uid for uid, (_, flags) in self.world.model.messages.items() if "\\Deleted" in flags]
        if self.world.random.random() < 0.5 and deleted:
            chosen = self.world.random.sample(deleted, self.world.random.randint(1, len(deleted)))
            tagged, _ = self.run(f"UID EXPUNGE {joined(sorted(chosen))}")
        else:
            chosen = deleted
            tagged, _ = self.run("EXPUNGE")
        assert tagged.startswith(b"OK"), tagged
        self.world.model.remove(chosen)
        self.compare()


def joined(numbers):
    return ",".join(map(str, numbers))


class World:
    ACTIONS = ["noop", "idle", "fetch", "fetch", "store", "store", "store", "append", "append", "copy", "move", "expunge"]

    def __init__(self, server, seed):
        self.server, self.random, self.model, self.log, self.ids = server, random.Random(seed), Model(), [], 0
        self.user = server.add_user()
        self.sessions = [Session(self, "alice", ""), Session(self, "bob", "IMAP4rev2")]

    def fresh_id(self):
        self.ids += 1
        return b"m%d@example.org" % self.ids

    def step(self):
        self.log = self.log[-60:]
        session = self.random.choice(self.sessions)
        action = self.random.choice(self.ACTIONS)
        if action in ("append", "copy") and len(self.model.messages) > 60:
            action = "expunge"
        getattr(session, action)()


def play(options):
    with Server(options.postbag, options.wirecheck) as server:
        world = World(server, options.seed)
        try:
            for number in range(options.steps):
                world.step()
                if number % 100 == 99:
                    for session in world.sessions:
                        session.full_fetch()
        except AssertionError as wrong:
            print("\n".join(world.log[-20:]))
            print(f"step {number} of seed {options.seed}: {wrong}")
            return 1
    print(f"{options.steps} steps of seed {options.seed}: the views and the model are equal")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postbag", required=True)
    parser.add_argument("--wirecheck")
    parser.add_argument("--steps", type=int, default=20000 if os.environ.get("POSTBAG_LONG") else 3000)
    parser.add_argument("--seed", type=int, default=1)
    return play(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
