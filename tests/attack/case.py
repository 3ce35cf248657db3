"""A case: an attack that is a function, or a command that is a row of a table. Its name says what must happen."""

from typing import Callable, NamedTuple

from tests.attack.attacker import answers

HASHES_KIB = 2 * 64 * 1024   # what passwords take that are checked at the same time


class Case(NamedTuple):
    name: str
    run: Callable           # gets the Attacker; what it returns is printed
    may_grow_kib: int = 64 * 1024
    may_take: float = 2.0   # seconds of the server's processor time


def costs(seconds=2.0, hashes=False):
    """A case that may cost more than others: processor time, or the memory of password hashes."""
    def note(function):
        function.costs = _costs(seconds, hashes)
        return function
    return note


def cases_of(module):
    """The rows of a module's TABLES, then each of its public functions, in the order of the file."""
    return [*_rows(module), *_functions(module)]


def _costs(seconds, hashes):
    return {"may_take": seconds, "may_grow_kib": 64 * 1024 + (HASHES_KIB if hashes else 0)}


def _functions(module):
    """Where passwords are wrong on purpose, HASHES is set."""
    usual = _costs(seconds=2.0, hashes=getattr(module, "HASHES", False))
    for name, value in vars(module).items():
        if callable(value) and getattr(value, "__module__", "") == module.__name__ and not name.startswith("_"):
            yield Case(name.replace("_", " "), value, **getattr(value, "costs", usual))


def _rows(module):
    """A table is (what gives its connection, rows), and a third item if something else than answers() checks a row.

    A row is (name, what is sent, how the answer begins), the last of which is passed on to the check only if it is there.
    """
    for connect, rows, *other in getattr(module, "TABLES", ()):
        check = other[0] if other else answers
        for name, *row in rows:
            yield Case(": ".join((name, *(wanted.decode() for wanted in row[1:]))),
                       lambda attacker, connect=connect, check=check, row=row: check(connect(attacker), *row))
