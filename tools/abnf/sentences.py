"""Random sentences of a grammar, valid and damaged, from a seed."""
import random
import sys

from .recogniser import Recogniser
from .syntax import Alt, Lit, Ref, Repeat, Seq, Set

DEEP = 14  # from this depth on the shortest alternative is taken


class Maker:
    def __init__(self, grammar, seed):
        self.grammar, self.random = grammar, random.Random(seed)
        self.heights = self.rule_heights()

    def rule_heights(self):
        """The smallest nesting depth that a sentence of each rule needs."""
        heights = dict.fromkeys(self.grammar.rules, 1000)
        for _ in heights:
            for name, tree in self.grammar.rules.items():
                heights[name] = min(heights[name], 1 + self.height(tree, heights))
        return heights

    def height(self, tree, heights):
        if isinstance(tree, Ref):
            return heights[tree.name]
        if isinstance(tree, Alt):
            return min(self.height(item, heights) for item in tree.items)
        if isinstance(tree, Seq):
            return max(self.height(item, heights) for item in tree.items)
        return self.height(tree.item, heights) if isinstance(tree, Repeat) and tree.least else 0

    def sentence(self):
        return self.rule(self.grammar.directives.start, 0)

    def rule(self, name, depth):
        most = self.grammar.directives.max.get(name)
        while True:
            made = self.make(self.grammar.rules[name], depth + 1)
            if most is None or int(made) <= most:
                return made

    def make(self, tree, depth):
        return getattr(self, type(tree).__name__.lower())(tree, depth)

    def ref(self, tree, depth):
        return self.rule(tree.name, depth)

    def set(self, tree, depth):
        return bytes([self.random.choice(sorted(tree.chars))])

    def text(self, tree, depth):
        return bytes(self.random.choice(sorted(unit)) for unit in tree.units)

    def seq(self, tree, depth):
        return b''.join(self.make(item, depth) for item in tree.items)

    def alt(self, tree, depth):
        if depth < DEEP:
            return self.make(self.random.choice(tree.items), depth)
        return self.make(min(tree.items, key=lambda item: self.height(item, self.heights)), depth)

    def repeat(self, tree, depth):
        most = tree.most if tree.most is not None else tree.least + self.some()
        count = tree.least if depth >= DEEP else self.random.randint(tree.least, most)
        return b''.join(self.make(tree.item, depth) for _ in range(count))

    def some(self):
        return min(int(self.random.expovariate(0.6)), 9)

    def lit(self, tree, depth):
        octets = range(256) if tree.binary else range(1, 256)
        content = bytes(self.random.choices(octets, k=self.some()))
        return b'%s{%d%s}\r\n%s' % (b'~' if tree.binary else b'', len(content), self.random.choice([b'', b'+']), content)

    def damaged(self, sentence):
        """The sentence with one or two places changed, removed, repeated or inserted, or spliced with another one."""
        bytes_of = bytearray(sentence)
        for _ in range(self.random.choice((1, 1, 1, 2))):
            at = self.random.randrange(len(bytes_of) + 1)
            how = self.random.randrange(5)
            other = self.sentence()
            if how == 0:
                bytes_of[at:at + 1] = bytes([self.random.choice(other)])
            elif how == 1:
                del bytes_of[at:at + self.random.randint(1, 3)]
            elif how == 2:
                bytes_of[at:at] = bytes_of[at:at + self.random.randint(1, 4)]
            elif how == 3:
                bytes_of[at:at] = bytes([self.random.choice(b' ()"{}\\*%,:$<>[].0123456789+\r\n\0\xff')])
            else:
                cut = self.random.randrange(len(other))
                bytes_of[at:] = other[cut:]
        return bytes(bytes_of)


def write(sentence, verdict):
    """'A' or 'R' (accept, refuse), the length in decimal, a line feed, the bytes."""
    sys.stdout.buffer.write(b'%s%d\n%s' % (verdict, len(sentence), sentence))


def print_valid(args, grammar):
    maker = Maker(grammar, args.seed)
    for _ in range(args.count):
        write(maker.sentence(), b'A')


def print_mutants(args, grammar):
    maker, recogniser = Maker(grammar, args.seed), Recogniser(grammar)
    for _ in range(args.count):
        mutant = maker.damaged(maker.sentence())
        write(mutant, b'A' if recogniser.accepts(mutant) else b'R')
