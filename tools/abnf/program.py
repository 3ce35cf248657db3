"""Lowered trees -> instructions and tables of the Machine (protocol/parse/program.h)."""
from dataclasses import dataclass, field

from .classes import Classes, sets_of
from .grammar import children, references
from .lookahead import Lookahead
from .lower import Lowering, is_unit
from .network import Network
from .syntax import Alt, GrammarError, Lit, Opt, Ref, Seq, Set, Star, Text

STUCK, CHOSEN = 0xffff, 0x8000


@dataclass
class Program:
    code: list = field(default_factory=list)        # [op, a, b]
    texts: bytes = b''
    sets: list = field(default_factory=list)
    numbers: list = field(default_factory=list)
    decisions: list = field(default_factory=list)   # (first state, first target)
    targets: list = field(default_factory=list)
    moves: list = field(default_factory=list)       # rows
    classes: Classes | None = None


def recursive_rules(trees):
    """Names of the rules that can contain themselves."""
    direct = {name: set(references(tree)) & trees.keys() for name, tree in trees.items()}
    below = {name: set(refs) for name, refs in direct.items()}
    changed = True
    while changed:
        changed = False
        for name, refs in below.items():
            more = set().union(refs, *(below[ref] for ref in refs))
            changed |= more != refs
            below[name] = more
    return {name for name, refs in below.items() if name in refs}


class Compiler:
    def __init__(self, grammar):
        self.directives = grammar.directives
        self.trees = Lowering(grammar).all()
        self.network = Network(self.trees, self.directives.start)
        self.program = Program(classes=Classes(sets_of(self.trees)))
        self.lookahead = Lookahead(self.network, self.program.classes)
        self.recursive = recursive_rules(self.trees)
        self.nodes = self.rules_with_nodes()
        self.first_states = {}   # id of a choice -> its automaton's first row
        self.blocks, self.wanted = {}, []  # (rule, silent) -> label of its code

    # Which rules have nodes

    def transparent(self, name):
        return name in self.directives.inline or name in self.directives.states

    def rules_with_nodes(self):
        """Rules that can have a node in some tree, in the order of the grammar."""
        found, todo = set(), [self.directives.start]
        while todo:
            name = todo.pop()
            if name in found:
                continue
            found.add(name)
            if name not in self.directives.leaf:
                todo += [ref for ref in references(self.trees[name]) if ref in self.trees]
        return [name for name in self.trees if name in found and not self.transparent(name)]

    def is_childless(self, name):
        return name in self.directives.leaf or not any(ref in self.trees for ref in references(self.trees[name]))

    def kinds(self, name):
        """The alternatives that a node of this rule distinguishes; empty when there is only one."""
        tree = self.trees[name]
        return tree.items if isinstance(tree, Alt) and name not in self.directives.leaf else []

    # Code

    def emit(self, op, a=0, b=0):
        self.program.code.append([op, a, b])
        return len(self.program.code) - 1

    def here(self):
        return len(self.program.code)

    def compile(self):
        start = self.directives.start
        self.reference(start, silent=False, within=None)
        self.emit('accept')
        while self.wanted:
            name, silent = self.wanted.pop()
            self.blocks[name, silent] = self.here()
            self.node(name, silent)
            self.emit('ret')
        for instruction in self.program.code:
            if instruction[0] == 'call':
                instruction[2] = self.blocks[instruction[2]]
        return self.program

    def reference(self, name, silent, within):
        """Code for a reference to a rule: in place when the rule is lexical, else a call."""
        in_place = silent or name in self.directives.leaf or self.transparent(name)
        if in_place and name not in self.recursive:
            self.node(name, silent, within)
            return
        key = (name, silent)
        if key not in self.blocks:
            self.blocks[key] = None
            self.wanted.append(key)
        self.emit('call', 0, key)

    def node(self, name, silent, within=None):
        """Code for a rule: its content, between the instructions that make its node."""
        if name in self.recursive:
            self.emit('enter')
        if silent or self.transparent(name):
            self.body(name, silent, within or name)
        else:
            begin, end = ('leaf', 'leaf_end') if self.is_childless(name) else ('open', 'close')
            self.emit(begin, self.nodes.index(name))
            self.body(name, name in self.directives.leaf, within if name in self.directives.literals else name)
            self.emit(end)
        if name in self.recursive:
            self.emit('leave')

    def body(self, name, silent, within):
        bounded = name in self.directives.max
        if bounded:
            self.emit('mark')
        tree = self.trees[name]
        kind = None if silent or self.transparent(name) else 'leaf_kind' if self.is_childless(name) else 'kind'
        if kind and self.kinds(name):
            self.alternatives(tree, silent, within, kind)
        else:
            self.tree(tree, silent, within)
        if bounded:
            self.program.numbers.append(self.directives.max[name])
            self.emit('max', 0, len(self.program.numbers) - 1)

    def tree(self, tree, silent, within):
        if isinstance(tree, Seq):
            for item in tree.items:
                self.tree(item, silent, within)
        elif isinstance(tree, Text):
            self.text(tree.units)
        elif isinstance(tree, Set):
            self.emit('set', 0, self.set_number(tree.chars))
        elif isinstance(tree, Ref):
            self.reference(tree.name, silent, within)
        elif isinstance(tree, Lit):
            stream = within in self.directives.stream
            self.emit('literal', ('literal_binary' if tree.binary else '0') + (' | literal_stream' if stream else ''))
        elif isinstance(tree, Alt):
            self.alternatives(tree, silent, within, None)
        elif isinstance(tree, Opt):
            self.optional(tree, silent, within)
        else:
            self.loop(tree, silent, within)

    def text(self, units):
        if not all(is_unit(unit) and fold(unit) is not None for unit in units):
            for unit in units:
                self.emit('set', 0, self.set_number(unit))
            return
        folded = bytes(fold(unit) for unit in units)
        at = self.program.texts.find(folded)
        if at < 0:
            at = len(self.program.texts)
            self.program.texts += folded
        self.emit('text', len(folded), at)

    def set_number(self, chars):
        if chars not in self.program.sets:
            self.program.sets.append(chars)
        return self.program.sets.index(chars)

    def alternatives(self, tree, silent, within, kind):
        targets = self.decide(tree, len(tree.items))
        jumps = []
        for number, item in enumerate(tree.items):
            self.program.targets[targets + number] = self.here()
            if kind and number:
                self.emit(kind, number)
            self.tree(item, silent, within)
            jumps.append(self.emit('jump'))
        for jump in jumps:
            self.program.code[jump][2] = self.here()

    def optional(self, tree, silent, within):
        targets = self.decide(tree, 2)
        self.program.targets[targets] = self.here()
        self.tree(tree.item, silent, within)
        self.program.targets[targets + 1] = self.here()

    def loop(self, tree, silent, within):
        if isinstance(tree.item, Set) and self.one_byte_tells(tree):
            self.emit('span', 0, self.set_number(tree.item.chars))
            return
        top = self.here()
        targets = self.decide(tree, 2)
        self.program.targets[targets] = self.here()
        self.tree(tree.item, silent, within)
        self.emit('jump', 0, top)
        self.program.targets[targets + 1] = self.here()

    def one_byte_tells(self, tree):
        """True when the loop over a set continues for each byte of the set, without looking further."""
        automaton = self.lookahead.decide(tree)
        classes = self.program.classes.of(tree.item.chars)
        return all(automaton.choice[automaton.moves[0].get(c, 0)] == 0 for c in classes)

    # Tables

    def decide(self, tree, choices):
        """Emits the decision; returns the index of its targets."""
        if id(tree) not in self.first_states:
            self.first_states[id(tree)] = self.add_automaton(self.lookahead.decide(tree))
        targets = len(self.program.targets)
        self.program.targets += [None] * choices
        self.program.decisions.append((self.first_states[id(tree)], targets))
        self.emit('decide', 0, len(self.program.decisions) - 1)
        return targets

    def add_automaton(self, automaton):
        undecided = [n for n, choice in enumerate(automaton.choice) if choice is None]
        if 0 not in undecided:
            raise GrammarError('a choice with only one alternative')
        base = len(self.program.moves)
        number = {state: base + row for row, state in enumerate(undecided)}
        value = lambda state: number[state] if state in number else CHOSEN + automaton.choice[state]
        for state in undecided:
            row = [STUCK] * self.program.classes.count
            for byte_class, target in automaton.moves[state].items():
                row[byte_class] = value(target)
            self.program.moves.append(row)
        return base


def fold(unit):
    """The lower-case byte that stands for a unit in Program::texts; None for a letter of one case only."""
    byte = max(unit)
    return None if len(unit) == 1 and chr(byte).isalpha() else byte


def overlaps(compiler):
    """The overlaps of a grammar as lines of text, for the checked-in list."""
    def show(rule, number):
        tree = compiler.trees[rule]
        return describe(tree.items[number]) if isinstance(tree, Alt) and number < len(tree.items) else f'#{number}'
    return sorted(f'{rule}: {show(rule, early)} wins over {show(rule, late)}'
                  for rule, early, late in compiler.lookahead.overlaps)


def describe(tree):
    """A tree as short ABNF-like text."""
    if isinstance(tree, Text):
        return '"' + ''.join(chr(max(u)).upper() for u in tree.units) + '"'
    if isinstance(tree, Ref):
        return tree.name
    if isinstance(tree, Set):
        return f'one of {len(tree.chars)} bytes'
    marks = {Seq: ' ', Alt: ' / '}.get(type(tree))
    inner = [describe(child) for child in children(tree)]
    if marks:
        return '(' + marks.join(inner) + ')'
    return ('*' if isinstance(tree, Star) else '') + '[' + ''.join(inner) + ']'
