#!/usr/bin/env python3
"""ABNF -> C++: compiles the files of protocol/grammar to a parser at build time, and makes and judges sentences.

    abnfc.py compile --namespace N --header FILE --source FILE --include NAME --overlaps FILE a.abnf b.abnf ...
    abnfc.py overlaps --namespace N a.abnf ...          prints the overlaps, for the checked-in list
    abnfc.py sentences --seed S --count C a.abnf ...    prints random valid sentences, each with its length before it
    abnfc.py mutants --seed S --count C a.abnf ...      the same with damage done, and whether each is still valid
    abnfc.py dictionary a.abnf ...                      prints the words of the grammar for libFuzzer

The files are joined in the order given. What the `;@` lines mean: abnf/directives.py. How parsing is decided:
abnf/lookahead.py. Output formats of sentences and mutants: tests/grammar/accepts.cc.
"""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True

from abnf import dictionary, sentences  # noqa: E402
from abnf.grammar import Grammar  # noqa: E402
from abnf.program import Compiler, overlaps  # noqa: E402
from abnf.syntax import GrammarError  # noqa: E402
from abnf.views import ViewWriter  # noqa: E402


def check_overlaps(found, namespace, path):
    """An overlap that is not in the checked-in list is an error: the grammar became more ambiguous unseen."""
    known = set(path.read_text().splitlines())
    new = [line for line in found if f'{namespace}: {line}' not in known]
    if new:
        raise GrammarError(f'overlaps not in {path.name}:\n' + '\n'.join(f'{namespace}: {line}' for line in new))


def compile_grammar(args, grammar):
    compiler = Compiler(grammar)
    compiler.compile()
    check_overlaps(overlaps(compiler), args.namespace, args.overlaps)
    writer = ViewWriter(compiler, args.namespace)
    args.header.write_text(writer.header())
    args.source.write_text(writer.source(args.include))


def print_overlaps(args, grammar):
    compiler = Compiler(grammar)
    compiler.compile()
    print('\n'.join(f'{args.namespace}: {line}' for line in overlaps(compiler)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=['compile', 'overlaps', 'dictionary', 'sentences', 'mutants'])
    parser.add_argument('files', nargs='+', type=pathlib.Path)
    parser.add_argument('--namespace')
    parser.add_argument('--include')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=100)
    for name in ('header', 'source', 'overlaps'):
        parser.add_argument(f'--{name}', type=pathlib.Path)
    return parser.parse_args()


def main():
    args = arguments()
    act = {'compile': compile_grammar, 'overlaps': print_overlaps, 'dictionary': dictionary.print_dictionary,
           'sentences': sentences.print_valid, 'mutants': sentences.print_mutants}[args.what]
    try:
        act(args, Grammar.load(args.files))
    except GrammarError as error:
        sys.exit(f'abnfc: {error}')


if __name__ == '__main__':
    main()
