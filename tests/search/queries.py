"""Random search keys, each as (wire form, predicate on naive.Message)."""

import datetime
import re
import time

from tests.search import letters, mime, naive
from tests.search.made_up_mailbox import FLAGS

FIELDS = ["Subject", "From", "To", "Cc", "Bcc"]
OTHER_FIELDS = ["X-Label", "Message-ID", "References", "Date", "MIME-Version", "X-None", "Content-Type", "Sender",
                "Content-Description", "Content-Transfer-Encoding"]
NOWHERE = ["zzz", "Q\r\nQ", "\u1e9e\u0416\u03a9", "=?utf-8?q?zzz?=", "\U0001f4ef", "a\u0301\u0302"]


def any_case(random, text):
    return random.choice([text, text.lower(), text.upper(), text.swapcase()])


def piece(random, text):
    """Some characters of a text, at times over its line ends; NUL stands in no search string."""
    run = random.choice(re.split("\0+" if random.random() < 0.3 else r"[\r\n\0]+", text))
    start = random.randrange(len(run) + 1)
    return run[start:start + random.randint(1, 12)]


def can_say(charset, text):
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


class Maker:
    """Makes a search key as (wire form, predicate). `result`: the UIDs of the search result variable, RFC 5182."""

    def __init__(self, random, messages, charset, result=frozenset()):
        self.random, self.messages, self.charset, self.saved = random, messages, charset, result

    def string(self, text):
        octets = text.encode(self.charset or "ascii")
        if octets.isascii() and not re.search(rb"[\r\n]", octets) and self.random.random() < 0.7:
            return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
        return b"{%d+}\r\n" % len(octets) + octets

    def needle(self, texts):
        """Something out of one of the texts, a word or what is nowhere, that the charset can say."""
        random = self.random
        source = random.choice(texts) if texts and random.random() < 0.7 else random.choice(letters.WORDS)
        text = any_case(random, piece(random, source) if random.random() < 0.9 else random.choice(NOWHERE))
        return text if can_say(self.charset or "ascii", text) else random.choice(["a", "re", "report", "zzz"])

    def make(self, depth=2):
        random = self.random
        if depth and random.random() < 0.3:
            return self.combined(depth - 1)
        return random.choice([self.all, self.flag, self.keyword, self.field, self.header, self.body, self.body,
                              self.arrived, self.sent, self.size, self.uids, self.numbers, self.recent, self.age,
                              self.modseq, self.saved_on, self.object_id, self.result])()

    def combined(self, depth):
        (one, first), (two, second) = self.make(depth), self.make(depth)
        return self.random.choice([
            lambda: (b"NOT " + one, lambda m: not first(m)),
            lambda: (b"OR " + one + b" " + two, lambda m: first(m) or second(m)),
            lambda: (b"(" + one + b" " + two + b")", lambda m: first(m) and second(m)),
        ])()

    def all(self):
        return b"ALL", lambda m: True

    def flag(self):
        flag = self.random.choice(FLAGS[:5])
        name = flag[1:].upper().encode()
        if self.random.random() < 0.5:
            return b"UN" + name, lambda m: flag not in m.flags
        return name, lambda m: flag in m.flags

    def keyword(self):
        flag = self.random.choice(FLAGS[5:] + ["unused"])
        name = any_case(self.random, flag).encode()
        if self.random.random() < 0.5:
            return b"UNKEYWORD " + name, lambda m: flag not in m.flags
        return b"KEYWORD " + name, lambda m: flag in m.flags

    def field(self):
        name = self.random.choice(FIELDS)
        wire, found = self.in_field(name, naive.Message.address_texts if name != "Subject" else lambda message, field: [])
        return name.upper().encode() + b" " + wire, found

    def header(self):
        name = self.random.choice(FIELDS + OTHER_FIELDS)
        wire, found = self.in_field(name)
        return b"HEADER " + any_case(self.random, name).encode() + b" " + wire, found

    def in_field(self, name, further=lambda message, field: []):
        texts = lambda m: m.field_texts(name) + further(m, name)
        text = "" if self.random.random() < 0.1 else self.needle([v for m in self.messages for v in texts(m)])
        needle = naive.searched(text)
        return self.string(text), lambda m: any(needle in naive.searched(value) for value in texts(m))

    def body(self):
        """At times the needle is as the message has it, before any decoding."""
        message, whole = self.random.choice(self.messages), self.random.random() < 0.5
        source = message.texts(True) if self.random.random() < 0.8 else [mime.utf8(message.raw)]
        text = self.needle(source)
        needle = naive.searched(text)
        return (b"TEXT " if whole else b"BODY ") + self.string(text), lambda m: m.has(needle, whole)

    def day(self):
        return datetime.date(2026, self.random.randint(1, 4), self.random.randint(1, 28))

    def dated(self, prefix, day_of):
        day, when = self.day(), self.random.choice(["BEFORE", "ON", "SINCE"])
        holds = {"BEFORE": lambda d: d < day, "ON": lambda d: d == day, "SINCE": lambda d: d >= day}[when]
        written = f"{prefix}{when} {day.day}-{letters.MONTHS[day.month - 1]}-{day.year}".encode()
        return written, lambda m: day_of(m) is not None and holds(day_of(m))

    def arrived(self):
        return self.dated("", lambda m: m.arrived.date())

    def sent(self):
        return self.dated("SENT", lambda m: m.sent() and datetime.date(*m.sent()[0]))

    def size(self):
        size = len(self.random.choice(self.messages).raw) + self.random.randint(-1, 1)
        return self.random.choice([(b"LARGER %d" % size, lambda m: len(m.raw) > size),
                                   (b"SMALLER %d" % size, lambda m: len(m.raw) < size)])

    def uids(self):
        last = max(m.uid for m in self.messages)
        low, high = sorted(self.random.randint(1, last) for _ in range(2))
        return self.random.choice([
            (b"UID %d:%d" % (low, high), lambda m: low <= m.uid <= high),
            (b"UID *:%d" % low, lambda m: low <= m.uid),
            (b"UID %d,%d" % (low, high), lambda m: m.uid in (low, high)),
        ])

    def recent(self):
        return self.random.choice([(b"RECENT", lambda m: m.recent), (b"OLD", lambda m: not m.recent),
                                   (b"NEW", lambda m: m.recent and "\\Seen" not in m.flags)])

    def age(self):
        """RFC 5032; no message comes to that age while the test runs."""
        now = time.time()
        while True:
            age = max(1, int(now - self.random.choice(self.messages).arrived.timestamp()) + self.random.randint(-9000, 9000))
            if all(abs(now - m.arrived.timestamp() - age) > 120 for m in self.messages):
                break
        return self.random.choice([(b"OLDER %d" % age, lambda m: now - m.arrived.timestamp() >= age),
                                   (b"YOUNGER %d" % age, lambda m: now - m.arrived.timestamp() <= age)])

    def modseq(self):
        """RFC 7162 section 3.1.5; the entry that may be named does not matter."""
        least = self.random.choice(self.messages).modseq + self.random.randint(-1, 1)
        entry = self.random.choice([b"", b'"/flags/\\\\seen" all '])
        return b"MODSEQ %s%d" % (entry, max(0, least)), lambda m: m.modseq >= least

    def saved_on(self):
        """RFC 8514 section 4.3."""
        day = self.random.choice(self.messages).saved_on + datetime.timedelta(days=self.random.randint(-1, 1))
        when = self.random.choice(["BEFORE", "ON", "SINCE"])
        holds = {"BEFORE": lambda d: d < day, "ON": lambda d: d == day, "SINCE": lambda d: d >= day}[when]
        return f"SAVED{when} {day.day}-{letters.MONTHS[day.month - 1]}-{day.year}".encode(), lambda m: holds(m.saved_on)

    def object_id(self):
        """RFC 8474 section 6."""
        one = self.random.choice(self.messages)
        return self.random.choice([(b"EMAILID " + one.email_id, lambda m: m.email_id == one.email_id),
                                   (b"THREADID " + one.thread_id, lambda m: m.thread_id == one.thread_id),
                                   (b"EMAILID nobody", lambda m: False)])

    def result(self):
        saved = self.saved
        return self.random.choice([b"$", b"UID $"]), lambda m: m.uid in saved

    def numbers(self):
        low, high = sorted(self.random.randint(1, len(self.messages)) for _ in range(2))
        place = {m.uid: n for n, m in enumerate(self.messages, 1)}
        return b"%d:%d" % (low, high), lambda m: low <= place[m.uid] <= high
