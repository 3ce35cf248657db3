"""Decides exactly whether a grammar matches a text, by computing all possible ends of a rule from each place.
Independent of the generated C++: it works on the trees as read and never has to choose."""
import re

from .syntax import Alt, Lit, Ref, Repeat, Seq, Set, Text

HEADER = re.compile(rb'(~?)\{([0-9]+)\+?\}\r\n')
MAX_OCTETS = 2 ** 63 - 1


class Recogniser:
    def __init__(self, grammar, max_depth=32):
        self.grammar = grammar

    def accepts(self, data):
        self.data, self.known = data, {}
        return len(data) in self.rule(self.grammar.directives.start, 0)

    def rule(self, name, at):
        key = name, at
        if key not in self.known:
            ends = self.ends(self.grammar.rules[name], at)
            most = self.grammar.directives.max.get(name)
            if most is not None:
                ends = frozenset(end for end in ends if int(self.data[at:end] or b'0') <= most)
            self.known[key] = ends
        return self.known[key]

    def ends(self, tree, at):
        return getattr(self, type(tree).__name__.lower())(tree, at)

    def ref(self, tree, at):
        return self.rule(tree.name, at)

    def set(self, tree, at):
        return frozenset({at + 1}) if at < len(self.data) and self.data[at] in tree.chars else frozenset()

    def text(self, tree, at):
        end = at + len(tree.units)
        same = end <= len(self.data) and all(b in unit for b, unit in zip(self.data[at:end], tree.units))
        return frozenset({end}) if same else frozenset()

    def seq(self, tree, at):
        places = {at}
        for item in tree.items:
            places = set().union(*(self.ends(item, place) for place in places))
        return frozenset(places)

    def alt(self, tree, at):
        return frozenset().union(*(self.ends(item, at) for item in tree.items))

    def repeat(self, tree, at):
        found, places, count = set(), {at}, 0
        seen = set()
        while places:
            if count >= tree.least:
                found |= places
                places = places - seen
                seen |= places
            if count == tree.most:
                break
            places = set().union(*(self.ends(tree.item, place) for place in places)) if places else set()
            count += 1
        return frozenset(found)

    def lit(self, tree, at):
        match = HEADER.match(self.data, at)
        if not match or bool(match.group(1)) != tree.binary or int(match.group(2)) > MAX_OCTETS:
            return frozenset()
        end = match.end() + int(match.group(2))
        content = self.data[match.end():end]
        good = end <= len(self.data) and (tree.binary or b'\0' not in content)
        return frozenset({end}) if good else frozenset()


__all__ = ['Alt', 'Lit', 'Recogniser', 'Ref', 'Repeat', 'Seq', 'Set', 'Text']
