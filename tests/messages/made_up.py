"""Messages made up from a seed, whole and broken, and what Python's email package makes of them."""

import email
import email.utils
import re

from tests.run.program import option
from tests.search import letters

AT_ONCE = 100
OPTIONS = [option("--seed", type=int, default=1), option("--many", type=int, default=2000)]
SUBTYPES = ["mixed", "alternative", "related", "digest", "x-odd", "report"]


def message(random, number):
    lines, body = part(random, random.randint(0, 4))
    raw = "\r\n".join(letters.header(random, number, 1000) + ["MIME-Version: 1.0"] + lines).encode() + b"\r\n\r\n" + body
    return damaged(raw, random)


def part(random, depth):
    """The lines of a part's header, and its body."""
    if depth == 0 or random.random() < 0.3:
        lines, body = letters.part(random, 0)
        if random.random() < 0.3:
            lines = lines + ["Content-Disposition: attachment;\r\n filename=\"a b.txt\""]
        return lines, body
    if random.random() < 0.25:
        lines, body = part(random, depth - 1)
        head = "\r\n".join(letters.header(random, 0, 1) + lines).encode()
        return ["Content-Type: message/rfc822"], head + b"\r\n\r\n" + body
    return multipart(random, depth)


def multipart(random, depth):
    subtype, boundary = random.choice(SUBTYPES), random.choice(["=_", "b", "a b ", ""]) + f"{depth}-{random.randrange(10**6)}"
    body = random.choice([b"", b"preamble\r\n", b"\r\n"])
    for _ in range(random.randint(1, 3)):
        lines, inner = part(random, depth - 1)
        if subtype == "digest" and random.random() < 0.5:
            inner, lines = "\r\n".join(["Subject: in a digest"] + lines).encode() + b"\r\n\r\n" + inner, []
        body += f"--{boundary}{random.choice(['', '', '  '])}\r\n".encode()
        body += "".join(line + "\r\n" for line in lines).encode() + b"\r\n" + inner + b"\r\n"
    body += f"--{boundary}--\r\n".encode() + random.choice([b"", b"epilogue\r\n"])
    return [f"Content-Type: multipart/{subtype}; boundary=\"{boundary}\""], body


def damaged(raw, random):
    """Four of five stay as they are."""
    kind = random.randrange(20)
    if kind == 0:
        return raw.replace(b"\r\n", b"\n")
    if kind == 1:
        return raw.rstrip(b"\r\n") or raw
    if kind == 2:                                          # ends in the middle
        begin = raw.index(b"\r\n\r\n") + 4
        return raw[:random.randint(begin, len(raw))]
    if kind == 3:                                          # a closing delimiter is missing
        return re.sub(rb"\r\n--[^\r\n]*--\r\n", b"\r\n", raw, count=1)
    return raw


def append_all(client, mailbox, messages):
    """MULTIAPPEND, RFC 3502."""
    for begin in range(0, len(messages), AT_ONCE):
        some = messages[begin:begin + AT_ONCE]
        follows = [b" {%d}" % len(raw) for raw in some[1:]] + [b""]
        client.command(f"APPEND {mailbox} {{{len(some[0])}}}", [raw + next_one for raw, next_one in zip(some, follows)])


def none_differs(wrong):
    """Fails with the first of what differs, if anything does."""
    assert not wrong, "\n".join([f"{len(wrong)} differences", *wrong[:10]])


class PythonPart:
    """Has the same members as values.Part."""

    def __init__(self, parsed):
        self.multipart = parsed.get_content_maintype() == "multipart"
        self.type = parsed.get_content_type().encode()
        payload = parsed._payload     # get_payload() decodes raw 8-bit octets, and we ask for octets
        held = payload if isinstance(payload, list) else []
        self.children = [PythonPart(child) for child in held]
        self.body = None if held or self.multipart else octets(payload)
        self.content = None if self.body is None else parsed.get_payload(decode=True)
        self.charset, self.name = (encoded(parsed.get_param(name)) for name in ("charset", "name"))
        self.encoding = str(parsed.get("content-transfer-encoding", "7bit")).strip().lower()
        disposition = parsed.get_content_disposition()
        self.disposition = disposition and disposition.encode()
        if self.multipart and not held:                   # see DIFFERENCES.md
            self.children = [PythonPart(email.message_from_bytes(b"\r\n" + octets(payload)))]

    def leaves(self, prefix=""):
        """(section number, part) of the parts that hold no others."""
        numbered = enumerate(self.children, 1) if self.multipart else [(1, self)]
        for n, part in numbered:
            yield from part.leaves_as(f"{prefix}{n}")

    def leaves_as(self, number):
        if self.multipart:
            yield from self.leaves(number + ".")
        elif self.children:
            yield from self.children[0].leaves(number + ".")
        else:
            yield number, self


def octets(text):
    return (text or "").encode("ascii", "surrogateescape")


def encoded(text):
    return text.encode() if isinstance(text, str) else None


def shape(part):
    return (part.type, [shape(child) for child in part.children])


def addresses(parsed, name):
    """(name, address) pairs as octets."""
    values = [octets(str(value) if value.isascii() else value) for value in raw_values(parsed, name)]
    text = [re.sub(rb"\r?\n", b"", value).decode("utf-8", "surrogateescape") for value in values]
    return [(a.encode("utf-8", "surrogateescape"), b.encode("utf-8", "surrogateescape"))
            for a, b in email.utils.getaddresses(text)]


def raw_values(parsed, name):
    """As they are written, raw 8-bit as surrogates."""
    return [value for field, value in parsed.raw_items() if field.lower() == name]
