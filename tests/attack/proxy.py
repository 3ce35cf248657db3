"""Headers of the PROXY protocol: damaged, endless, forged."""

import select
import time

from tests.attack.attacker import closes, only_noop_follows
from tests.attack.case import costs
from tests.attack.limits import PROXY
from tests.run.proxy_header import SIGNATURE, addresses, binary_header, text_header

LONGEST_TEXT = 107   # bytes of a header with its line break
CLIENT = "203.0.113.9"


def a_header_that_nobody_may_send_is_not_believed(attacker):
    connection = attacker.connect()
    connection.send(text_header(CLIENT))
    assert connection.response().startswith((b"PROXY BAD", b"* BAD"))
    only_noop_follows(connection)


def a_binary_header_that_nobody_may_send_is_not_believed(attacker):
    connection = attacker.connect()
    connection.send(binary_header(addresses(CLIENT)))
    closes(connection)


def text_headers_that_are_none_close_without_a_word(attacker):
    for text in (b"PROXY\r\n", b"PROXY TCP4\r\n", b"PROXY TCP4 1.2.3.4\x1b[2J 1.2.3.4 1 1\r\n",
                 b"PROXY TCP4 999.1.1.1 1.1.1.1 1 1\r\n", b"PROXY TCP4 1.1.1.1 1.1.1.1 99999 1\r\n",
                 b"PROXY TCP4 1.1.1.1 1.1.1.1 1 1 1\r\n", b"PROXY TCP4 1.1.1.1 1.1.1.1 -1 1\r\n",
                 b"PROXY TCP4 " + b"1" * 10_000, b"PROXY TCP6 " + b":" * 100 + b" ::1 1 1\r\n", b"PROXY \0\r\n",
                 b"QUIT\r\n", b"\0" * 1000):
        _closed(attacker, text)


def binary_headers_that_are_none_close_without_a_word(attacker):
    for text in (binary_header(b"", length=0), binary_header(b"\1\2\3"), SIGNATURE + b"\x31\x11\0\x0c" + b"1" * 12,
                 SIGNATURE + b"\x2f\x11\0\x0c" + b"1" * 12, SIGNATURE[:11] + b"X" + b"\x21\x11\0\x0c" + b"1" * 12,
                 b"\r\n" * 50):
        _closed(attacker, text)


def a_binary_header_of_65535_bytes_takes_no_memory_and_no_time(attacker):
    for n in range(attacker.times(50)):
        connection = attacker.connect(PROXY, greeted=False, recorded=False)
        connection.send(binary_header(addresses(CLIENT) + b"\x04\0\0" * 21_841, length=65_535))


@costs(seconds=4)
def a_header_sent_byte_by_byte_is_waited_for_a_few_seconds_only(attacker):
    """It is never complete, and never wrong."""
    connection = attacker.connect(PROXY, greeted=False, recorded=False)
    begun = time.monotonic()
    for byte in b"PROXY UNKNOWN ".ljust(LONGEST_TEXT, b"x"):
        connection.send(bytes([byte]))
        if select.select([connection.socket], [], [], 0.15)[0]:
            break
    lasted = time.monotonic() - begun
    closes(connection)
    assert 3 < lasted and (attacker.small or lasted < 8), f"it lasted {lasted:.1f} s"


def connections_without_a_header_keep_out_no_client_of_the_proxy(attacker):
    for _ in range(attacker.times(300)):
        attacker.connect(PROXY, greeted=False, recorded=False)
    client = attacker.connect(PROXY, greeted=False)
    client.send(text_header("203.0.113.77"))
    assert client.greet().startswith(b"* OK")


def one_client_behind_the_proxy_has_the_limit_of_one_address(attacker):
    greeted = 0
    for _ in range(20):
        connection = attacker.connect(PROXY, greeted=False)
        connection.send(text_header("203.0.113.88"))
        greeted += connection.greet().startswith(b"* OK")
    assert greeted == 16, f"{greeted} were greeted"


@costs(seconds=6)
def silent_clients_of_many_addresses_behind_the_proxy_make_room_for_another(attacker):
    for n in range(attacker.times(1500)):
        connection = attacker.connect(PROXY, greeted=False, recorded=False)
        connection.send(text_header("198.18.%d.%d" % divmod(n, 250)))
    client = attacker.connect(PROXY, greeted=False)
    client.send(text_header("203.0.113.99"))
    assert client.greet().startswith(b"* OK")


def _closed(attacker, text):
    connection = attacker.connect(PROXY, greeted=False, recorded=False)
    connection.send(text)
    closes(connection)
    assert connection.buffer == b"", connection.buffer
