"""Clients that change mail until the server dies, each with messages and a mailbox of its own."""

import random
import re
import subprocess
import threading

from tests.run.server import PASSWORD
from tests.crash.truth import place
from tests.run.wire import Closed, Late

APPENDUID = re.compile(rb"\[APPENDUID \d+ (\S+)\]")
COPYUID = re.compile(rb"\[COPYUID \d+ (\S+) (\S+)\]")
HIGHEST = re.compile(rb"\[HIGHESTMODSEQ (\d+)\]")


def expanded(uids):
    out = []
    for part in uids.decode().split(","):
        first, _, last = part.partition(":")
        out += range(int(first), int(last or first) + 1)
    return out


class Load(threading.Thread):
    """What every load has: a name, the truth, and messages that nobody else has."""

    def __init__(self, server, user, truth, name, seed):
        super().__init__(daemon=True)
        self.server, self.user, self.truth, self.name_ = server, user, truth, name
        self.random, self.count, self.wrong = random.Random(seed), 0, None
        self.stopping = False

    def fresh(self):
        self.count += 1
        message_id = f"{self.name_}-{self.count}"
        # some lie in the database, some in files of their own
        size = self.random.choice([10, 500, 5000, 70_000])
        self.truth.bytes[message_id] = (f"Message-Id: <{message_id}>\r\n\r\n" + "x" * size + "\r\n").encode()
        return message_id

    def run(self):
        try:
            self.work()
        except (Closed, Late, OSError):
            pass                                 # the server was killed
        except Exception as problem:             # reported by the main thread
            self.wrong = problem


class Deliverer(Load):
    """`postbag deliver`, beside the clients."""

    def work(self):
        while not self.stopping:                 # without a server it would go on alone
            message_id = self.fresh()
            self.truth.begins(self.name_, {message_id: (place("INBOX", ()),)})
            done = subprocess.run([self.server.postbag, "deliver", self.user, "--dir", self.server.data],
                                  input=self.truth.bytes[message_id], capture_output=True, timeout=60)
            if done.returncode != 0:
                return                           # in doubt: the server was killed
            self.truth.acknowledges(self.name_, "deliver")


class Client(Load):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.mine = {"INBOX": {}, "Archive": {}}   # mailbox -> message id -> (uid, flags)
        self.box, self.boxes = None, 0

    def work(self):
        self.connection = self.server.connect(self.name_)
        self.connection.greet()
        self.connection.login(self.user, PASSWORD)
        self.connection.command("SELECT INBOX")
        actions = [self.append, self.append, self.multiappend, self.move, self.move, self.copy, self.store, self.expunge,
                   self.replace, self.mailbox]
        while True:
            self.random.choice(actions)()

    def do(self, what, changes, command, literals=()):
        """One command; the truth knows what it changes before it is sent, and that it did when it is answered."""
        self.truth.begins(self.name_, changes)
        lines, tagged = self.connection.command(command, literals)
        self.truth.acknowledges(self.name_, what)
        return lines, tagged

    def learn(self, mailbox, uids, message_ids, flags=()):
        for uid, message_id in zip(uids, message_ids):
            self.mine.setdefault(mailbox, {})[message_id] = (uid, flags)
            self.truth.announced(mailbox, b"UIDNEXT", uid + 1)

    def heard_highest(self, mailbox, tagged):
        if found := HIGHEST.search(tagged):
            self.truth.announced(mailbox, b"HIGHESTMODSEQ", int(found.group(1)))

    def some(self, mailbox, most):
        have = sorted(self.mine[mailbox])
        return self.random.sample(have, min(len(have), self.random.randint(1, most)))

    def places(self, message_id, without=None, plus=None):
        places = list(self.truth.state.get(message_id, ()))
        if without:
            places.remove(without)
        return tuple(sorted(places + ([plus] if plus else [])))

    def append(self):
        self.add(1, "append")

    def multiappend(self):
        self.add(3, "multiappend of 3")

    def add(self, count, what, mailbox="INBOX"):
        ids = [self.fresh() for _ in range(count)]
        flags = self.random.choice([(), ("\\Seen",)])
        parts = [f" ({' '.join(flags)}) {{{len(self.truth.bytes[i])}}}".encode() for i in ids]
        literals = [self.truth.bytes[i] + rest for i, rest in zip(ids, parts[1:] + [b""])]
        _, tagged = self.do(what, {i: (place(mailbox, flags),) for i in ids},
                            b"APPEND " + mailbox.encode() + parts[0], literals)
        self.learn(mailbox, expanded(APPENDUID.search(tagged).group(1)), ids, flags)

    def transfer(self, verb, ids):
        uids = [self.mine["INBOX"][i][0] for i in ids]
        changes = {}
        for i in ids:
            old = place("INBOX", self.mine["INBOX"][i][1])
            changes[i] = self.places(i, old if verb == "MOVE" else None, place("Archive", old[1]))
        lines, tagged = self.do(f"{verb.lower()} of {len(ids)}", changes,
                                f"UID {verb} {','.join(map(str, uids))} Archive")
        code = next(found for line in [*lines, tagged] if (found := COPYUID.search(line)))
        new = dict(zip(expanded(code.group(1)), expanded(code.group(2))))
        for i, uid in zip(ids, uids):
            flags = self.mine["INBOX"][i][1]
            if verb == "MOVE":
                del self.mine["INBOX"][i]
            self.learn("Archive", [new[uid]], [i], flags)
        self.heard_highest("INBOX", tagged)

    def move(self):
        if ids := self.some("INBOX", 3):
            self.transfer("MOVE", ids)

    def copy(self):
        if ids := [i for i in self.some("INBOX", 2) if i not in self.mine["Archive"]]:
            self.transfer("COPY", ids)

    def store(self):
        ids, flags = self.some("INBOX", 3), self.random.choice([("\\Flagged",), ("\\Answered", "\\Draft"), ()])
        if not ids:
            return
        changes = {i: self.places(i, place("INBOX", self.mine["INBOX"][i][1]), place("INBOX", flags)) for i in ids}
        uids = ",".join(str(self.mine["INBOX"][i][0]) for i in ids)
        self.do("store", changes, f"UID STORE {uids} FLAGS.SILENT ({' '.join(flags)})")
        for i in ids:
            self.mine["INBOX"][i] = (self.mine["INBOX"][i][0], flags)

    def expunge(self):
        ids = self.some("INBOX", 2)
        if not ids:
            return
        uids = ",".join(str(self.mine["INBOX"][i][0]) for i in ids)
        flags = ("\\Deleted",)
        changes = {i: self.places(i, place("INBOX", self.mine["INBOX"][i][1]), place("INBOX", flags)) for i in ids}
        self.do("store", changes, f"UID STORE {uids} FLAGS.SILENT (\\Deleted)")
        for i in ids:
            self.mine["INBOX"][i] = (self.mine["INBOX"][i][0], flags)
        changes = {i: self.places(i, place("INBOX", flags)) for i in ids}
        _, tagged = self.do(f"expunge of {len(ids)}", changes, f"UID EXPUNGE {uids}")
        for i in ids:
            del self.mine["INBOX"][i]
        self.heard_highest("INBOX", tagged)

    def replace(self):
        ids = self.some("INBOX", 1)
        if not ids:
            return
        new, (uid, flags) = self.fresh(), self.mine["INBOX"][ids[0]]
        changes = {ids[0]: self.places(ids[0], place("INBOX", flags)), new: (place("INBOX", ()),)}
        data = self.truth.bytes[new]
        lines, _ = self.do("replace", changes, f"UID REPLACE {uid} INBOX {{{len(data)}}}", [data])
        del self.mine["INBOX"][ids[0]]
        code = next(found for line in lines if (found := APPENDUID.search(line)))
        self.learn("INBOX", expanded(code.group(1)), [new])

    def mailbox(self):
        """Its own mailbox is made, filled, renamed with what is in it, and removed with it."""
        if self.box is None:
            self.boxes += 1
            self.box = f"{self.name_}-{self.boxes}"
            self.do("create", {("box", self.box): self.box}, f"CREATE {self.box}")
            return self.add(2, "multiappend of 2", self.box)
        messages = {i: v[1] for i, v in self.mine.get(self.box, {}).items()}
        if self.random.random() < 0.6:
            self.boxes += 1
            new = f"{self.name_}-{self.boxes}"
            changes = {i: (place(new, flags),) for i, flags in messages.items()}
            self.do("rename", {**changes, ("box", self.box): (), ("box", new): new}, f"RENAME {self.box} {new}")
            self.mine[new] = self.mine.pop(self.box)
            self.box = new
        else:
            self.do("delete", {**{i: () for i in messages}, ("box", self.box): ()}, f"DELETE {self.box}")
            self.mine.pop(self.box)
            self.box = None
