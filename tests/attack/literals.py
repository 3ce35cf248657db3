"""Literals: many, huge, refused, half sent. What was refused is never run."""

from tests.attack.attacker import Attacker, answers, ends, only_noop_follows, reset, until
from tests.attack.limits import MESSAGE

SMUGGLED = b"x9 CREATE smuggled\r\n"

TABLES = [(Attacker.logged_in, [
    ("a literal above all arguments", b"CREATE {200000}", b"BAD"),
    ("a literal of 2^32 bytes", b"CREATE {4294967296}", b"BAD"),
    ("a literal of 2^63 bytes", b"CREATE {9223372036854775808}", b"BAD"),
    ("a literal of 2^64 + 1 bytes", b"CREATE {18446744073709551617}", b"BAD"),
    ("a literal of -1 bytes", b"CREATE {-1}", b"BAD"),
    ("a literal of 0x10 bytes", b"CREATE {0x10}", b"BAD"),
    ("a literal without a size", b"CREATE {}", b"BAD"),
    ("a literal with two plus signs", b"CREATE {1++}", b"BAD"),
    ("a literal with a space in its size", b"CREATE {1 }", b"BAD"),
    ("NUL in a literal", b"CREATE {3+}\r\na\0b", b"BAD"),
    ("a literal8 where no literal8 may be", b"CREATE ~{3+}\r\nabc", b"BAD"),
    ("commands in a literal of an unknown command", b"FROBNICATE {%d+}\r\n" % len(SMUGGLED) + SMUGGLED, b"BAD"),
    ("commands in a literal of a wrong argument", b"STATUS {%d+}\r\n" % len(SMUGGLED) + SMUGGLED + b" (NONSENSE)", b"BAD"),
    ("commands in a literal that is too large", b"CREATE {%d+}\r\n" % (len(SMUGGLED) * 8000) + SMUGGLED * 8000, b"BAD"),
    ("commands in the second literal of a bad command",
     b"RENAME {1+}\r\na ( {%d+}\r\n" % len(SMUGGLED) + SMUGGLED, b"BAD"),
    ("10 000 literals in one command", b"LIST \"\" (" + b"{1+}\r\na " * 10_000 + b"a)", b"BAD"),
    ("40 000 empty literals in one command", b"RENAME " + b"{0+}\r\n " * 40_000, b"BAD"),
    ("a line break in a name", b"CREATE {20+}\r\na\r\n* BYE goodbye\r\nb\r", b"NO"),
])]


def no_command_of_a_refused_literal_was_run(attacker):
    connection = attacker.logged_in()
    lines, _ = connection.command('LIST "" smuggled')
    assert lines == [], lines


def a_refused_literal_larger_than_a_message_may_be_ends_with_BYE(attacker):
    connection = attacker.logged_in()
    connection.send(b"a1 CREATE {4000000000+}\r\n" + SMUGGLED * 100)
    ends(connection)


def a_refused_literal_above_64_KiB_before_login_ends_with_BYE(attacker):
    connection = attacker.connect()
    connection.send(b"a1 LOGIN {70000+}\r\n" + SMUGGLED * 100)
    ends(connection)


def a_thousand_literals_that_are_asked_for_stay_within_all_arguments(attacker):
    connection = attacker.logged_in()
    connection.send(b"a1 LIST \"\" (")
    for _ in range(1000):
        connection.send(b"{500}\r\n")
        answer = connection.response()
        if not answer.startswith(b"+"):
            break
        connection.send(b"a" * 500 + b" ")
    else:
        connection.send(b"a)\r\n")
        answer = connection.response()
    assert answer.startswith((b"a1 BAD", b"a1 NO")), answer
    only_noop_follows(connection)


def what_was_only_announced_takes_no_memory(attacker):
    """Thirty literals of nearly all that a command may have, of which the first byte came."""
    for _ in range(attacker.times(30)):
        connection = attacker.logged_in()
        connection.send(b"a1 CREATE {120000}\r\n")
        assert connection.response().startswith(b"+")
        connection.send(b"a")


def a_literal_that_is_cut_off_leaves_nothing(attacker):
    for n in range(attacker.times(200)):
        connection = attacker.logged_in()
        connection.send(b"a1 CREATE {1000+}\r\n" + b"cut" * 100)
        reset(connection) if n % 2 else connection.close()
    lines, _ = attacker.logged_in().command('LIST "" cut*')
    assert lines == [], lines


def a_literal_of_APPEND_above_APPENDLIMIT_is_refused_before_it_is_sent(attacker):
    answers(attacker.logged_in(), b"APPEND INBOX {%d}" % (MESSAGE + 1), b"NO [TOOBIG]")


def a_synchronising_literal_that_is_sent_unasked_is_no_way_around_the_answer(attacker):
    """The client sends the bytes of a refused {n} at once: they are its next commands, each answered with its own tag."""
    connection = attacker.logged_in()
    connection.send(b"a1 CREATE {200000}\r\nb1 NOOP\r\n")
    assert connection.response().startswith(b"a1 BAD")
    assert until(connection, b"b1 ")[-1].startswith(b"b1 OK")
