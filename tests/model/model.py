"""The truth: mailboxes as plain values, and how each command changes them.

Mod-sequences are the server's to choose. The model knows which must have risen: a message whose `due` is set got a new
one in this step, and settle() demands that it is above all that the mailbox had before (RFC 7162 section 3.1).
"""

from tests.model.identities import Identities

SNAPSHOTS = 40     # moments that are kept of one mailbox, unless all are


class Message:
    __slots__ = ("message_id", "flags", "modseq", "due")

    def __init__(self, message_id, flags):
        self.message_id, self.flags = message_id, frozenset(flags)
        self.modseq, self.due = 0, True


class Snapshot:
    """What a client knew at one moment: uid -> flags, as of `modseq`; of `unknown` more messages only that they exist."""

    __slots__ = ("validity", "modseq", "known", "next", "unknown")

    def __init__(self, validity, modseq, known, following):
        self.validity, self.modseq, self.known, self.next = validity, modseq, known, following
        self.unknown = 0

    def key(self):
        return self.modseq, self.unknown, frozenset(self.known.items())


class Mailbox:
    """Messages by UID, rising. Keeps its identity when renamed; `dead` once deleted."""

    def __init__(self, name):
        self.name, self.dead, self.validity = name, False, None
        self.next, self.highest, self.messages = 1, 0, {}
        self.changed = False    # something happened since settle(): the mod-sequence must rise
        self.unverified = []    # UIDs that are new, whose content is to be looked at
        self.adopted = []       # messages that came with RENAME INBOX and have no UID yet
        self.snapshots, self.kept = [], set()    # moments to return to, each once
        self.renamed = False    # a name may have had a higher UIDVALIDITY before: then it gets a new one

    def add(self, uid, message_id, flags):
        assert uid >= self.next, f"UID {uid} in {self.name} is below UIDNEXT {self.next}"
        self.messages[uid] = Message(message_id, flags)
        self.next, self.changed = uid + 1, True
        self.unverified.append(uid)

    def present(self, uids):
        return [uid for uid in sorted(set(uids)) if uid in self.messages]

    def with_flag(self, flag):
        return [uid for uid, message in self.messages.items() if flag in message.flags]

    def remove(self, uids):
        for uid in uids:
            del self.messages[uid]
        self.changed = self.changed or bool(uids)

    def store(self, uids, how, flags):
        for uid in uids:
            message = self.messages[uid]
            after = changed_flags(message.flags, how, flags)
            message.due = message.due or after != message.flags
            self.changed = self.changed or message.due
            message.flags = after

    def settle(self, seen):
        """What the observer sees must be equal to the model, or AssertionError; copies the mod-sequences from it."""
        self._take_adopted(seen)
        self._settle_numbers(seen)
        assert seen.uids == list(self.messages), f"{self.name} has {seen.uids}, not {list(self.messages)}"
        for (uid, message), flags in zip(self.messages.items(), seen.flags):
            assert flags == message.flags, f"UID {uid} of {self.name} has {set(flags)}, not {set(message.flags)}"
        for uid in self.present(self.unverified):
            reported, meant = seen.message_ids.get(uid), self.messages[uid].message_id
            assert reported == meant, f"UID {uid} of {self.name} is {reported}, not {meant}"
        if seen.highest is not None:      # the server has CONDSTORE
            self._settle_modseqs(seen)
        self.changed, self.unverified = False, []

    def _settle_numbers(self, seen):
        if self.validity is None or self.renamed and seen.validity != self.validity:
            self.validity = seen.validity
            self.snapshots, self.kept = [], set()    # what was known of it counts no more
        self.renamed = False
        assert seen.validity == self.validity, f"UIDVALIDITY of {self.name} was {self.validity}, is {seen.validity}"
        assert seen.next >= self.next, f"UIDNEXT of {self.name} was {self.next}, is {seen.next}"
        self.next = seen.next

    def _settle_modseqs(self, seen):
        assert seen.highest >= max(self.highest, 1), f"HIGHESTMODSEQ of {self.name}: {self.highest}, {seen.highest}"
        rises = not self.changed or not self.highest or seen.highest > self.highest
        assert rises, f"{self.name} changed, HIGHESTMODSEQ is still {seen.highest}"
        for (uid, message), modseq in zip(self.messages.items(), seen.modseqs):
            right = modseq > self.highest if message.due else modseq == message.modseq
            assert right and modseq <= seen.highest, \
                f"UID {uid} of {self.name}, {'' if message.due else 'un'}changed: MODSEQ {modseq}, was " \
                f"{message.modseq}, HIGHESTMODSEQ {seen.highest}, was {self.highest}"
            message.modseq, message.due = modseq, False
        self.highest = seen.highest

    def _take_adopted(self, seen):
        adopted, self.adopted = self.adopted, []
        if adopted:
            assert len(seen.uids) == len(adopted), f"{self.name} has {len(seen.uids)} of INBOX's {len(adopted)}"
            self.messages = dict(zip(seen.uids, adopted))
            self.next = seen.uids[-1] + 1
            self.unverified = list(seen.uids)

    def flags_by_uid(self):
        return {uid: message.flags for uid, message in self.messages.items()}

    def snapshot(self):
        return Snapshot(self.validity, self.highest, self.flags_by_uid(), self.next)

    def remember(self, snapshot):
        """Remembers a moment to come back from."""
        if snapshot.key() not in self.kept:
            self.kept.add(snapshot.key())
            self.snapshots.append(snapshot)

    def forget_one(self, chance):
        """When they are too many; old ones stay as likely as new ones."""
        if len(self.snapshots) > SNAPSHOTS:
            self.kept.discard(self.snapshots.pop(chance.randrange(SNAPSHOTS)).key())


class Model:
    """All mailboxes of one account, by name."""

    def __init__(self):
        self.boxes, self.former, self.highest_validity = {}, {}, 0
        self.identities = Identities()
        self.touched = []            # mailboxes that the next settling looks at
        self.names_changed = False
        self.subscribed, self.age = set(), 0    # `age` rises with each change of names or subscriptions

    def touch(self, *boxes):
        self.touched += [box for box in boxes if box not in self.touched]

    def create(self, name):
        box = self.boxes[name] = Mailbox(name)
        self.names_changed = True
        self.age += 1
        self.touch(box)
        return box

    def delete(self, name):
        """The mailbox is deleted; clients that had it selected keep the object, and its last moment stays under its name."""
        box = self.boxes.pop(name)
        box.dead, self.names_changed = True, True
        self.age += 1
        self.former[name] = box.snapshot()

    def rename(self, source, target):
        """RFC 9051 section 6.3.6: with all below it; INBOX stays, and its messages move."""
        self.names_changed = True
        self.age += 1
        if source == "INBOX":
            inbox, new = self.boxes[source], self.create(target)
            new.adopted = [Message(m.message_id, m.flags) for m in inbox.messages.values()]
            inbox.remove(list(inbox.messages))
            self.touch(inbox)
            return
        for name in [name for name in self.boxes if name == source or name.startswith(source + "/")]:
            box = self.boxes.pop(name)
            box.name, box.renamed = target + name[len(source):], True
            self.boxes[box.name] = box
            self.touch(box)

    def validity_of(self, box, reported, before):
        """A new UIDVALIDITY is above all that the account had `before` this step."""
        if box.validity is None or box.renamed and reported != box.validity:
            assert reported > before, f"UIDVALIDITY {reported} of {box.name}, {before} was used"
        self.highest_validity = max(self.highest_validity, reported)


def changed_flags(old, how, flags):
    return {"+": old | flags, "-": old - flags, "": frozenset(flags)}[how]
