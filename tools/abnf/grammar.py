"""All files of a grammar together: rules by name, with `=/` joined, and the `;@` lines (directives.py)."""
from . import reader
from .directives import Directives
from .syntax import Alt, GrammarError, Lit, Ref, Repeat, Seq, Set, Text


class Grammar:
    def __init__(self):
        self.rules = {}
        self.directives = Directives()

    @staticmethod
    def load(paths):
        grammar = Grammar()
        for path in paths:
            grammar.add_file(path)
        grammar.finish()
        return grammar

    def add_file(self, path):
        replaced = set()
        for what, where, content in reader.read(path):
            if what == 'directive':
                replaced |= self.directives.add(where, content)
            else:
                self.add_rule(where, replaced, *content)

    def add_rule(self, where, replaced, name, operator, tree):
        known = name in self.rules
        if operator == '=' and known and name not in replaced:
            raise GrammarError(f'{where}: {name} is already defined (";@ replace {name}" would allow it)')
        if operator == '=/' and not known:
            raise GrammarError(f'{where}: {name} is extended before it is defined')
        self.rules[name] = tree if operator == '=' else join(self.rules[name], tree)
        replaced.discard(name)

    def finish(self):
        for name in self.directives.literals:
            self.rules[name] = Lit(binary=name == 'literal8')
        self.check_references()
        for name, tree in self.rules.items():
            self.rules[name] = self.generic_last(tree)
        self.drop_unreachable()

    def check_references(self):
        for name, tree in self.rules.items():
            for ref in references(tree):
                if ref not in self.rules:
                    raise GrammarError(f'{name}: unknown rule {ref}')

    def generic_last(self, tree):
        """The earlier alternative wins (RFC 9051 section 9), so a generic one is moved to the end."""
        if isinstance(tree, Alt):
            tree.items.sort(key=lambda item: isinstance(item, Ref) and item.name in self.directives.generic)
        return tree

    def drop_unreachable(self):
        found, todo = set(), [self.directives.start]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += references(self.rules[name])
        self.rules = {name: tree for name, tree in self.rules.items() if name in found}


def join(old, new):
    items = lambda tree: tree.items if isinstance(tree, Alt) else [tree]
    return Alt(items(old) + items(new))


def children(tree):
    if isinstance(tree, (Seq, Alt)):
        return tree.items
    if isinstance(tree, Repeat) or hasattr(tree, 'item'):
        return [tree.item]
    return []


def references(tree):
    """Names of the rules a tree refers to, in order, with repetitions."""
    if isinstance(tree, Ref):
        return [tree.name]
    return [name for child in children(tree) for name in references(child)]


def as_set(tree, rules, seen=()):
    """The bytes of a tree that always matches exactly one byte; None for any other tree."""
    if isinstance(tree, Set):
        return tree.chars
    if isinstance(tree, Text):
        return tree.units[0] if len(tree.units) == 1 else None
    if isinstance(tree, Ref):
        return None if tree.name in seen else as_set(rules[tree.name], rules, (*seen, tree.name))
    if isinstance(tree, Alt):
        sets = [as_set(item, rules, seen) for item in tree.items]
        return None if None in sets else frozenset().union(*sets)
    return None
