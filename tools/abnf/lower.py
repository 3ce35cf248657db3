"""Simplifies trees: repetitions become Opt and Star, one-byte rules become sets, neighbouring texts are joined."""
from copy import deepcopy

from .grammar import as_set
from .syntax import Alt, Lit, Opt, Ref, Repeat, Seq, Set, Star, Text


class Lowering:
    def __init__(self, grammar):
        self.rules = grammar.rules
        self.directives = grammar.directives

    def all(self):
        """The lowered trees of all rules that match more than one byte, by name."""
        keep = self.directives.start
        return {name: self.lower(tree) for name, tree in self.rules.items()
                if name == keep or as_set(tree, self.rules) is None}

    def lower(self, tree):
        one_byte = as_set(tree, self.rules)
        if one_byte is not None:
            return Set(one_byte)
        if isinstance(tree, Seq):
            return sequence([self.lower(item) for item in tree.items])
        if isinstance(tree, Alt):
            return self.alternatives(tree)
        if isinstance(tree, Repeat):
            return self.repetition(tree)
        return tree

    def alternatives(self, tree):
        """Merges the alternatives of inline rules into the enclosing ones, and neighbouring sets into one."""
        items = []
        for item in self.spliced(tree):
            lowered = self.lower(item)
            if isinstance(lowered, Set) and items and isinstance(items[-1], Set):
                items[-1] = Set(items[-1].chars | lowered.chars)
            else:
                items.append(lowered)
        return items[0] if len(items) == 1 else Alt(items)

    def spliced(self, tree):
        for item in tree.items:
            inner = self.rules[item.name] if isinstance(item, Ref) else None
            transparent = isinstance(item, Ref) and (item.name in self.directives.inline or
                                                     item.name in self.directives.states)
            if transparent and isinstance(inner, Alt):
                yield from self.spliced(inner)
            else:
                yield item

    def repetition(self, tree):
        item = self.lower(tree.item)
        fixed = [deepcopy(item) for _ in range(tree.least)]
        if tree.most is None:
            return sequence([*fixed, Star(deepcopy(item))])
        rest = None
        for _ in range(tree.most - tree.least):
            rest = Opt(deepcopy(item) if rest is None else sequence([deepcopy(item), rest]))
        return sequence(fixed + ([rest] if rest else []))


def sequence(items):
    """A Seq without nested Seqs; neighbouring fixed bytes are joined into one Text."""
    flat = []
    for item in items:
        for part in item.items if isinstance(item, Seq) else [item]:
            units = fixed_units(part)
            if units and flat and (before := fixed_units(flat[-1])):
                flat[-1] = Text(before + units)
            else:
                flat.append(part)
    return flat[0] if len(flat) == 1 else Seq(flat)


def fixed_units(part):
    """The units of a Text, or of a Set that is one byte or one letter in both cases."""
    if isinstance(part, Text):
        return part.units
    if isinstance(part, Set) and is_unit(part.chars):
        return (part.chars,)
    return None


def is_unit(chars):
    folded = {chr(byte).lower() for byte in chars if byte < 128}
    return len(chars) == 1 or (len(chars) == 2 and len(folded) == 1 and max(chars) < 128)


__all__ = ['Lowering', 'Lit']
