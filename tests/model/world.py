"""One account, its clients of several kinds, and the steps they take."""

import collections
import random

from tests.model import mailboxes
from tests.model import messages
from tests.model import notified
from tests.model import races
from tests.model import reading
from tests.model.client import KINDS, Client
from tests.model.model import Model
from tests.model.observer import Observer
from tests.model.resync import Resyncer

SAMPLE = 3         # moments of a changed mailbox that a client comes back from after each step, unless from all
FULL = 36          # messages in a mailbox from which on they are rather removed

# action, weight, needs a selected mailbox
ACTIONS = [
    (reading.noop, 6, True), (reading.fetch, 4, True), (reading.fetch_all, 1, True),
    (reading.changed_since, 3, True), (reading.changed_and_vanished, 2, True), (reading.search, 3, True),
    (reading.status, 3, False), (reading.start_idle, 4, False),
    (messages.append, 10, False), (messages.store, 16, True), (messages.copy, 7, True), (messages.move, 12, True),
    (messages.replace, 4, True), (messages.expunge, 6, True),
    (races.race_to_move, 3, True), (races.race_to_store, 3, True),
    (mailboxes.select, 5, False), (mailboxes.unselect, 1, True), (mailboxes.close, 1, True),
    (mailboxes.create, 3, False), (mailboxes.delete, 2, False), (mailboxes.rename, 2, False),
    (notified.notify, 3, False), (notified.subscribe, 2, False), (notified.fetch_vanished, 2, True),
]
GROWING = (messages.append, messages.copy)


class World:
    names = ["INBOX", "Archive", "Work", "Work/Old", "Play", "Play/Old"]

    def __init__(self, server, seed, counts, all_moments=False):
        """`all_moments`: every moment that was ever reported is kept, and after each step clients come back from all of them."""
        self.all_moments, self.changed = all_moments, []
        self.server, self.chance, self.counts = server, random.Random(seed), counts
        self.log, self.ids, self.most = collections.deque(maxlen=60), 0, 4
        self.user = server.add_user()
        connection = server.logged_in(self.user, "observer", deadline=60)
        self.capabilities = connection.command("CAPABILITY")[0][0].decode().split()
        self.observer = Observer(connection, self.has("CONDSTORE"), self.has("OBJECTID"))
        self.resyncer = Resyncer(self) if self.has("QRESYNC") else None
        self.model, self.others = Model(), set()
        self._begin(connection)
        kinds = [kind for kind, (capability, _) in KINDS.items() if self.has(capability)]
        self.clients = [Client(self, f"c{n}", self.chance.choice(kinds)) for n in range(self.chance.randint(2, 5))]
        for client in self.clients:
            self.count(f"a session of kind {client.kind}")

    def _begin(self, connection):
        """Two to four mailboxes of the names that the test uses; the account's other mailboxes stay as they are."""
        existing = self.observer.names()
        self.others = existing - set(self.names)
        for name in self.names[:self.chance.randint(2, 4)]:
            if name not in existing:
                connection.command(f"CREATE {name}")
            self.model.create(name)
        self.model.subscribed = self.observer.subscribed() & set(self.names)
        self.settle()

    def has(self, capability):
        return capability in self.capabilities

    def count(self, what):
        self.counts[what] += 1

    def fresh_id(self):
        self.ids += 1
        return b"m%d@example.org" % self.ids

    def active(self):
        return list(self.model.boxes)

    def target(self):
        """A mailbox to write to; sometimes one that may not exist."""
        return self.chance.choice(self.active() if self.chance.random() < 0.9 else self.names)

    def model_allows(self, source, target):
        """True if RENAME of `source` is possible: all the new names are free, and are among ours."""
        if target in self.model.boxes or target.startswith(source + "/"):
            return False
        below = [name for name in self.model.boxes if name.startswith(source + "/") and source != "INBOX"]
        new = [target + name[len(source):] for name in below]
        return all(name in self.names and name not in self.model.boxes for name in new)

    def settle(self):
        """The server's state is the model's, in all mailboxes that were touched."""
        if self.model.names_changed:
            names = self.observer.names() - self.others
            assert names == set(self.model.boxes), f"LIST has {sorted(names)}, not {sorted(self.model.boxes)}"
            self.model.names_changed = False
        before = self.model.highest_validity
        for box in self.model.touched:
            if not box.dead:
                look = self.observer.look(box)
                self.model.validity_of(box, look.validity, before)
                box.settle(look)
                self.identify(box, look)
                if self.has("QRESYNC") and self.chance.random() < 0.3:
                    self.remember(box, box.snapshot())
                if box not in self.changed:
                    self.changed.append(box)
        self.model.touched = []

    def remember(self, box, moment):
        box.remember(moment)
        if not self.all_moments:
            box.forget_one(self.chance)

    def identify(self, box, look):
        if self.has("OBJECTID"):
            self.model.identities.mailbox(box, look.mailbox_id)
        for reported in look.identities:
            if self.model.identities.message(*reported):
                self.count("a message seen again with its EMAILID and date")

    def step(self):
        client = self.chance.choice(self.clients)
        if client.idles:
            reading.end_idle(client) if self.chance.random() < 0.4 else self.resynchronise()
        else:
            self.act(client)
        self.come_back(client)
        if self.chance.random() < 0.25:
            self.resynchronise()

    def come_back(self, client):
        """After a step its client comes back from what it knows, and others come back to what the step has changed."""
        changed, self.changed = self.changed, []
        if self.resyncer is None:
            return
        self.resyncer.come_back_as(client)
        for box in changed:
            moments = box.snapshots
            if not self.all_moments:
                moments = self.chance.sample(moments, min(SAMPLE, len(moments)))
            if moments and not box.dead:
                self.resyncer.come_back_from(box, moments)

    def act(self, client):
        """One action that is possible."""
        full = any(len(box.messages) > FULL for box in self.model.boxes.values())
        while True:
            action = self.chance.choices([row[0] for row in ACTIONS], [row[1] for row in ACTIONS])[0]
            needs_box = next(row[2] for row in ACTIONS if row[0] is action)
            if needs_box and client.box is None:
                action = mailboxes.select
            if full and action in GROWING:
                self.shrink()
            if action(client) is not False:
                return

    def shrink(self):
        """Marks much of the fullest mailbox \\Deleted and expunges it, as one more client."""
        box = max(self.model.boxes.values(), key=lambda each: len(each.messages))
        gone = self.chance.sample(list(box.messages), len(box.messages) // 2)
        uids = ",".join(map(str, gone))
        self.log.append(f"observer: UID EXPUNGE {uids} in {box.name}")
        self.observer.connection.exchange(
            [f"SELECT {box.name}", f"UID STORE {uids} +FLAGS.SILENT (\\Deleted)", f"UID EXPUNGE {uids}", "UNSELECT"])
        box.remove(gone)
        self.model.touch(box)
        self.settle()

    def resynchronise(self):
        if self.resyncer is None:
            return
        box = self.chance.choice(list(self.model.boxes.values()))
        former = self.model.former.get(box.name)
        if former and self.chance.random() < 0.1 and former.validity != box.validity:
            self.resyncer.come_back_to_namesake(box, former)
        elif box.snapshots:
            self.resyncer.come_back(box)

    def finish(self):
        """All views, and all mailboxes, once more."""
        for client in self.clients:
            if client.idles:
                reading.end_idle(client)
            if client.box is not None and not client.box.dead:
                client.run("NOOP", synced=True)
        self.model.touch(*self.model.boxes.values())
        self.settle()
        for client in self.clients:
            client.connection.close()
        self.observer.connection.close()
        if self.resyncer:
            self.resyncer.connection.close()
