"""What strangers send before anybody has logged in."""

import base64
import os
import select

from tests.attack.attacker import Attacker, closes, ends, until
from tests.attack.case import costs

ARGUMENT = b"a" * 3000

TABLES = [(Attacker.connect, [
    ("NUL in a user name", b'LOGIN "a\0b" x', b"BAD"),
    ("NUL in a user name, in a literal", b"LOGIN {3+}\r\na\0b x", b"BAD"),
    ("NUL in a password", b'LOGIN a "x\0y"', b"BAD"),
    ("control bytes as the command", b"\x01\x02\x1b[2J", b"BAD"),
    ("4000 parentheses in ID", b"ID " + b"(" * 4000, b"BAD"),
    ("4000 braces", b"LOGIN " + b"{" * 4000, b"BAD"),
    ("a literal of 5000 bytes", b"LOGIN {5000}", b"BAD"),
    ("a literal of 2^32 bytes", b"LOGIN {4294967296}", b"BAD"),
    ("a literal of 2^64 + 1 bytes", b"LOGIN {18446744073709551617}", b"BAD"),
    ("a literal in a command that takes none", b"CAPABILITY {3+}\r\nabc", b"BAD"),
    ("bytes of a refused literal that look like a command",
     b"LOGIN {5000+}\r\n" + (b"x9 CAPABILITY\r\n" * 400)[:5000], b"BAD"),
    ("mail without a login", b"SELECT INBOX", b"BAD"),
    ("an APPEND without a login is not received",
     b"APPEND INBOX {100+}\r\n" + b"x9 CAPABILITY\r\n" * 6 + b"1234567890", b"BAD"),
    ("an unknown mechanism", b"AUTHENTICATE GSSAPI AAAA", b"NO"),
    ("an initial response that is not base64", b"AUTHENTICATE PLAIN !!!!", b"BAD"),
    ("an initial response without NUL between", b"AUTHENTICATE PLAIN " + base64.b64encode(b"abc"), b"BAD"),
])]


def a_line_of_20_KB_is_BAD_and_ends_the_connection(attacker):
    connection = attacker.connect()
    connection.send(b"a1 LOGIN " + b"x" * 20_000)
    assert connection.response().startswith(b"a1 BAD")
    ends(connection)


def an_ID_of_100_KB_is_BAD_and_ends_the_connection(attacker):
    connection = attacker.connect()
    connection.send(b"a1 ID (" + b" ".join(b'"n%d" "%s"' % (n, b"v" * 1000) for n in range(100)) + b")\r\n")
    assert connection.response().startswith(b"a1 BAD")
    ends(connection)


def a_line_without_an_end_ends_the_connection(attacker):
    connection = attacker.connect()
    connection.send(b"a1 LOGIN " + b"x" * 1_000_000)
    closes(connection)


def an_8_bit_user_name_that_is_not_UTF_8_is_refused(attacker):
    connection = attacker.connect()
    connection.send(b'a1 LOGIN "\xff\xfe" x\r\n')
    assert connection.response().startswith((b"a1 BAD", b"a1 NO"))


def three_bad_commands_end_with_BYE(attacker):
    connection = attacker.connect()
    connection.send(b"a X\r\n" * 3)
    ends(connection)


def empty_lines_end_with_BYE(attacker):
    connection = attacker.connect()
    connection.send(b"\r\n" * 1000)
    ends(connection)


def an_HTTP_request_ends_with_BYE(attacker):
    _another_protocol(attacker, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\na1 LOGIN a b\r\na2 CAPABILITY\r\n")


def an_SMTP_client_ends_with_BYE(attacker):
    _another_protocol(attacker, b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\na1 CAPABILITY\r\n.\r\n")


def an_SSH_client_ends_with_BYE(attacker):
    _another_protocol(attacker, b"SSH-2.0-x\r\n" + os.urandom(200).replace(b"\n", b"") + b"\r\n\r\n\r\n")


def a_TLS_ClientHello_on_the_plain_port_is_no_command(attacker):
    connection = attacker.connect(recorded=False)
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(32)) + b"\x20" + b"\n" * 40 + b"\0" * 430
    connection.send(hello + b"\r\n\r\n")
    ends(connection)


def ten_thousand_CAPABILITY_that_nobody_reads_wait_unread(attacker):
    connection = attacker.connect()
    connection.socket.setblocking(False)
    sent = _send_what_is_taken(connection, b"a CAPABILITY\r\n" * attacker.times(600_000))
    assert attacker.small or sent < 8 * 1024 * 1024, f"{sent} bytes of commands were taken"


def a_thousand_ID_are_answered(attacker):
    connection = attacker.connect()
    times = attacker.times(1000)
    for _ in range(times // 100 + 1):
        connection.exchange([b'ID ("name" "%s")' % (b"n" * 1000)] * 100)


def AUTHENTICATE_with_a_line_of_a_megabyte_is_refused(attacker):
    connection = attacker.connect()
    connection.send(b"a1 AUTHENTICATE PLAIN\r\n")
    assert connection.response().startswith(b"+")
    connection.send(b"A" * 1_000_000 + b"\r\n")
    assert connection.response().startswith((b"a1 BAD", b"a1 NO", b"* BAD", b"* BYE"))


def AUTHENTICATE_cancelled_without_end_ends_with_BYE(attacker):
    connection = attacker.connect()
    connection.send(b"a1 AUTHENTICATE PLAIN\r\n*\r\n" * 1000)
    ends(connection)


def bad_base64_fails_only_that_login(attacker):
    connection = attacker.connect()
    connection.send(b"a1 AUTHENTICATE PLAIN\r\n=A=\xff\r\n")
    assert until(connection, b"a1 ")[-1].startswith((b"a1 BAD", b"a1 NO"))
    connection.login(attacker.user, "secret")


@costs(seconds=4)
def a_thousand_connections_that_come_and_go_at_once_leave_nothing(attacker):
    for n in range(attacker.times(1000)):
        attacker.connect(attacker.host(n), greeted=False, recorded=False).close()
    attacker.connect(attacker.host(10_000))


def a_client_that_ends_its_side_in_the_middle_of_a_line_is_closed(attacker):
    connection = attacker.connect()
    connection.send(b"a1 LOGIN x")
    connection.hang_up()
    closes(connection)


def _another_protocol(attacker, text):
    connection = attacker.connect(recorded=False)
    connection.send(text)
    lines = ends(connection)
    assert not any(b" OK" in line for line in lines), lines


def _send_what_is_taken(connection, data):
    """Sends until nothing is taken for a second; returns how much was."""
    sent = 0
    while sent < len(data) and select.select([], [connection.socket], [], 1.0)[1]:
        try:
            sent += connection.socket.send(data[sent:sent + 65536])
        except ConnectionError:
            break
    return sent
