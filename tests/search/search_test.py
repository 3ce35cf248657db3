#!/usr/bin/env python3
"""Random searches of made-up mailboxes against a naive reference: 5 000, more with POSTBAG_LONG=1.

    search_test.py --postbag build/postbag [--wirecheck PATH] [--seed N]
"""

import argparse
import datetime
import os
import re
import sys
from random import Random

import letters
import made_up_mailbox
import naive
from made_up_mailbox import FLAGS
from server import Server

SIZES = [1, 15, 40, 80, 120]
SEARCHES = 1000 * (10 if os.environ.get("POSTBAG_LONG") else 1)  # in each mailbox
FIELDS = ["Subject", "From", "To", "Cc", "Bcc"]


def any_case(random, text):
    return random.choice([text, text.lower(), text.upper(), text.swapcase()])


def piece(random, text):
    """Some characters of a text, that may stand in a quoted string or literal."""
    line = random.choice(re.split(r"[\r\n\0]+", text) or [""])
    start = random.randrange(len(line) + 1)
    return line[start:start + random.randint(1, 12)]


class Maker:
    """Makes a search key as (wire form, predicate)."""

    def __init__(self, random, messages, charset):
        self.random, self.messages, self.charset = random, messages, charset

    def string(self, text):
        octets = text.encode(self.charset or "ascii")
        if octets.isascii() and self.random.random() < 0.7:
            return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
        return b"{%d+}\r\n" % len(octets) + octets

    def needle(self, texts):
        """Something out of one of the texts, or a word, that the charset can say."""
        source = self.random.choice(texts) if texts and self.random.random() < 0.7 else self.random.choice(letters.WORDS)
        text = any_case(self.random, piece(self.random, source))
        if not text.encode(self.charset or "ascii", "ignore").decode(self.charset or "ascii") == text:
            text = self.random.choice(["a", "re", "report", "zzz"])
        return text

    def make(self, depth=2):
        random = self.random
        if depth and random.random() < 0.3:
            return self.combined(depth - 1)
        return random.choice([self.all, self.flag, self.keyword, self.field, self.header, self.body, self.body,
                              self.arrived, self.sent, self.size, self.uids, self.numbers])()

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
        wire, found = self.in_field(name)
        return name.upper().encode() + b" " + wire, found

    def header(self):
        name = self.random.choice(FIELDS + ["X-Label", "Message-ID", "References", "Date", "MIME-Version", "X-None"])
        wire, found = self.in_field(name)
        return b"HEADER " + any_case(self.random, name).encode() + b" " + wire, found

    def in_field(self, name):
        text = "" if self.random.random() < 0.1 else self.needle([v for m in self.messages for v in m.values(name)])
        needle = naive.folded(text)
        return self.string(text), lambda m: any(needle in naive.folded(value) for value in m.values(name))

    def body(self):
        whole = self.random.random() < 0.5
        message = self.random.choice(self.messages)
        source = [value for _, value in message.fields] + [part for part in texts_of(message)]
        text = self.needle(source)
        needle = naive.folded(text)
        return (b"TEXT " if whole else b"BODY ") + self.string(text), \
            lambda m: not needle or any(needle in one for one in folded_texts(m, whole))

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

    def numbers(self):
        low, high = sorted(self.random.randint(1, len(self.messages)) for _ in range(2))
        place = {m.uid: n for n, m in enumerate(self.messages, 1)}
        return b"%d:%d" % (low, high), lambda m: low <= place[m.uid] <= high


def texts_of(message):
    """The texts within, as they are read."""
    for part in message.parsed.walk():
        if part.get_content_maintype() == "text":
            charset = part.get_content_charset() or "us-ascii"
            yield part.get_payload(decode=True).decode(charset, "replace")


def folded_texts(message, whole):
    known = message.__dict__.setdefault("known_texts", {})
    if whole not in known:
        known[whole] = message.text_of_parts(whole)
    return known[whole]


def compare(client, messages, random):
    charset = random.choice([None, "utf-8", "utf-8", "iso-8859-1", "koi8-r"])
    maker = Maker(random, messages, charset)
    keys = [maker.make() for _ in range(random.choice([1, 1, 2, 3]))]
    command = b"UID SEARCH " + (b"CHARSET " + charset.encode() + b" " if charset else b"") + b" ".join(w for w, _ in keys)
    lines, tagged = client.any_command(command)
    assert tagged.startswith(b"OK"), f"{command}: {tagged}"
    got = next(line for line in lines if line.startswith(b"* SEARCH")).split()[2:]
    want = [b"%d" % m.uid for m in messages if all(found(m) for _, found in keys)]
    assert got == want, f"{command}\n  got  {b' '.join(got)}\n  want {b' '.join(want)}"
    return bool(want)


def play(server, seed):
    random, done, matched = Random(seed), 0, 0
    for size in SIZES:
        client, messages = made_up_mailbox.filled(server, random, size, flags=True)
        for _ in range(SEARCHES if messages else 0):
            matched += compare(client, messages, random)
            done += 1
        client.close()
    return done, matched


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--postbag", required=True)
    parser.add_argument("--wirecheck")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with Server(options.postbag, options.wirecheck) as server:
        try:
            done, matched = play(server, options.seed)
        except AssertionError as wrong:
            print(f"seed {options.seed}: {wrong}")
            server.kill()
            return 1
    print(f"seed {options.seed}: {done} searches alike, {matched} of them found something")
    return 0 if matched > done // 4 else 1


if __name__ == "__main__":
    sys.exit(main())
