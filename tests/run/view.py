"""What a client knows of its selected mailbox, built only from untagged responses."""

import re

COUNT = re.compile(rb"\* (\d+) (EXISTS|EXPUNGE|RECENT)\Z")
FETCH = re.compile(rb"\* (\d+) FETCH \((.*)\)\Z", re.DOTALL)
FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")
UID = re.compile(rb"\bUID (\d+)")
MESSAGE_ID = re.compile(rb"Message-Id: <([^>]*)>", re.IGNORECASE)


class Entry:
    """A message as far as it is known: None for what nobody told."""

    def __init__(self):
        self.uid = self.flags = self.message_id = None


class View:
    """Entries by sequence number, the first one is number 1."""

    def __init__(self):
        self.entries = []
        self.told = []   # the entries whose flags the last hear() brought

    def __len__(self):
        return len(self.entries)

    def hear(self, lines, expunge_allowed=True):
        """Takes untagged responses in; AssertionError when one cannot be true."""
        self.told = []
        for line in lines:
            count, fetch = COUNT.match(line), FETCH.match(line)
            if count:
                self._count(int(count.group(1)), count.group(2), expunge_allowed)
            elif fetch:
                self._fetch(int(fetch.group(1)), fetch.group(2))

    def known(self, number):
        return self.entries[number - 1]

    def unknown(self):
        """The numbers of messages whose UID or flags were not told."""
        return [n for n, entry in enumerate(self.entries, 1) if entry.uid is None or entry.flags is None]

    def _count(self, number, what, expunge_allowed):
        if what == b"EXPUNGE":
            assert expunge_allowed, f"EXPUNGE {number} during a command by number"
            assert 1 <= number <= len(self.entries), f"EXPUNGE {number} of {len(self.entries)}"
            del self.entries[number - 1]
        elif what == b"EXISTS":
            assert number >= len(self.entries), f"EXISTS {number} shrinks {len(self.entries)} without EXPUNGE"
            self.entries += [Entry() for _ in range(number - len(self.entries))]

    def _fetch(self, number, items):
        assert 1 <= number <= len(self.entries), f"FETCH of {number}, there are {len(self.entries)}"
        entry = self.entries[number - 1]
        flags, uid, message_id = FLAGS.search(items), UID.search(items), MESSAGE_ID.search(items)
        if uid:
            told = int(uid.group(1))
            assert entry.uid in (None, told), f"number {number} had UID {entry.uid}, has now {told}"
            entry.uid = told
        if flags:
            entry.flags = normal_flags(flags.group(1))
            self.told.append(entry)
        if message_id:
            entry.message_id = message_id.group(1)


def normal_flags(text):
    """As a set, without \\Recent, which belongs to a session and not to the message."""
    return frozenset(flag for flag in text.decode().split() if flag != "\\Recent")
