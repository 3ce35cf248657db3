"""What a FETCH response says, as Python values: strings are bytes, NIL is None, lists are lists, numbers are int."""

import re

LITERAL = re.compile(rb"~?\{(\d+)\}\r\n")
NUMBER = re.compile(rb"\d+")
ATOM = re.compile(rb"[^\s()\"\[\]]+")


class Reader:
    def __init__(self, text):
        self.text, self.at = text, 0

    def value(self):
        first = self.text[self.at:self.at + 1]
        if first == b"(":
            return self._list()
        if first == b'"':
            return self._quoted()
        if match := LITERAL.match(self.text, self.at):
            self.at = match.end() + int(match[1])
            return self.text[match.end():self.at]
        match = ATOM.match(self.text, self.at)
        assert match, f"no value at {self.text[self.at:self.at + 40]!r}"
        self.at = match.end()
        return None if match[0].upper() == b"NIL" else int(match[0]) if NUMBER.fullmatch(match[0]) else match[0]

    def name(self):
        """BODY[HEADER.FIELDS (Subject To)]<0>, as one."""
        begin = self.at
        while self.text[self.at:self.at + 1] not in (b" ", b"["):
            self.at += 1
        if self.text[self.at:self.at + 1] == b"[":
            self.at = self.text.index(b"]", self.at)
            self.at = self.text.index(b" ", self.at)
        return self.text[begin:self.at].decode()

    def skip(self, octet):
        assert self.text[self.at:self.at + 1] == octet, f"{octet!r} is not at {self.text[self.at:self.at + 40]!r}"
        self.at += 1

    def _list(self):
        self.skip(b"(")
        items = []
        while self.text[self.at:self.at + 1] != b")":
            items.append(self.value())
            if self.text[self.at:self.at + 1] == b" ":
                self.at += 1
        self.at += 1
        return items

    def _quoted(self):
        out, self.at = bytearray(), self.at + 1
        while (octet := self.text[self.at:self.at + 1]) != b'"':
            if octet == b"\\":
                self.at += 1
            out += self.text[self.at:self.at + 1]
            self.at += 1
        self.at += 1
        return bytes(out)


def value(text):
    """The one value that `text` is."""
    reader = Reader(text)
    found = reader.value()
    assert reader.at == len(text), f"after the value comes {text[reader.at:]!r}"
    return found


def fetched(response):
    """{item: value} of a FETCH response, None of any other."""
    match = re.match(rb"\* \d+ FETCH \(", response)
    if not match:
        return None
    reader, items = Reader(response), {}
    reader.at = match.end()
    while True:
        name = reader.name()
        reader.skip(b" ")
        items[name] = reader.value()
        if reader.text[reader.at:reader.at + 1] == b")":
            return items
        reader.skip(b" ")


class Part:
    """One part of a BODY or BODYSTRUCTURE answer. RFC 9051 section 7.5.2."""

    def __init__(self, answer):
        self.children, self.envelope, self.lines = [], None, None
        self.multipart = isinstance(answer[0], list)
        rest = self._multipart(answer) if self.multipart else self._single(answer)
        self.extension = rest
        if self.multipart:
            self.parameters, rest = (pairs(rest[0]), rest[1:]) if rest else ({}, [])
        else:
            rest = rest[1:]
        self.disposition = (rest[0][0], pairs(rest[0][1])) if rest and rest[0] else None

    def _multipart(self, answer):
        many = next(n for n, item in enumerate(answer) if not isinstance(item, list))
        self.children = [Part(item) for item in answer[:many]]
        self.type = b"multipart/" + answer[many].lower()
        self.encoding = self.size = None
        return answer[many + 1:]

    def _single(self, answer):
        self.type = (answer[0] + b"/" + answer[1]).lower()
        self.parameters, self.encoding, self.size = pairs(answer[2]), answer[5].lower(), answer[6]
        if self.type in (b"message/rfc822", b"message/global") and len(answer) > 8 and isinstance(answer[8], list):
            self.envelope, self.children, self.lines = answer[7], [Part(answer[8])], answer[9]
            return answer[10:]
        if answer[0].lower() == b"text":
            self.lines = answer[7]
            return answer[8:]
        return answer[7:]

    def shape(self):
        """Types and sizes only."""
        return (self.type, self.size, self.lines, [child.shape() for child in self.children])

    def numbered(self, prefix=""):
        """(section number, part) of every part that has one. RFC 9051 section 6.4.5.1."""
        if self.multipart:
            for n, child in enumerate(self.children, 1):
                yield from child.numbered_as(f"{prefix}{n}")
        else:
            yield from self.numbered_as(f"{prefix}1")

    def numbered_as(self, number):
        yield number, self
        if self.multipart:
            yield from self.numbered(number + ".")
        elif self.children:
            yield from self.children[0].numbered(number + ".")


def pairs(answer):
    """A parameter list; of equal names the first."""
    found = {}
    for name, content in zip((answer or [])[::2], (answer or [])[1::2]):
        found.setdefault(name.lower(), content)
    return found
