"""The ;@ lines in the .abnf files.

;@ rfc N                  the source of the rules (for readers)
;@ capability NAME        the capability that the server announces (for readers)
;@ start RULE             the rule a whole command or response matches
;@ leaf RULE...           such a rule has no child nodes: only its text matters
;@ inline RULE...         such a rule has no node: its content belongs to the enclosing rule
;@ generic RULE...        such an alternative is tried after all others
;@ max RULE N             the number that the rule matches is at most N
;@ literal RULE           the rule is a counted literal, matched by the machine
;@ stream RULE            a literal directly in this rule is a message and may be streamed
;@ state RULE STATE...    commands that are alternatives of this rule are valid in these states
;@ by-uid RULE            the commands in this rule are forms "by UID"
;@ replace RULE...        this file redefines a rule of an earlier one
"""
from .syntax import GrammarError


class Directives:
    def __init__(self):
        self.start = None
        self.leaf, self.inline, self.generic = set(), set(), set()
        self.literals, self.stream, self.by_uid = set(), set(), set()
        self.max, self.states = {}, {}

    def add(self, where, words):
        """Takes one line; returns the names that `replace` allows to be redefined."""
        key, names = words[0], [word.lower() for word in words[1:]]
        sets = {'leaf': self.leaf, 'inline': self.inline, 'generic': self.generic,
                'literal': self.literals, 'stream': self.stream, 'by-uid': self.by_uid}
        if key in sets:
            sets[key].update(names)
        elif key == 'start':
            self.start = names[0]
        elif key == 'max':
            self.max[names[0]] = int(names[1])
        elif key == 'state':
            self.states[names[0]] = names[1:]
        elif key == 'replace':
            return set(names)
        elif key not in ('rfc', 'capability'):
            raise GrammarError(f'{where}: no directive {key!r}')
        return set()
