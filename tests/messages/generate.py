"""Writes generated.txt: contents in every transfer encoding, alone, in a multipart and in an embedded message. What is
expected comes from how a message was built.

    python3 -m tests.messages.generate > tests/messages/generated.txt

With --check it fails when generated.txt is not what it writes.
"""

import base64
import os
import quopri
import sys

CONTENTS = [("nothing", b""), ("a line", b"one line\r\n"), ("no line end", b"no end"), ("two lines", b"one\r\ntwo\r\n"),
            ("UTF-8", "Grüße\r\n".encode()), ("white space at line ends", b"a \r\nb\t\r\n"), ("equals signs", b"a=b==\r\n")]
ENCODINGS = ["7bit", "8bit", "binary", "base64", "quoted-printable"]
NOTHING = "NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL"


def encoded(content, encoding):
    if encoding == "base64":
        return base64.encodebytes(content).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return quopri.encodestring(content.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return content


def shown(octets):
    return "".join(chr(c) if 0x20 <= c < 0x7f and c not in b'%"\\' else "%%{%02x}" % c for c in octets)


def wanted(octets):
    """As corpus.shown() has it: UTF-8 that can be printed as it is."""
    return "".join(c if c.isprintable() and c != "%" else "%%{%02x}" % ord(c) for c in octets.decode())


def leaf(content, encoding):
    """Header lines, body and BODYSTRUCTURE."""
    body = encoded(content, encoding)
    header = ["Content-Type: text/plain; charset=utf-8", f"Content-Transfer-Encoding: {encoding}"]
    lines = body.count(b"\n")
    return header, body, (f'("text" "plain" ("charset" "utf-8") NIL NIL "{encoding}" {len(body)} {lines} NIL NIL NIL NIL)')


def alone(content, encoding):
    header, body, structure = leaf(content, encoding)
    return header, body, structure, "1"


def in_multipart(content, encoding):
    header, body, structure = leaf(content, encoding)
    lines = "\r\n".join(["--b"] + header + ["", ""]).encode()
    return (["Content-Type: multipart/related; boundary=b; start=x"], lines + body + b"\r\n--b--\r\n",
            f'({structure} "related" ("boundary" "b" "start" "x") NIL NIL NIL)', "1")


def in_message(content, encoding):
    header, body, structure = leaf(content, encoding)
    inner = "\r\n".join(["Subject: in"] + header + ["", ""]).encode() + body
    envelope = NOTHING.replace("NIL NIL", 'NIL "in"', 1)
    lines = inner.count(b"\n")
    return (["Content-Type: message/rfc822"], inner, f'("message" "rfc822" NIL NIL NIL "7bit" {len(inner)} ({envelope}) '
            f'{structure} {lines} NIL NIL NIL NIL)', "1.1")


def entry(title, content, encoding, build):
    header, body, structure, number = build(content, encoding)
    lines = [f"=== {title} in {encoding}, {build.__name__.replace('_', ' ')}"] + [f"| {line}" for line in header] + ["|"]
    lines += [f"| {shown(piece)}\\" for piece in body.splitlines(keepends=True)]
    lines += [f"BODYSTRUCTURE {structure}", f'BINARY[{number}] "{wanted(content)}"']
    return "\n".join(lines)


def main():
    text = "# Written by generate.py. RFC 2045 section 6, RFC 3516 section 4.2.\n\n" + "\n".join(
        entry(title, content, encoding, build) for build in (alone, in_multipart, in_message)
        for title, content in CONTENTS for encoding in ENCODINGS) + "\n"
    if sys.argv[1:] != ["--check"]:
        print(text, end="")
        return 0
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "generated.txt")
    return 0 if open(here, encoding="utf-8", newline="\n").read() == text else "generated.txt is not what generate.py writes"


if __name__ == "__main__":
    sys.exit(main())
