"""Compares the extensions in README with those that the grammar's files announce after login.

python3 -m tests.grammar.capabilities_test README FILE.abnf...
"""
import pathlib
import re
import sys

from tools.abnf.grammar import Grammar


def in_readme(path):
    row = re.search(r'^\| Extensions \| (.*) \|$', path.read_text(), re.MULTILINE)
    return set(row.group(1).split())


def announced(files):
    """IMAP4rev1 and IMAP4rev2 are the protocol; what is announced only before login is not an extension."""
    capabilities = Grammar.load(files).directives.capabilities
    return {name for name, when in capabilities.items() if when != 'before-login' and not name.startswith('IMAP4')}


def main():
    readme, *files = map(pathlib.Path, sys.argv[1:])
    listed, expected = in_readme(readme), announced(files)
    for name in sorted(expected - listed):
        print(f'{name} is announced, but {readme.name} does not list it')
    for name in sorted(listed - expected):
        print(f'{readme.name} lists {name}, but no grammar file has ";@ capability {name}"')
    sys.exit(listed != expected)


if __name__ == '__main__':
    main()
