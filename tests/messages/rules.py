"""What must hold of the answers about any message, however broken it is. Shares nothing with the server: sections are
checked against the message's own bytes, decoded content against Python's decoders of transfer encodings."""

import binascii
import re

from tests.messages import values

WHOLE = ["RFC822.SIZE", "ENVELOPE", "BODY", "BODYSTRUCTURE", "RFC822", "RFC822.HEADER", "RFC822.TEXT", "BODY.PEEK[]",
         "BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]", "BODY.PEEK[HEADER.FIELDS (Subject TO X-None)]",
         "BODY.PEEK[HEADER.FIELDS.NOT (Subject TO X-None)]", "BODY.PEEK[]<3.7>", "BODY.PEEK[TEXT]<2.5>",
         "BODY.PEEK[HEADER]<1.1000000>", "BODY.PEEK[]<100000000.5>"]
FIELD = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*(?:\n|\Z))*|[^\n]+\Z")
BOUNDARY = re.compile(rb"""(?im)^content-type:\s*multipart/[^\n]*(?:\n[ \t][^\n]*)*?boundary=\"?([^\";\r\n]+)""")
DECODABLE = {b"7bit", b"8bit", b"binary", b"base64", b"quoted-printable"}


class Answers:
    """All that the server says about message `uid`."""

    def __init__(self, client, uid):
        self.client, self.uid = client, uid
        self.items = self.fetch(WHOLE)
        self.structure = values.Part(self.items["BODYSTRUCTURE"])
        self.parts = dict(self.structure.numbered())
        for asked in portions(self.wanted(), 60):
            self.items.update(self.fetch(asked))

    def fetch(self, items):
        lines, _ = self.client.command(f"UID FETCH {self.uid} ({' '.join(items)})")
        found = {}
        for line in lines:
            found.update(values.fetched(line) or {})
        return found

    def wanted(self):
        for number, part in self.parts.items():
            yield from (f"BODY.PEEK[{number}]", f"BODY.PEEK[{number}]<1.3>", f"BODY.PEEK[{number}.MIME]")
            if part.children and not part.multipart:
                yield from (f"BODY.PEEK[{number}.{what}]" for what in (
                    "HEADER", "TEXT", "HEADER.FIELDS (Subject TO X-None)", "HEADER.FIELDS.NOT (Subject TO X-None)"))
            if part.encoding in DECODABLE:
                yield from (f"BINARY.PEEK[{number}]", f"BINARY.PEEK[{number}]<1.3>", f"BINARY.SIZE[{number}]")

    def section(self, text, kind="BODY"):
        return self.items[f"{kind}[{text}]"]

    def refusal(self, item):
        """The tagged line of a FETCH of one item."""
        return self.client.any_command(f"UID FETCH {self.uid} {item}")[1]


def portions(items, most):
    items = list(items)
    return [items[n:n + most] for n in range(0, len(items), most)]


def check(raw, answers):
    """Raises AssertionError with what does not hold."""
    check_whole(raw, answers)
    check_bodies(answers)
    for number, part in answers.parts.items():
        check_part(raw, answers, number, part)


def same(got, want, what):
    assert got == want, f"{what}:\n  got  {got!r}\n  want {want!r}"


def check_whole(raw, a):
    same(a.items["RFC822.SIZE"], len(raw), "RFC822.SIZE")
    header, text = a.section("HEADER"), a.section("TEXT")
    same(header + text, raw, "HEADER and TEXT together")
    same(header, raw[:header_size(raw)], "HEADER")
    for item, want in (("RFC822", raw), ("RFC822.HEADER", header), ("RFC822.TEXT", text), ("BODY[]", raw),
                       ("BODY[]<3>", raw[3:10]), ("BODY[TEXT]<2>", text[2:7]), ("BODY[HEADER]<1>", header[1:]),
                       ("BODY[]<100000000>", b"")):
        same(a.items[item] or b"", want, item)
    check_fields(a, header, "")


def header_size(raw):
    """Up to and with the first empty line; all of it when there is none. RFC 5322 section 2.1. The boundary of the header's
    own multipart ends it too."""
    match = re.search(rb"(?:\A|\n)\r*\n", raw)
    end = match.end() if match else len(raw)
    named = BOUNDARY.search(raw, 0, end)
    delimiter = raw.find(b"\n--" + named[1].rstrip(), named.end(), end) if named else -1
    return delimiter + 1 if delimiter >= 0 else end


def check_fields(a, header, prefix):
    """HEADER.FIELDS and HEADER.FIELDS.NOT share the fields out. RFC 9051 section 6.4.5.1."""
    for name, fields in zip(("HEADER.FIELDS", "HEADER.FIELDS.NOT"), split(header)):
        section = a.section(f"{prefix}{name} (Subject TO X-None)")
        same(stripped(section), fields, prefix + name)
        same([line for line in FIELD.findall(section) if not line.strip(b"\r\n")], [b"\r\n"], prefix + name + ": empty lines")


def split(header):
    """The two fields of the lists, and all others; a line without a colon is among the others."""
    fields = [field for field in FIELD.findall(header) if field.strip(b"\r\n")]
    chosen = [field for field in fields if re.match(rb"(?i)(?:subject|to)[ \t]*:", field)]
    return lines_of(chosen), lines_of(field for field in fields if field not in chosen)


def lines_of(fields):
    return [field.rstrip(b"\r\n") for field in fields]


def stripped(section):
    return lines_of(field for field in FIELD.findall(section) if field.strip(b"\r\n"))


def check_bodies(a):
    """BODY is BODYSTRUCTURE without its extension data."""
    short = values.Part(a.items["BODY"])
    same(short.shape(), a.structure.shape(), "BODY and BODYSTRUCTURE")
    pending = [short]
    while pending:
        part = pending.pop()
        same(part.extension, [], "extension data in BODY")
        pending += part.children


def check_part(raw, a, number, part):
    body = a.section(number)
    assert body in raw, f"{number} is not a piece of the message: {body!r}"
    same(a.items[f"BODY[{number}]<1>"] or b"", body[1:4], f"BODY[{number}]<1.3>")
    if part.size is not None:
        same(part.size, len(body), f"size of {number}")
    if part.lines is not None:
        same(part.lines, body.count(b"\n"), f"lines of {number}")
    mime = a.section(f"{number}.MIME")
    assert mime in raw, f"{number}.MIME is not a piece of the message: {mime!r}"
    same(len(mime), header_size(mime), f"size of {number}.MIME")
    if part.children and not part.multipart:
        same(a.section(number + ".HEADER") + a.section(number + ".TEXT"), body, f"HEADER and TEXT of {number}")
        same(a.section(number + ".HEADER"), body[:header_size(body)], f"{number}.HEADER")
        check_fields(a, a.section(number + ".HEADER"), number + ".")
    check_binary(a, number, part, body)


def check_binary(a, number, part, body):
    if part.encoding is None:
        return
    if part.encoding not in DECODABLE:
        for item in f"BINARY.PEEK[{number}]", f"BINARY.SIZE[{number}]":   # RFC 3516 section 4.3
            assert a.refusal(item).startswith(b"NO [UNKNOWN-CTE]"), f"{item} of {part.encoding!r}: {a.refusal(item)!r}"
        return
    got = a.section(number, "BINARY")
    same(a.section(number, "BINARY.SIZE"), len(got), f"BINARY.SIZE[{number}]")
    same(a.items[f"BINARY[{number}]<1>"] or b"", got[1:4], f"BINARY[{number}]<1.3>")
    same(got, decoded(body, part.encoding), f"BINARY[{number}]")


def decoded(body, encoding):
    return {b"base64": base64_of, b"quoted-printable": quoted_printable_of}.get(encoding, bytes)(body)


def base64_of(body):
    """RFC 2045 section 6.8: what is not of the alphabet is left out. Behind padding a new unit begins; a byte that is
    not complete is dropped."""
    out = b""
    for run in re.sub(rb"[^A-Za-z0-9+/=]", b"", body).split(b"="):
        whole, rest = run[:len(run) // 4 * 4], run[len(run) // 4 * 4:]
        out += binascii.a2b_base64(whole)
        out += binascii.a2b_base64(rest + b"A" * (4 - len(rest)))[:len(rest) - 1] if len(rest) > 1 else b""
    return out


def quoted_printable_of(body):
    """RFC 2045 section 6.7: white space at the end of a line is removed, what is no escape stays as it is."""
    body = re.sub(rb"[ \t]+(?=\r?\n|\Z)", b"", body)
    return re.sub(rb"=(?:([0-9A-Fa-f]{2})|\r*\n|\Z)", lambda match: bytes.fromhex((match[1] or b"").decode()), body)
