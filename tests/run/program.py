"""The runner of the test programs: their arguments, a world for each check, a report of each check, the exit code.

A test program is a module whose name ends in `_test`. It is run from the project's root:

    python3 -m tests.search.search_test --postbag build/postbag --wirecheck build/tests/grammar/wirecheck

It ends with

    if __name__ == "__main__":
        main(some_check, another_check, options=[option("--seed", type=int, default=1)])

A check is a function whose name says what it shows. It gets a running server and, by their names, the values of the
options. It fails by raising an exception, and may return a text that is printed with its name.
"""

import argparse
import sys
import traceback

from tests.run.server import Server, ServerFailed
from tests.run.wire import Closed, Late, Refused

SKIPPED = 77   # what Meson considers a test that could not be run
EXPECTED = (AssertionError, Closed, Late, Refused, ServerFailed)   # other exceptions are printed with their traceback


class Skipped(Exception):
    """Something that the check needs is not installed; the text says what."""


def equal(got, wanted, what=""):
    assert got == wanted, f"{what or 'compared'}: got {got!r}, wanted {wanted!r}"


def option(*names, **how):
    """An option of the program; the arguments are those of ArgumentParser.add_argument()."""
    return names, how


def main(*checks, options=(), world=Server):
    """Runs the checks, each in a world of its own, and exits: 0, 1 when one failed, 77 when all were skipped.

    `world(postbag, wirecheck)` is a context manager; what it gives is the first argument of each check.
    """
    chosen = vars(_parser(checks, options).parse_args())
    postbag, wirecheck, only = chosen.pop("postbag"), chosen.pop("wirecheck"), chosen.pop("only_check", "")
    codes = [_run(check, lambda: world(postbag, wirecheck), chosen) for check in checks if only in check.__name__]
    sys.exit(1 if 1 in codes or not codes else min(codes))


def _parser(checks, options):
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postbag", metavar="PATH", help="the program under test")
    parser.add_argument("--wirecheck", metavar="PATH", help="the program that parses all that the server sends")
    if len(checks) > 1:
        parser.add_argument("--only-check", default="", metavar="TEXT", help="only the checks whose names contain this")
    for names, how in options:
        parser.add_argument(*names, **how)
    return parser


def _run(check, world, options):
    """Runs one check, prints how it went, and returns its exit code."""
    try:
        with world() as place:
            report = check(place, **options)
    except Skipped as why:
        print(f"{check.__name__}: skipped: {why}", flush=True)
        return SKIPPED
    except Exception as problem:   # the other checks are still run
        with_options = "".join(f", {name}={value!r}" for name, value in options.items())
        print(f"{check.__name__}{with_options}: FAILED: {type(problem).__name__}: {problem}", flush=True)
        if not isinstance(problem, EXPECTED):
            traceback.print_exc(file=sys.stdout)
        return 1
    print(f"{check.__name__}: passed" + (f": {report}" if report else ""), flush=True)
    return 0
