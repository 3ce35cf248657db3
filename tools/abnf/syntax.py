"""What a rule is made of. Small immutable-by-habit trees; `Lit` is the one thing that ABNF cannot say."""
from dataclasses import dataclass


class GrammarError(Exception):
    """The grammar cannot be used; the text says where and why."""


@dataclass
class Set:
    """One byte out of `chars`."""
    chars: frozenset


@dataclass
class Text:
    """Bytes in a row, each a frozenset of one byte, or of both cases of a letter."""
    units: tuple


@dataclass
class Ref:
    name: str


@dataclass
class Seq:
    items: list


@dataclass
class Alt:
    items: list


@dataclass
class Repeat:
    least: int
    most: int | None  # None: any number
    item: object


@dataclass
class Lit:
    """A literal: the header with the count, then that many octets. RFC 9051 section 4.3."""
    binary: bool


# Only after lowering (lower.py): what is left of Repeat.

@dataclass
class Opt:
    item: object


@dataclass
class Star:
    item: object


def text(string, case_sensitive=False):
    """The Text (or, for a single byte, the Set) of a quoted string."""
    units = []
    for byte in string.encode('latin-1'):
        char = chr(byte)
        both = {byte} if case_sensitive else {ord(char.lower()), ord(char.upper())}
        units.append(frozenset(both))
    return Text(tuple(units))
