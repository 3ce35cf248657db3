#!/usr/bin/env python3
"""Checks that every test in the list of GUARANTEES.md exists, is listed once and is used.

    check_guarantees.py         prints the errors; exit 1 if there are any
    check_guarantees.py --self-test
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| ([A-Z]\d*) \| (\S+) \| (.+) \|$")
USE = re.compile(r"\[([A-Z]\d*)\]")


def names_test(text, name):
    """True if the file's text has the test: a scenario, a test case or a function."""
    return any(form in text for form in (f"=== {name}\n", f'TEST_CASE("{name}")', f"def {name}("))


def errors(page, read):
    rows = [found for line in page.splitlines() if (found := ROW.match(line))]
    tests = {row[1]: (row[2], row[3]) for row in rows}
    for key in sorted(tests):
        if sum(row[1] == key for row in rows) > 1:
            yield f"{key} stands for more than one test"
    used = set(USE.findall(page))
    for key in sorted(used - tests.keys()):
        yield f"[{key}] is not in the list of tests"
    for key in sorted(tests.keys() - used):
        yield f"{key} is never used"
    for key, (path, name) in tests.items():
        text = read(path)
        if text is None:
            yield f"{key}: {path} does not exist"
        elif not names_test(text, name):
            yield f"{key}: {path} has no test {name!r}"


def read(path):
    file = ROOT / path
    return file.read_text() if file.is_file() else None


def self_test():
    page = "| x | done [A1] [B] |\n| A1 | a.txt | one |\n| C | b.cc | two |\n| D | none.py | x |\n"
    files = {"a.txt": "=== one\n", "b.cc": 'TEST_CASE("three")'}
    found = list(errors(page, files.get))
    assert len(found) == 5, found
    assert len(list(errors("| x [A1] |\n" + 2 * "| A1 | a.txt | one |\n", files.get))) == 1
    assert not list(errors("| x [A1] |\n| A1 | a.txt | one |\n", files.get))


def main():
    if "--self-test" in sys.argv:
        self_test()
        return 0
    wrong = list(errors((ROOT / "GUARANTEES.md").read_text(), read))
    print("\n".join(f"GUARANTEES.md: {line}" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
