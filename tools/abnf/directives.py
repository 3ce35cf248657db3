"""Our own lines in the .abnf files.

;@ rfc N                  where the rules are from (for readers)
;@ capability NAME        what the server announces for it (for readers)
;@ start RULE             the rule a whole command or response matches
;@ leaf RULE...           no nodes below the node of such a rule: its text is all there is
;@ inline RULE...         no node for such a rule: what is in it belongs to the rule around it
;@ generic RULE...        an alternative that is one of these gives way to all others
;@ max RULE N             the digits such a rule matches are at most N
;@ literal RULE           the rule is a counted literal, matched by the machine
;@ stream RULE            a literal directly in this rule is a message: it may be taken as a stream
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
