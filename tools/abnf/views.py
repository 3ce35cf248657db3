"""The C++ of a grammar: enum Rule, a view class a rule, tables."""
import math

from .commands import CommandWriter
from .names import class_name, identifier
from .syntax import Alt, Opt, Ref, Seq, Star, Text

PUNCTUATION = {'(': 'paren', '"': 'quote', '*': 'star', '$': 'dollar', '[': 'bracket', '\\*': 'any', '+': 'plus'}


class ViewWriter:
    def __init__(self, compiler, namespace):
        self.compiler, self.namespace = compiler, namespace
        self.trees, self.directives = compiler.trees, compiler.directives

    # How often a rule occurs in another

    def counts(self, tree):
        """name -> (least, most) for the rules whose nodes a tree adds to the enclosing node, in order."""
        if isinstance(tree, Ref):
            if tree.name not in self.trees:
                return {}
            if self.compiler.transparent(tree.name):
                return self.counts(self.trees[tree.name])
            return {tree.name: (1, 1)}
        if isinstance(tree, Seq):
            return self.sum(map(self.counts, tree.items))
        if isinstance(tree, Alt):
            return self.either([self.counts(item) for item in tree.items])
        if isinstance(tree, (Opt, Star)):
            factor = 1 if isinstance(tree, Opt) else math.inf
            return {name: (0, most * factor) for name, (_, most) in self.counts(tree.item).items()}
        return {}

    @staticmethod
    def sum(parts):
        total = {}
        for part in parts:
            for name, (least, most) in part.items():
                before = total.get(name, (0, 0))
                total[name] = (before[0] + least, before[1] + most)
        return total

    @staticmethod
    def either(parts):
        names = dict.fromkeys(name for part in parts for name in part)
        none = (0, 0)
        return {name: (min(part.get(name, none)[0] for part in parts), max(part.get(name, none)[1] for part in parts))
                for name in names}

    # Names of alternatives

    def kind_names(self, items):
        """A name for each alternative: its first word, and as many more as distinguish it from the others."""
        words = [list(self.words(item)) or ['other'] for item in items]
        length = [1] * len(items)
        while True:
            names = ['_'.join(w[:n]) for w, n in zip(words, length)]
            doubled = [i for i, name in enumerate(names) if names.count(name) > 1 and length[i] < len(words[i])]
            if not doubled:
                return [identifier(name) if names.index(name) == i else f'{identifier(name)}_{i}'
                        for i, name in enumerate(names)]
            for i in doubled:
                length[i] += 1

    def words(self, tree):
        if isinstance(tree, Ref):
            yield identifier(tree.name).strip('_')
        elif isinstance(tree, Text):
            plain = ''.join(chr(max(unit)) for unit in tree.units)
            if plain.strip():
                yield PUNCTUATION.get(plain.strip()) or identifier(plain).strip('_') or 'other'
        elif isinstance(tree, (Seq, Alt)):
            for item in tree.items:
                yield from self.words(item)
        elif isinstance(tree, (Opt, Star)):
            yield from self.words(tree.item)

    # Text

    def enum(self):
        names = ',\n  '.join(identifier(name) for name in self.compiler.nodes)
        return f'/// Every rule that has nodes.\nenum class Rule : std::uint16_t {{\n  {names},\n}};\n'

    def view(self, name):
        lines = [f'/// {name}', f'class {class_name(name)} : public View {{', ' public:',
                 f'  static constexpr Rule rule = Rule::{identifier(name)};', '  using View::View;',
                 f'  explicit {class_name(name)}(const View& view) : View(view) {{}}']
        kinds = self.compiler.kinds(name)
        if kinds:
            names = self.kind_names(kinds)
            lines.append(f'  enum class Kind : std::uint8_t {{ {", ".join(names)} }};')
            lines.append(f'  static constexpr Kind kinds[] = {{{", ".join(f"Kind::{kind}" for kind in names)}}};')
            lines.append('  /// Which alternative matched. The view must not be empty.')
            lines.append('  Kind kind() const { return static_cast<Kind>(node_->kind()); }')
        if not self.compiler.is_childless(name):
            lines += [self.accessor(*item) for item in self.counts(self.trees[name]).items()]
        return '\n'.join([*lines, '};', ''])

    def accessor(self, name, count):
        kind, function = class_name(name), identifier(name)
        if count[1] > 1:
            return f'  inline Children<{kind}> {function}() const;'
        if count[0] == 0:
            return f'  inline std::optional<{kind}> {function}() const;'
        return f'  inline {kind} {function}() const;'

    def accessor_bodies(self, name):
        if self.compiler.is_childless(name):
            return
        owner = class_name(name)
        for child, (least, most) in self.counts(self.trees[name]).items():
            kind, function = class_name(child), identifier(child)
            scoped = f'{owner}::{function}() const'
            if most > 1:
                yield f'inline Children<{kind}> {scoped} {{ return Children<{kind}>(*this); }}'
            elif least == 0:
                yield f'inline std::optional<{kind}> {scoped} {{ return optional_child<{kind}>(*this); }}'
            else:
                yield f'inline {kind} {scoped} {{ return first_child<{kind}>(*this); }}'

    def header(self):
        nodes = self.compiler.nodes
        parts = [HEAD, f'namespace postbag::protocol::{self.namespace} {{\n', self.enum(),
                 '/// The name of the rule in the grammar.\nstd::string_view to_string(Rule rule);\n',
                 '/// The program with which a Machine parses this grammar.\nconst Program& program();\n']
        parts += [f'class {class_name(name)};' for name in nodes] + ['']
        parts += [self.view(name) for name in nodes]
        parts += [line for name in nodes for line in self.accessor_bodies(name)]
        if self.directives.states:
            parts += ['', *CommandWriter(self.trees, self.directives).text()]
        return '\n'.join([*parts, f'}}  // namespace postbag::protocol::{self.namespace}', ''])

    def source(self, header_name):
        p = self.compiler.program
        words = lambda chars: ', '.join(f'{sum(1 << (b - 64 * w) for b in chars if b // 64 == w):#x}ULL' for w in range(4))
        rows = lambda items: ',\n'.join(items)
        return SOURCE.replace('@HEADER@', header_name).replace('@NAMESPACE@', self.namespace) \
            .replace('@CODE@', rows(f'    {{Op::{op}, {a}, {b}}}' for op, a, b in p.code)) \
            .replace('@TEXTS@', ', '.join(map(str, p.texts))) \
            .replace('@SETS@', rows(f'    {{{words(chars)}}}' for chars in p.sets)) \
            .replace('@NUMBERS@', ', '.join(f'{n}ULL' for n in p.numbers) or '0') \
            .replace('@DECISIONS@', rows(f'    {{{state}, {target}}}' for state, target in p.decisions)) \
            .replace('@TARGETS@', ', '.join(map(str, p.targets))) \
            .replace('@MOVES@', rows('    ' + ', '.join(map(str, row)) for row in p.moves)) \
            .replace('@CLASSES@', ', '.join(map(str, p.classes.by_byte))) \
            .replace('@COUNT@', str(p.classes.count)) \
            .replace('@NAMES@', ', '.join(f'"{name}"' for name in self.compiler.nodes))


HEAD = '''// Generated by tools/abnfc.py. Do not edit: edit protocol/grammar/*.abnf.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/limits.h"
#include "protocol/parse/program.h"
#include "protocol/parse/view.h"
'''

SOURCE = '''// Generated by tools/abnfc.py. Do not edit: edit protocol/grammar/*.abnf.
#include "@HEADER@"

namespace postbag::protocol::@NAMESPACE@ {

namespace {

constexpr Instruction code[] = {
@CODE@};
constexpr char texts[] = {@TEXTS@};
constexpr ByteSet sets[] = {
@SETS@};
constexpr std::uint64_t numbers[] = {@NUMBERS@};
constexpr Decision decisions[] = {
@DECISIONS@};
constexpr std::uint32_t targets[] = {@TARGETS@};
constexpr std::uint16_t moves[] = {
@MOVES@};
constexpr std::uint8_t classes[] = {@CLASSES@};
constexpr std::string_view rule_names[] = {@NAMES@};

constexpr Program the_program{code, {texts, sizeof texts}, sets, numbers, decisions, targets, moves, classes, @COUNT@,
                              rule_names};

}  // namespace

std::string_view to_string(Rule rule) { return rule_names[static_cast<std::size_t>(rule)]; }

const Program& program() { return the_program; }

}  // namespace postbag::protocol::@NAMESPACE@
'''

