"""Reads the files of the corpus; README.md beside this describes them."""

import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
ESCAPE = re.compile(rb"%\{(?:([0-9a-f]+)|([^{}]*)\*(\d+))\}")


class Message:
    def __init__(self, title, where):
        self.title, self.where, self.raw, self.expected = title, where, b"", []


def unescaped(line):
    """%{0d0a} gives bytes, %{text*500} repeats."""
    return ESCAPE.sub(lambda m: bytes.fromhex(m[1].decode()) if m[1] else m[2] * int(m[3]), line.encode())


def data(line):
    """A line with CRLF; a \\ at its end removes that."""
    return unescaped(line[:-1]) if line.endswith("\\") else unescaped(line) + b"\r\n"


def messages(path):
    found = []
    for number, line in enumerate(open(path, encoding="utf-8", newline="\n").read().split("\n"), 1):
        if line.startswith("=== "):
            found.append(Message(line[4:], f"{os.path.basename(path)}:{number}"))
        elif line.startswith("|"):
            assert not found[-1].expected, f"{path}:{number}: the message comes before what is expected"
            found[-1].raw += data(line[2:])
        elif line and not line.startswith("#"):
            key, _, content = line.partition(" ")
            found[-1].expected.append((key, content, f"{os.path.basename(path)}:{number}"))
    return found


def files():
    return sorted(os.path.join(HERE, name) for name in os.listdir(HERE) if name.endswith(".txt"))


def shown(octets):
    """Bytes as the files write them."""
    text = octets.decode("utf-8", "surrogateescape")
    keep = lambda c: c.isprintable() and c not in "%" and not 0xdc80 <= ord(c) <= 0xdcff
    return "".join(c if keep(c) else "%{" + c.encode("utf-8", "surrogateescape").hex() + "}" for c in text)
