"""The grammar tool on small grammars: what it accepts, what it refuses, and that the recogniser is exact."""
import pathlib
import tempfile
import unittest

from tools.abnf import dictionary
from tools.abnf.grammar import Grammar
from tools.abnf.program import Compiler, overlaps
from tools.abnf.recogniser import Recogniser
from tools.abnf.sentences import Maker
from tools.abnf.syntax import GrammarError
from tools.abnf.views import ViewWriter


def load(*texts):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(texts):
            paths.append(pathlib.Path(folder) / f'{number}.abnf')
            paths[-1].write_text(text)
        return Grammar.load(paths)


def compiled(*texts):
    compiler = Compiler(load(*texts))
    compiler.compile()
    return compiler


class Reading(unittest.TestCase):
    def test_extension_adds_an_alternative(self):
        judge = Recogniser(load(';@ start a\na = "x"\n', 'a =/ "y"\n'))
        self.assertTrue(judge.accepts(b'Y'))

    def test_a_generic_alternative_stands_last(self):
        grammar = load(';@ start a\n;@ generic g\na = "x" / g\ng = 1*%x61-7A\n', 'a =/ "y"\n')
        self.assertEqual([type(item).__name__ for item in grammar.rules['a'].items], ['Text', 'Text', 'Ref'])

    def test_mistakes_are_told_with_their_place(self):
        for text, part in [('a = "x"\na = "y"\n', 'already defined'), ('a =/ "x"\n', 'extended before'),
                           ('a = b\n', 'unknown rule b'), ('a = ( "x"\n', "expected"), (';@ foo\na = "x"\n', 'no directive'),
                           ('a = "x" !\n', 'cannot read'), ('a = / "x"\n', 'empty alternative')]:
            with self.subTest(text), self.assertRaisesRegex(GrammarError, part):
                load(';@ start a\n' + text)

    def test_redefinition_needs_to_be_announced(self):
        self.assertTrue(Recogniser(load(';@ start a\na = "x"\n', ';@ replace a\na = "y"\n')).accepts(b'y'))


COMMANDS = ''';@ start a
;@ state any authenticated
;@ by-uid uid
a = any
any = fetch / uid / noop
uid = "UID " fetch
fetch = "FETCH"
noop = "NOOP"
'''


def header(*texts):
    return ViewWriter(compiled(*texts), 'grammar').header()


class Attributes(unittest.TestCase):
    def test_a_command_holds_removals_or_has_a_limit_of_its_own(self):
        text = header(COMMANDS, ';@ holds-removals fetch\n;@ changes noop\n;@ limit fetch search_arguments\n')
        self.assertIn('holds_removals([[maybe_unused]] Rule rule) { return rule == Rule::fetch; }', text)
        self.assertIn('changes([[maybe_unused]] Rule rule) { return rule == Rule::noop; }', text)
        self.assertIn('case Rule::fetch: return &Limits::search_arguments;', text)

    def test_capabilities_are_listed_in_the_order_of_the_files(self):
        text = header(COMMANDS, ';@ capability AUTH=X before-login\n', ';@ capability LITERAL-\n;@ capability B always\n')
        self.assertRegex(text, r'(?s){CapabilityName::auth_x, "AUTH=X", Announced::before_login},.*'
                               r'{CapabilityName::literal, "LITERAL-", Announced::after_login},.*'
                               r'{CapabilityName::b, "B", Announced::always}')

    def test_mistakes(self):
        for text, part in [(';@ holds-removal fetch\n', "1.abnf:1: no directive 'holds-removal'"),
                           (';@ holds-removals fetsch\n', 'holds-removals: no command fetsch'),
                           (';@ limit uid arguments\n', 'limit: no command uid'),
                           (';@ capability X sometimes\n', 'X is announced always or before-login or after-login'),
                           (';@ capability X\n;@ capability X\n', 'X is announced already')]:
            with self.subTest(text), self.assertRaisesRegex(GrammarError, part):
                header(COMMANDS, text)


class Dictionary(unittest.TestCase):
    def test_it_has_each_word_once(self):
        grammar = load(';@ start a\na = "Fetch" SP ("x" / %x5C "Seen" / 1*b)\nb = "fetch" ["aLL"]\nSP = %x20\n')
        found = dict.fromkeys(word for tree in grammar.rules.values() for word in dictionary.words(tree))
        self.assertEqual({word for word in found if len(word) > 1}, {b'FETCH', b'SEEN', b'ALL'})

    def test_bytes_that_mean_something_are_escaped(self):
        self.assertEqual(dictionary.entry(b'a"\\\r\n'), '"a\\x22\\x5c\\x0d\\x0a"')


class Deciding(unittest.TestCase):
    def test_keywords_that_are_prefixes_are_told_apart(self):
        compiler = compiled(';@ start a\na = (b / c / d) "."\nb = "BODY"\nc = "BODYSTRUCTURE"\nd = "BODY" "["\n')
        self.assertEqual(overlaps(compiler), [])

    def test_unbounded_lookahead(self):
        self.assertEqual(overlaps(compiled(';@ start a\na = 1*%x61-7A "." / 1*%x61-7A "!"\n')), [])

    def test_an_overlap_is_listed_and_the_earlier_wins(self):
        compiler = compiled(';@ start a\na = b "."\nb = "key" / c\nc = 1*(%x61-7A / %x41-5A)\n')
        self.assertEqual(overlaps(compiler), ['b: "KEY" wins over c'])

    def test_what_cannot_be_decided_is_refused(self):
        for text in ['a = "(" a ")" / "(" a "]" / "x"\n',            # the difference is beyond any depth
                     'a = a "x" / "y"\n',                             # left recursion
                     'a = *[ "x" ] "y"\n',                            # a loop around nothing
                     ';@ literal l\na = l "x" / l "y"\nl = "{"\n']:   # the difference is behind a literal
            with self.subTest(text), self.assertRaises(GrammarError):
                compiled(';@ start a\n' + text)


class Judging(unittest.TestCase):
    def test_the_recogniser_tries_everything(self):
        judge = Recogniser(load(';@ start a\na = *"x" "x" *( "y" / "yz" ) "z"\n'))
        for text, good in [(b'xxz', True), (b'xyz', True), (b'xyzz', True), (b'z', False), (b'xyy', False)]:
            with self.subTest(text):
                self.assertEqual(judge.accepts(text), good)

    def test_literals_are_counted(self):
        judge = Recogniser(load(';@ start a\n;@ literal l\na = l "."\nl = "{"\n'))
        for text, good in [(b'{2}\r\nab.', True), (b'{3}\r\nab.', False), (b'{1+}\r\n..', True), (b'{1}\r\n\0.', False)]:
            with self.subTest(text):
                self.assertEqual(judge.accepts(text), good)

    def test_numbers_are_bounded(self):
        judge = Recogniser(load(';@ start a\n;@ max n 255\na = n "."\nn = 1*%x30-39\n'))
        self.assertTrue(judge.accepts(b'255.'))
        self.assertFalse(judge.accepts(b'256.'))

    def test_the_same_seed_makes_the_same_sentences(self):
        grammar = load(';@ start a\na = *( "x" / "(" a ")" )\n')
        first, second = Maker(grammar, 7), Maker(grammar, 7)
        made = [first.sentence() for _ in range(200)]
        self.assertEqual(made, [second.sentence() for _ in range(200)])
        self.assertTrue(all(Recogniser(grammar).accepts(sentence) for sentence in made))


if __name__ == '__main__':
    unittest.main()
