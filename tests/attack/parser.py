"""The grammar of commands: what is no command is BAD, whatever it is made of, and a number never wraps."""

from tests.attack.attacker import Attacker, answers, ends
from tests.attack.case import costs

DEEP = b"(" * 4000
NUMBERS = (b"4294967296", b"4294967297", b"9223372036854775808", b"18446744073709551617", b"-1", b"0x1", b"1e9")


def _everywhere(name, command, numbers=NUMBERS):
    return [(f"{name} {number.decode()}", command.replace(b"#", number), b"BAD") for number in numbers]


TABLES = [(Attacker.selected, [
    ("NUL in a quoted string", b'CREATE "a\0b"', b"BAD"),
    ("NUL in an atom", b"CREATE a\0b", b"BAD"),
    ("NUL in a search string", b'SEARCH SUBJECT "a\0b"', b"BAD"),
    ("NUL in a keyword", b"STORE 1 +FLAGS (a\0b)", b"BAD"),
    ("a quoted string without an end", b'CREATE "abc', b"BAD"),
    ("60 000 quotes", b"CREATE " + b'"' * 60_000, b"BAD"),
    ("a carriage return in a quoted string", b'CREATE "a\rb"', b"BAD"),
    ("a backslash before another character", b'CREATE "a\\nb"', b"BAD"),
    ("8-bit bytes in an atom", b"CREATE a\xff\xfe", b"BAD"),
    ("control bytes in an atom", b"CREATE a\x07\x1b[2J", b"BAD"),
    ("an overlong UTF-8 slash", b'CREATE "a\xc0\xafb"', b"NO"),
    ("a tag within the command only", b"x3 x4 x5", b"BAD"),
    ("an unknown command of 60 000 letters", b"X" * 60_000, b"BAD"),
    ("two spaces", b"FETCH  1 UID", b"BAD"),
    ("4000 parentheses in FETCH", b"FETCH 1 " + DEEP, b"BAD"),
    ("4000 parentheses in STORE", b"STORE 1 FLAGS " + DEEP, b"BAD"),
    ("4000 parentheses in SEARCH", b"SEARCH " + DEEP, b"BAD"),
    ("4000 parentheses in SORT", b"SORT " + DEEP, b"BAD"),
    ("4000 parentheses in STATUS", b"STATUS INBOX " + DEEP, b"BAD"),
    ("4000 parentheses in LIST", b"LIST " + DEEP, b"BAD"),
    ("4000 parentheses in LIST RETURN", b'LIST "" * RETURN ' + DEEP, b"BAD"),
    ("4000 parentheses in SELECT", b"SELECT INBOX (QRESYNC " + DEEP, b"BAD"),
    ("4000 parentheses in CREATE", b"CREATE a (USE " + DEEP, b"BAD"),
    ("4000 parentheses in APPEND", b"APPEND INBOX " + DEEP, b"BAD"),
    ("4000 parentheses in ESEARCH", b"ESEARCH IN " + DEEP, b"BAD"),
    ("4000 parentheses in NOTIFY", b"NOTIFY SET " + DEEP, b"BAD"),
    ("4000 parentheses in ID", b"ID " + DEEP, b"BAD"),
    ("4000 parentheses in ENABLE", b"ENABLE " + DEEP, b"BAD"),
    ("4000 brackets in FETCH", b"FETCH 1 BODY" + b"[" * 4000, b"BAD"),
    ("4000 braces in FETCH", b"FETCH 1 " + b"{" * 4000, b"BAD"),
    ("parentheses and braces in turn", b"SEARCH " + b"({" * 4000, b"BAD"),
    ("40 deep parentheses that close", b"SEARCH " + b"(" * 40 + b"ALL" + b")" * 40, b"BAD"),
    *_everywhere("message number", b"FETCH # UID"),
    *_everywhere("UID", b"UID FETCH 1:# FLAGS"),
    *_everywhere("part", b"FETCH 1 BODY.PEEK[#]"),
    *_everywhere("offset of a partial FETCH", b"FETCH 1 BODY.PEEK[]<#.1>", NUMBERS[2:]),
    *_everywhere("size of a partial FETCH", b"FETCH 1 BODY.PEEK[]<0.#>", (b"0", *NUMBERS[2:])),
    *_everywhere("mod-sequence of CHANGEDSINCE", b"FETCH 1 UID (CHANGEDSINCE #)", NUMBERS[2:]),
    *_everywhere("mod-sequence of UNCHANGEDSINCE", b"STORE 1 (UNCHANGEDSINCE #) FLAGS ()", NUMBERS[2:]),
    *_everywhere("mod-sequence of SEARCH", b"SEARCH MODSEQ #", NUMBERS[2:]),
    *_everywhere("size of SEARCH", b"SEARCH LARGER #", NUMBERS[3:]),
    *_everywhere("age of SEARCH", b"SEARCH YOUNGER #", (b"0", *NUMBERS)),
    *_everywhere("PARTIAL of SEARCH", b"SEARCH RETURN (PARTIAL 1:#) ALL", (b"0", *NUMBERS)),
    *_everywhere("UIDVALIDITY of QRESYNC", b"SELECT INBOX (QRESYNC (# 1))", (b"0", *NUMBERS)),
])]


def twenty_bad_commands_end_with_BYE(attacker):
    connection = attacker.logged_in()
    connection.send(b"a X\r\n" * 20)
    ends(connection)


def a_line_of_65_KiB_is_BAD(attacker):
    connection = attacker.logged_in()
    connection.send(b"a1 NOOP" + b" " * 70_000 + b"\r\n")
    assert connection.response().startswith((b"a1 BAD", b"* BAD"))
    answers(connection, b"NOOP", b"OK")


def a_line_that_never_ends_takes_no_memory(attacker):
    connection = attacker.logged_in()
    for _ in range(attacker.times(400)):
        connection.send(b"x" * 65_536)
    connection.send(b"\r\n")
    assert connection.response().startswith(b"* BAD")
    answers(connection, b"NOOP", b"OK")


def bare_line_feeds_and_carriage_returns_are_no_second_command(attacker):
    connection = attacker.logged_in()
    connection.send(b"a1 CREATE x\ra2 CREATE y\r\n")
    assert connection.response().startswith(b"a1 BAD")
    lines, _ = connection.command('LIST "" (x y)')
    assert lines == [], lines


@costs(seconds=4)
def half_commands_on_thirty_connections_take_no_more_than_their_bytes(attacker):
    for _ in range(attacker.times(30)):
        connection = attacker.logged_in()
        connection.send(b"a1 SEARCH " + b"(" * 31 + b"OR ALL " * 400 + b"SUBJECT {10}\r\n")
        connection.response()
