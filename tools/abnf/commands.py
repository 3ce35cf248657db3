"""The C++ for what the grammar says about commands: states, attributes, capabilities, dispatch."""
from .directives import WHEN
from .grammar import references
from .names import class_name, identifier
from .syntax import GrammarError


class CommandWriter:
    def __init__(self, trees, directives):
        self.trees, self.directives = trees, directives
        self.check()

    def check(self):
        """An attribute of a rule that is not a command would have no effect."""
        known = self.commands()
        for attribute, names in [('holds-removals', self.directives.holds_removals), ('changes', self.directives.changes),
                                 ('limit', self.directives.limits)]:
            for name in sorted(names):
                if name not in known:
                    raise GrammarError(f'{attribute}: no command {name}')

    def commands(self):
        """The states of each command, those after UID included."""
        found = {}
        for hook, states in self.directives.states.items():
            for name in references(self.trees[hook]):
                inner = references(self.trees[name]) if name in self.directives.by_uid else [name]
                for command in inner:
                    found.setdefault(command, states)
        return found

    def text(self):
        return [STATES.replace('@ROWS@', self.state_rows()), self.by_uid(), self.holds_removals(), self.changes(),
                self.limits(), self.capabilities(), DISPATCH.replace('@CASES@', self.cases())]

    def state_rows(self):
        return '\n'.join(f'    case Rule::{identifier(name)}: return ' +
                         ' || '.join(f'state == State::{identifier(state)}' for state in states) + ';'
                         for name, states in self.commands().items())

    def by_uid(self):
        return BY_UID.replace('@RULES@', one_of(self.directives.by_uid))

    def holds_removals(self):
        return HOLDS_REMOVALS.replace('@RULES@', one_of(self.directives.holds_removals))

    def changes(self):
        return CHANGES.replace('@RULES@', one_of(self.directives.changes))

    def limits(self):
        rows = '\n'.join(f'    case Rule::{identifier(name)}: return &Limits::{limit};'
                         for name, limit in sorted(self.directives.limits.items()))
        return LIMITS.replace('@ROWS@', rows)

    def capabilities(self):
        names = {name: identifier(name) for name in self.directives.capabilities}
        rows = ',\n'.join(f'    {{CapabilityName::{names[name]}, "{name}", Announced::{identifier(when)}}}'
                          for name, when in self.directives.capabilities.items())
        return CAPABILITIES.replace('@WHEN@', ', '.join(map(identifier, WHEN))) \
            .replace('@NAMES@', ',\n  '.join(names.values())).replace('@ROWS@', rows)

    def cases(self):
        return '\n'.join(f'    case Rule::{identifier(name)}: return visitor({class_name(name)}(view));'
                         for name in self.commands())


def one_of(rules):
    return ' || '.join(f'rule == Rule::{identifier(name)}' for name in sorted(rules)) or 'false'


STATES = '''/// The states of a connection. RFC 9051 section 3.
enum class State : std::uint8_t { not_authenticated, authenticated, selected };

/// True when the command is valid in the state, as the rule it extends says. False for other rules.
constexpr bool allowed_in(Rule rule, State state) {
  switch (rule) {
@ROWS@
    default: return false;
  }
}
'''

BY_UID = '''/// True when the commands in a node of this rule are forms "by UID".
constexpr bool is_by_uid([[maybe_unused]] Rule rule) { return @RULES@; }
'''

HOLDS_REMOVALS = '''/// True when no EXPUNGE may be sent while the command runs, unless it is a form "by UID". RFC 9051 section 7.5.1.
constexpr bool holds_removals([[maybe_unused]] Rule rule) { return @RULES@; }
'''

CHANGES = '''/// True when the command changes what is stored, mailboxes or messages.
constexpr bool changes([[maybe_unused]] Rule rule) { return @RULES@; }
'''

LIMITS = '''/// The limit of the command's bytes, including its literals.
constexpr std::size_t Limits::* argument_limit(Rule rule) {
  switch (rule) {
@ROWS@
    default: return &Limits::arguments;
  }
}
'''

CAPABILITIES = '''/// What the server announces. RFC 9051 section 6.1.1.
enum class CapabilityName : std::uint8_t {
  @NAMES@
};

enum class Announced : std::uint8_t { @WHEN@ };

struct Announcement {
  CapabilityName capability;
  std::string_view name;
  Announced when;
};

/// All capabilities, in the order of the grammar's files.
inline constexpr Announcement announcements[] = {
@ROWS@
};

/// As it is announced.
constexpr std::string_view to_string(CapabilityName capability) {
  for (const Announcement& one : announcements)
    if (one.capability == capability) return one.name;
  return {};
}
'''

DISPATCH = '''/// Calls visitor(view of the command); `rule` must be a command. A visitor that does not accept every command does
/// not compile; all its overloads return the same type.
template <class Visitor>
decltype(auto) dispatch(Rule rule, const View& view, Visitor&& visitor) {
  switch (rule) {
@CASES@
    default: break;
  }
  __builtin_unreachable();
}
'''
