"""The words of a grammar as a dictionary for libFuzzer."""
from .syntax import Alt, Repeat, Seq, Text


def words(tree):
    """Each text of at least two bytes in the tree, letters in upper case, in the order of the grammar."""
    if isinstance(tree, Text):
        yield bytes(min(unit) for unit in tree.units)
    for item in tree.items if isinstance(tree, (Alt, Seq)) else [tree.item] if isinstance(tree, Repeat) else []:
        yield from words(item)


def entry(word):
    """A word between quotes; what is not printable, and the characters that mean something there, as \\xHH."""
    plain = lambda byte: 0x20 <= byte < 0x7f and byte not in b'"\\'
    return '"' + ''.join(chr(byte) if plain(byte) else f'\\x{byte:02x}' for byte in word) + '"'


def print_dictionary(_, grammar):
    found = dict.fromkeys(word for tree in grammar.rules.values() for word in words(tree))
    print('\n'.join(entry(word) for word in found if len(word) > 1))
