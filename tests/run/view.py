"""What a client knows of its selected mailbox, built only from untagged responses."""

import re

COUNT = re.compile(rb"\* (\d+) (EXISTS|EXPUNGE|RECENT)\Z")
FETCH = re.compile(rb"\* (\d+) (UID)?FETCH \((.*)\)\Z", re.DOTALL)
VANISHED = re.compile(rb"\* VANISHED (\(EARLIER\) )?(\S+)\Z")
FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")
UID = re.compile(rb"\bUID (\d+)")
MODSEQ = re.compile(rb"MODSEQ \((\d+)\)")
HIGHEST = re.compile(rb"\[HIGHESTMODSEQ (\d+)\]")
MESSAGE_ID = re.compile(rb"Message-Id: <([^>]*)>", re.IGNORECASE)


class Entry:
    """A message as far as it is known: None for what was not reported."""

    __slots__ = ("uid", "flags", "modseq", "message_id")

    def __init__(self, uid=None, flags=None):
        self.uid, self.flags, self.modseq, self.message_id = uid, flags, None, None


class View:
    """Entries by sequence number, the first one is number 1."""

    def __init__(self, vanishing=False, uid_only=False):
        """`vanishing`: VANISHED instead of EXPUNGE (RFC 7162 section 3.2.10); `uid_only`: UIDFETCH (RFC 9586)."""
        self.vanishing, self.uid_only = vanishing, uid_only
        self.entries = []
        self.reported = []      # the entries whose flags the last receive() brought
        self.highest = 0    # the mod-sequence that the client may come back from: RFC 7162 section 6
        self.code, self.seen = None, 0    # since the last tagged line: HIGHESTMODSEQ, the highest of FETCH

    def __len__(self):
        return len(self.entries)

    def receive(self, lines, expunge_allowed=True):
        """Applies untagged responses; AssertionError when one cannot be true."""
        self.reported = []
        for line in lines:
            if fetch := FETCH.match(line):
                self._fetch(int(fetch.group(1)), fetch.group(2) is not None, fetch.group(3))
            elif count := COUNT.match(line):
                self._count(int(count.group(1)), count.group(2), expunge_allowed)
            elif vanished := VANISHED.match(line):
                self._vanished(vanished.group(1), vanished.group(2), expunge_allowed)
            else:
                self.note_highest(line)

    def note_highest(self, line):
        if highest := HIGHEST.search(line):
            self.code = int(highest.group(1))

    def answered(self, tagged):
        """A HIGHESTMODSEQ counts whatever else was seen, otherwise the highest that FETCH reported."""
        self.note_highest(tagged)
        self.highest = self.code or max(self.highest, self.seen)
        self.code, self.seen = None, 0

    def known(self, number):
        return self.entries[number - 1]

    def unknown(self):
        """The numbers of messages whose UID or flags were not reported."""
        return [n for n, entry in enumerate(self.entries, 1) if entry.uid is None or entry.flags is None]

    def _count(self, number, what, expunge_allowed):
        if what == b"EXPUNGE":
            assert not self.vanishing, f"EXPUNGE {number} instead of VANISHED"
            assert expunge_allowed, f"EXPUNGE {number} during a command by number"
            assert 1 <= number <= len(self.entries), f"EXPUNGE {number} of {len(self.entries)}"
            del self.entries[number - 1]
        elif what == b"EXISTS":
            assert number >= len(self.entries), f"EXISTS {number} shrinks {len(self.entries)} without EXPUNGE"
            self.entries += [Entry() for _ in range(number - len(self.entries))]

    def _vanished(self, earlier, uids, allowed):
        assert self.vanishing, f"VANISHED {uids} in a session that did not enable it"
        if earlier:
            return                       # RFC 7162 section 3.2.10: it does not change the numbers
        assert allowed, f"VANISHED {uids} during a command by number"
        for uid in expanded(uids):
            del self.entries[self._place(uid)]

    def _place(self, uid):
        """The index of `uid`, or of an entry that may be it: between known neighbours, all unknown are equal."""
        may_be = None
        for index, entry in enumerate(self.entries):
            if entry.uid == uid:
                return index
            if entry.uid is None:
                may_be = index if may_be is None else may_be
            elif not self.uid_only and entry.uid > uid:
                break
            elif not self.uid_only:
                may_be = None
        assert may_be is not None, f"UID {uid} is not in the view"
        return may_be

    def _fetch(self, number, by_uid, items):
        assert by_uid == self.uid_only, f"{'UIDFETCH' if by_uid else 'FETCH'} of {number} is the wrong form"
        entry = self._entry_of(number) if by_uid else self._numbered(number)
        flags, uid, modseq = FLAGS.search(items), UID.search(items), MODSEQ.search(items)
        if uid:
            reported = int(uid.group(1))
            assert entry.uid in (None, reported), f"number {number} had UID {entry.uid}, has now {reported}"
            entry.uid = reported
        if flags:
            entry.flags, entry.modseq = normal_flags(flags.group(1)), None
            self.reported.append(entry)
        if modseq:
            entry.modseq = int(modseq.group(1))
            self.seen = max(self.seen, entry.modseq)
        if message_id := MESSAGE_ID.search(items):
            entry.message_id = message_id.group(1)

    def _numbered(self, number):
        assert 1 <= number <= len(self.entries), f"FETCH of {number} of {len(self.entries)}"
        return self.entries[number - 1]

    def _entry_of(self, uid):
        """The entry of a UID; one that was not reported yet is put where it belongs."""
        index = self._place(uid)
        entry = self.entries[index]
        if entry.uid is None:
            del self.entries[index]
            entry.uid = uid
            below = [n for n, other in enumerate(self.entries) if other.uid is not None and other.uid < uid]
            self.entries.insert(below[-1] + 1 if below else 0, entry)
        return entry


_FLAGS = {}


def normal_flags(text):
    """As a set, without \\Recent, which belongs to a session and not to the message."""
    flags = _FLAGS.get(text)
    if flags is None:
        flags = _FLAGS[text] = frozenset(flag for flag in text.decode().split() if flag != "\\Recent")
    return flags


def ranges(uid_set):
    """The (first, last) of a set, in the order of the set, each with the lower number first."""
    for part in uid_set.decode().split(","):
        first, _, last = part.partition(":")
        first, last = int(first), int(last or first)
        yield min(first, last), max(first, last)


def expanded(uid_set):
    """The numbers of a set in the order it names them."""
    return [number for first, last in ranges(uid_set) for number in range(first, last + 1)]
