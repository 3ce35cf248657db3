"""The ;@ lines in the .abnf files. protocol/README.md explains those about commands.

About the document:
;@ rfc N                  the source of the rules (for readers)
;@ capability NAME [WHEN] a capability that the server announces: always, before-login or after-login (the default)

About the parser:
;@ start RULE             the rule a whole command or response matches
;@ leaf RULE...           such a rule has no child nodes: only its text matters
;@ inline RULE...         such a rule has no node: its content belongs to the enclosing rule
;@ generic RULE...        such an alternative is tried after all others
;@ max RULE N             the number that the rule matches is at most N
;@ literal RULE           the rule is a counted literal, matched by the machine
;@ stream RULE            a literal directly in this rule is a message and may be streamed
;@ replace RULE...        this file redefines a rule of an earlier one

About commands:
;@ state RULE STATE...    commands that are alternatives of this rule are valid in these states
;@ by-uid RULE            the commands in this rule are forms "by UID"
;@ holds-removals CMD...  while such a command runs by sequence number, no EXPUNGE may be sent
;@ changes CMD...         such a command changes what is stored; who may only read is refused it
;@ limit CMD NAME         Limits::NAME (src/core/limits.h) bounds the command's bytes, not Limits::arguments
"""
from .syntax import GrammarError

WHEN = ('always', 'before-login', 'after-login')


class Directives:
    def __init__(self):
        self.start = None
        self.leaf, self.inline, self.generic = set(), set(), set()
        self.literals, self.stream, self.by_uid = set(), set(), set()
        self.holds_removals, self.changes = set(), set()
        self.max, self.states, self.limits, self.capabilities = {}, {}, {}, {}

    def add(self, where, words):
        """Takes one line; returns the names that `replace` allows to be redefined."""
        key, names = words[0], [word.lower() for word in words[1:]]
        sets = {'leaf': self.leaf, 'inline': self.inline, 'generic': self.generic, 'literal': self.literals,
                'stream': self.stream, 'by-uid': self.by_uid, 'holds-removals': self.holds_removals,
                'changes': self.changes}
        if key in sets:
            sets[key].update(names)
        elif key == 'start':
            self.start = names[0]
        elif key == 'max':
            self.max[names[0]] = int(names[1])
        elif key == 'state':
            self.states[names[0]] = names[1:]
        elif key == 'limit':
            self.limits[names[0]] = names[1]
        elif key == 'capability':
            self.add_capability(where, words[1], names[1:])
        elif key == 'replace':
            return set(names)
        elif key != 'rfc':
            raise GrammarError(f'{where}: no directive {key!r}')
        return set()

    def add_capability(self, where, name, when):
        when = when or ['after-login']
        if name in self.capabilities:
            raise GrammarError(f'{where}: {name} is announced already')
        if len(when) > 1 or when[0] not in WHEN:
            raise GrammarError(f'{where}: {name} is announced {" or ".join(WHEN)}, not {" ".join(when)}')
        self.capabilities[name] = when[0]
