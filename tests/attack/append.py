"""Uploads: announced, half sent, cut off, too many. The files they are buffered in are gone afterwards."""

from tests.attack import limits
from tests.attack.attacker import MESSAGE, Attacker, answers, ends, reset, rest, until
from tests.attack.case import costs

LITERAL = b"{%d+}\r\n" % len(MESSAGE) + MESSAGE

TABLES = [(Attacker.logged_in, [
    ("a message above APPENDLIMIT", b"APPEND INBOX {%d}" % (limits.MESSAGE + 1), b"NO [TOOBIG]"),
    ("a message of 2^64 + 1 bytes", b"APPEND INBOX {18446744073709551617}", b"BAD"),
    ("NUL in a message", b"APPEND INBOX {3+}\r\na\0b", b"BAD"),
    ("NUL in the second of two messages", b"APPEND INBOX " + LITERAL + b" {3+}\r\na\0b", b"BAD"),
    ("a message for a mailbox that is none", b"APPEND none {3+}\r\nabc", b"NO [TRYCREATE]"),
    ("commands in a refused message", b"APPEND none {20+}\r\nx9 CREATE smuggled\r\n", b"NO [TRYCREATE]"),
    ("a date of the year 99999", b'APPEND INBOX "01-Jan-99999 00:00:00 +0000" {3+}\r\nabc', b"BAD"),
    ("the 99th of February", b'APPEND INBOX "99-Feb-2026 00:00:00 +0000" {3+}\r\nabc', b"BAD"),
    ("a zone of 99 hours", b'APPEND INBOX "01-Jan-2026 00:00:00 +9999" {3+}\r\nabc', b"BAD"),
    ("9000 flags", b"APPEND INBOX (" + b" ".join(b"f%d" % n for n in range(9_000)) + b") {3+}\r\nabc", b"NO [LIMIT]"),
    ("a flag that clients may not set", b"APPEND INBOX (\\Recent) {3+}\r\nabc", b"BAD"),
    ("a command after the message", b"APPEND INBOX {3+}\r\nabc x9 CREATE smuggled", b"BAD"),
    ("101 messages in one APPEND", b"APPEND INBOX" + (b" " + LITERAL) * 101, b"NO [LIMIT]"),
    ("more bytes than one APPEND may have", b"APPEND INBOX" + (b" {6000000+}\r\n" + b"x" * 6_000_000) * 2, b"NO [LIMIT]"),
    ("an empty message", b"APPEND INBOX {0+}\r\n", b"NO"),
])]


def nothing_of_a_refused_APPEND_was_stored(attacker):
    connection = attacker.logged_in()
    lines, _ = connection.command("STATUS INBOX (MESSAGES)")
    assert lines[0].endswith(b"(MESSAGES 0)"), lines
    lines, _ = connection.command('LIST "" smuggled')
    assert lines == [], lines


@costs(seconds=10)
def uploads_cut_off_a_thousand_times_leave_no_file(attacker):
    """Within a message, after one of two, before the end of the line: by close and by reset."""
    pieces = (b"a APPEND INBOX {300000+}\r\n" + b"x" * 200_000,
              b"a APPEND INBOX " + LITERAL + b" {300000+}\r\n" + b"x" * 9000,
              b"a APPEND INBOX " + LITERAL, b"a REPLACE 1 INBOX {300000+}\r\n" + b"x" * 100_000)
    for n in range(attacker.times(1000)):
        connection = attacker.logged_in(recorded=False)
        connection.send(pieces[n % len(pieces)])
        reset(connection) if n % 3 else connection.close()


def the_largest_messages_announced_on_thirty_connections_take_neither_memory_nor_disk(attacker):
    for _ in range(attacker.times(30)):
        connection = attacker.logged_in()
        connection.send(b"a APPEND INBOX {%d}\r\n" % limits.MESSAGE)
        assert connection.response().startswith(b"+")
        connection.send(b"x")


def a_message_that_is_sent_byte_by_byte_is_stored(attacker):
    connection = attacker.selected()
    connection.send(b"a APPEND %s {500}\r\n" % attacker.mailbox.encode())
    assert connection.response().startswith(b"+")
    for _ in range(500):
        connection.send(b"x")
    connection.send(b"\r\n")
    assert until(connection, b"a ")[-1].startswith(b"a OK")


def a_client_that_ends_its_side_within_a_message_stores_nothing(attacker):
    watcher = attacker.selected()
    connection = attacker.logged_in()
    connection.send(b"a APPEND %s {500+}\r\nxxx" % attacker.mailbox.encode())
    connection.hang_up()
    lines = rest(connection)
    assert not any(line.startswith(b"a OK") for line in lines), lines
    lines, _ = watcher.command(f"STATUS {attacker.mailbox} (MESSAGES)")
    assert lines[0].endswith(b"(MESSAGES 1)"), lines


@costs(seconds=6)
def thirty_megabytes_that_are_refused_at_the_end_are_not_kept(attacker):
    """The date is good, the message complete, and what follows it is no end of the command."""
    connection = attacker.logged_in()
    size = attacker.times(900_000)
    for _ in range(attacker.times(30)):
        answers(connection, b"APPEND INBOX {%d+}\r\n%s)" % (size, b"x" * size), b"BAD")
        connection.command("NOOP")


def a_refused_message_larger_than_any_may_be_ends_with_BYE(attacker):
    connection = attacker.logged_in()
    connection.send(b"a APPEND INBOX {4000000000+}\r\nxxx")
    ends(connection)
