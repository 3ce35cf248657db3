"""ABNF text (RFC 5234) -> syntax trees and directives, file by file."""
import re

from .syntax import Alt, GrammarError, Ref, Repeat, Seq, Set, text

TOKEN = re.compile(r'''
    (?P<space>[ \t\n]+)
  | (?P<string>"[^"]*")
  | (?P<value>%[xX][0-9A-Fa-f]+(?:-[0-9A-Fa-f]+|(?:\.[0-9A-Fa-f]+)+)?)
  | (?P<repeat>\d*\*\d*|\d+)
  | (?P<name>[A-Za-z][A-Za-z0-9-]*)
  | (?P<punct>[()/\[\]])
''', re.X)


def strip_comment(line):
    """The line without its comment; a semicolon in a quoted string does not begin one."""
    return re.sub(r'^((?:[^";]|"[^"]*")*);.*', r'\1', line)


def logical_rules(path):
    """Yields (line number, rule text) with continuation lines joined, and (line number, ';@ …') for directives."""
    current, start = '', 0
    for number, line in enumerate(path.read_text('ascii').split('\n'), 1):
        if line.startswith(';@'):
            yield number, line
            continue
        body = strip_comment(line).rstrip()
        if not body:
            continue
        if body[0] in ' \t':
            current += '\n' + body
            continue
        if current:
            yield start, current
        current, start = body, number
    if current:
        yield start, current


class RuleParser:
    """The right side of one rule, by recursive descent. RFC 5234 section 4."""

    def __init__(self, source, where):
        self.where = where
        self.tokens = list(self.split(source))
        self.at = 0

    def split(self, source):
        at = 0
        while at < len(source):
            match = TOKEN.match(source, at)
            if not match:
                raise GrammarError(f'{self.where}: cannot read {source[at:at + 20]!r}')
            at = match.end()
            if match.lastgroup != 'space':
                yield match.lastgroup, match.group()

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, expected=None):
        kind, value = self.peek()
        if expected is not None and value != expected:
            raise GrammarError(f'{self.where}: expected {expected!r}, not {value!r}')
        self.at += 1
        return kind, value

    def whole(self):
        tree = self.alternation()
        if self.at != len(self.tokens):
            raise GrammarError(f'{self.where}: unexpected {self.peek()[1]!r}')
        return tree

    def alternation(self):
        items = [self.concatenation()]
        while self.peek()[1] == '/':
            self.take()
            items.append(self.concatenation())
        return items[0] if len(items) == 1 else Alt(items)

    def concatenation(self):
        items = []
        while self.peek()[1] not in (None, '/', ')', ']'):
            items.append(self.repetition())
        if not items:
            raise GrammarError(f'{self.where}: an empty alternative')
        return items[0] if len(items) == 1 else Seq(items)

    def repetition(self):
        kind, value = self.peek()
        if kind != 'repeat':
            return self.element()
        self.take()
        low, star, high = value.partition('*')
        least = int(low or 0)
        most = int(high) if high else None if star else least
        return Repeat(least, most, self.element())

    def element(self):
        kind, value = self.take()
        if kind == 'name':
            return Ref(value.lower())
        if kind == 'string':
            return text(value[1:-1])
        if kind == 'value':
            return self.number(value[2:])
        closing = {'(': ')', '[': ']'}.get(value)
        if closing is None:
            raise GrammarError(f'{self.where}: unexpected {value!r}')
        inner = self.alternation()
        self.take(closing)
        return Repeat(0, 1, inner) if value == '[' else inner

    @staticmethod
    def number(value):
        if '-' in value:
            low, high = value.split('-')
            return Set(frozenset(range(int(low, 16), int(high, 16) + 1)))
        return text(''.join(chr(int(part, 16)) for part in value.split('.')), case_sensitive=True)


def read(path):
    """Yields ('directive', where, words) and ('rule', where, (name, operator, tree)) of one file."""
    for number, source in logical_rules(path):
        where = f'{path.name}:{number}'
        if source.startswith(';@'):
            yield 'directive', where, source[2:].split()
            continue
        match = re.match(r'([A-Za-z][A-Za-z0-9-]*)\s*(=/|=)', source)
        if not match:
            raise GrammarError(f'{where}: not a rule: {source[:40]!r}')
        tree = RuleParser(source[match.end():], where).whole()
        yield 'rule', where, (match.group(1).lower(), match.group(2), tree)
