"""The syntax trees of rules, treated as immutable. Only `Lit` cannot be expressed in ABNF."""
from dataclasses import dataclass


class GrammarError(Exception):
    """The grammar cannot be used; the text says where and why."""


@dataclass
class Set:
    """One byte of `chars`."""
    chars: frozenset


@dataclass
class Text:
    """A sequence of bytes, each a frozenset of one byte, or of both cases of a letter."""
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


# Used only after lowering (lower.py), in place of Repeat.

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
