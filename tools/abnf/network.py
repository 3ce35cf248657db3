"""The grammar as a network of states, one fragment a rule, with calls between them: lookahead.py walks it."""
from dataclasses import dataclass, field

from .syntax import Alt, GrammarError, Lit, Opt, Ref, Seq, Set, Star, Text

END = 256  # stands for the end of the input where a byte is expected


@dataclass(eq=False)
class State:
    number: int
    rule: str
    empty: list = field(default_factory=list)    # states reached without a byte
    sets: list = field(default_factory=list)     # (frozenset of bytes, state)
    call: tuple | None = None                    # (rule, state to return to)
    literal: object | None = None                # (first byte, state after it): a counted literal begins here
    last: bool = False                           # the rule ends here

    def __repr__(self):
        return f'{self.rule}#{self.number}'


class Network:
    def __init__(self, trees, start):
        self.trees, self.start = trees, start
        self.count = 0
        self.first, self.returns = {}, {name: [] for name in trees}
        self.branches = {}  # id of an Alt, Opt or Star -> its decision: the states its choices begin with
        for name, tree in trees.items():
            self.add_rule(name, tree)

    def state(self, rule):
        self.count += 1
        return State(self.count, rule)

    def add_rule(self, name, tree):
        begin = self.first[name] = self.state(name)
        self.build(name, tree, begin).last = True

    def build(self, rule, tree, at):
        """Adds `tree` after `at`; returns the state after it."""
        if isinstance(tree, Seq):
            for item in tree.items:
                at = self.build(rule, item, at)
            return at
        if isinstance(tree, (Set, Text)):
            for unit in tree.units if isinstance(tree, Text) else (tree.chars,):
                after = self.state(rule)
                at.sets.append((unit, after))
                at = after
            return at
        if isinstance(tree, (Alt, Opt, Star)):
            return self.branch(rule, tree, at)
        after = self.state(rule)
        if isinstance(tree, Ref):
            at.call = (tree.name, after)
            self.returns[tree.name].append(after)
        elif isinstance(tree, Lit):
            at.literal = (ord('~' if tree.binary else '{'), after)
        else:
            raise GrammarError(f'{rule}: cannot use {tree!r}')
        return after

    def branch(self, rule, tree, at):
        """The choices of an Alt are its alternatives in order; those of Opt and Star are to enter and to skip."""
        split, after = self.state(rule), self.state(rule)
        at.empty.append(split)
        inner = tree.items if isinstance(tree, Alt) else [tree.item]
        begins = [self.state(rule) for _ in inner]
        for begin, item in zip(begins, inner):
            end = self.build(rule, item, begin)
            end.empty.append(split if isinstance(tree, Star) else after)
        if not isinstance(tree, Alt):
            begins.append(after)
        split.empty += begins
        self.branches[id(tree)] = (rule, begins)
        return after
