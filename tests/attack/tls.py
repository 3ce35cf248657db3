"""TLS: handshakes that never end, ClientHellos that are none, STARTTLS with more behind it, records of any size."""

import contextlib
import random
import select
import socket
import ssl
import subprocess
import time

from tests.attack.attacker import Attacker, closes, ends, reset, rest, until
from tests.attack.case import costs
from tests.attack.limits import HANDSHAKE_TIME
from tests.run.wire import Late

ALERT, HANDSHAKE, DATA = 21, 22, 23   # types of records. RFC 8446 section 5.1
CLIENT_HELLO, FINISHED = 1, 20        # types of messages of the handshake. RFC 8446 section 4
SERVER_NAME, ALPN = 0, 16             # extensions
RENEGOTIATION_REFUSED = b"no renegotiation"


def _vector(bytes_of_length, data):
    return len(data).to_bytes(bytes_of_length, "big") + data


def _record(type, data):
    return bytes((type, 3, 1)) + _vector(2, data)


def _message(type, body, size=16_384):
    """A message of the handshake, in records of that size."""
    whole = bytes((type,)) + _vector(3, body)
    return b"".join(_record(HANDSHAKE, whole[at:at + size]) for at in range(0, len(whole), size))


def _hello(*extensions, suites=b"\xc0\x2b", version=b"\3\3"):
    """A ClientHello of TLS 1.2; each extension is (number, contents)."""
    listed = b"".join(number.to_bytes(2, "big") + _vector(2, contents) for number, contents in extensions)
    return _message(CLIENT_HELLO, version + bytes(32) + b"\0" + _vector(2, suites) + b"\1\0" + _vector(2, listed))


def _names(host):
    return SERVER_NAME, _vector(2, b"\0" + _vector(2, host))


def _is_refused(connection, data):
    """The server ends the connection; all that it says is an alert."""
    _send_what_is_taken(connection, data)
    closes(connection)
    assert connection.buffer[:1] in (b"", bytes((ALERT,))), connection.buffer[:100]


def _ends_with_BYE_on(connection, data):
    connection.send(data)
    ends(connection)


def _is_never_run(connection, data):
    """What is sent in the clear where TLS is spoken."""
    socket.socket.sendall(connection.socket, data)
    try:
        lines = rest(connection)
    except ssl.SSLError:   # an alert
        lines = []
    assert lines == [], lines


TABLES = [(Attacker.at_tls_port, [
    ("IMAP in the clear at the port of TLS is refused", b"a1 CAPABILITY\r\n"),
    ("HTTP at the port of TLS is refused", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("zeros instead of a ClientHello are refused", bytes(100_000)),
    ("random bytes instead of a ClientHello are refused", random.Random(1).randbytes(100_000)),
    ("a ClientHello of SSL 2 is refused", b"\x80\x2e\x01\0\2\0\x15\0\0\0\x10" + bytes(37)),
    ("a ClientHello of TLS 1.0 is refused", _hello(version=b"\3\1")),
    ("an alert instead of a ClientHello is refused", _record(ALERT, b"\2\x28")),
    ("data instead of a ClientHello is refused", _record(DATA, b"a1 CAPABILITY\r\n")),
    ("another message instead of a ClientHello is refused", _message(FINISHED, bytes(12))),
    ("records without bytes are refused", _record(HANDSHAKE, b"") * 10_000),
    ("a record larger than there may be is refused", b"\x16\3\1\xff\xff" + bytes(70_000)),
    ("a ClientHello of 16 megabytes is refused", b"\x16\3\1\x40\0\1\xff\xff\xff" + bytes(1_000_000)),
    ("a ClientHello of 200 000 bytes is refused", _message(CLIENT_HELLO, b"\3\3" + bytes(200_000))),
    ("a ClientHello in records of one byte is refused when it is none", _message(CLIENT_HELLO, bytes(5000), size=1)),
    ("a ClientHello without suites is refused", _hello(suites=b"")),
    ("30 000 unknown suites are refused", _hello(suites=b"\xfa\xfa" * 30_000)),
    ("a server name of 60 000 bytes is refused", _hello(_names(b"a" * 60_000))),
    ("NUL in the server name is refused", _hello(_names(b"localhost\0.example"))),
    ("the same extension twice is refused", _hello(_names(b"localhost"), _names(b"localhost"))),
    ("16 000 extensions are refused", _hello(*((4000 + n, b"") for n in range(16_000)))),
    ("20 000 protocols of ALPN are refused", _hello((ALPN, _vector(2, b"\1x" * 20_000)))),
    ("extensions that are longer than the message are refused",
     _message(CLIENT_HELLO, b"\3\3" + bytes(33) + b"\0\2\xc0\x2b\1\0\xff\xff")),
], _is_refused), (Attacker.connect, [
    ("a command behind STARTTLS ends with BYE", b"a STARTTLS\r\nb CAPABILITY\r\n"),
    ("half a command behind STARTTLS ends with BYE", b"a STARTTLS\r\nb LOGIN"),
    ("a ClientHello behind STARTTLS ends with BYE", b"a STARTTLS\r\n" + _hello(_names(b"localhost"))),
    ("STARTTLS behind STARTTLS ends with BYE", b"a STARTTLS\r\nb STARTTLS\r\n"),
    ("64 KB of commands behind STARTTLS end with BYE", b"a STARTTLS\r\n" + b"b NOOP\r\n" * 8000),
], _ends_with_BYE_on), (lambda attacker: attacker.logged_in(secure=True), [
    ("a command in the clear within TLS is never run", b"a CREATE smuggled\r\n"),
    ("a record that was not encrypted is never run", _record(DATA, b"a CREATE smuggled\r\n")),
    ("a ClientHello within TLS is refused", _hello(_names(b"localhost"))),
    ("a record larger than there may be within TLS is refused", b"\x17\3\3\xff\xff" + bytes(70_000)),
], _is_never_run), (lambda attacker: attacker.connect(secure=True), [
    ("STARTTLS within TLS", b"STARTTLS", b"BAD"),
])]


def nothing_that_was_sent_in_the_clear_was_run(attacker):
    lines, _ = attacker.logged_in().command('LIST "" smuggled')
    assert lines == [], lines


@costs(seconds=4)
def a_handshake_that_is_not_gone_on_with_ends_in_time(attacker):
    """Before its first byte, within the ClientHello, after it, and after the OK of STARTTLS."""
    hello = _client_hello(attacker)
    stalled = [attacker.at_tls_port() for _ in range(3)]
    for connection, data in zip(stalled, (b"", hello[:100], hello)):
        connection.send(data)
    after_starttls = attacker.connect(recorded=False)
    after_starttls.command("STARTTLS")
    begun = time.monotonic()
    for connection in (*stalled, after_starttls):
        closes(connection)
    assert attacker.small or time.monotonic() - begun < 2 * HANDSHAKE_TIME, "it ended too late"


@costs(seconds=4)
def a_ClientHello_that_trickles_in_is_not_waited_for_longer(attacker):
    connection = attacker.at_tls_port()
    begun = time.monotonic()
    for byte in _message(CLIENT_HELLO, bytes(1000)):
        connection.send(bytes((byte,)))
        if select.select([connection.socket], [], [], 0.1)[0]:
            break
    lasted = time.monotonic() - begun
    closes(connection)
    assert HANDSHAKE_TIME - 1 < lasted and (attacker.small or lasted < 2 * HANDSHAKE_TIME), f"it lasted {lasted:.1f} s"


@costs(seconds=10)
def handshakes_left_after_the_ClientHello_leave_nothing(attacker):
    """The server signs for each of them, for nothing."""
    hello = _client_hello(attacker)
    for n in range(attacker.times(500)):
        connection = attacker.at_tls_port(attacker.host(n // 10))
        connection.send(hello)
        reset(connection) if n % 2 else connection.close()


@costs(seconds=10)
def many_handshakes_of_one_address_one_after_the_other_delay_nobody(attacker):
    for _ in range(attacker.times(200)):
        attacker.connect(secure=True, recorded=False).close()


def the_seventeenth_unfinished_handshake_of_an_address_is_refused(attacker):
    for _ in range(16):
        attacker.at_tls_port()
    begun = time.monotonic()
    closes(attacker.at_tls_port())
    assert attacker.small or time.monotonic() - begun < HANDSHAKE_TIME, "it was waited for as if it were admitted"
    attacker.connect(attacker.host(2), secure=True)


@costs(seconds=10)
def hundreds_of_unfinished_handshakes_keep_nobody_out(attacker):
    """Each takes some 60 KiB, and the allocator keeps them for a while."""
    for n in range(attacker.times(500)):
        attacker.at_tls_port(attacker.host(n)).send(b"\x16\3\1")
    attacker.logged_in(attacker.host(2000), secure=True)


@costs(seconds=4)
def renegotiation_is_refused_each_time(attacker):
    for _ in range(attacker.times(20)):
        with _openssl_client(attacker, "-tls1_2") as client:
            said = client.communicate(b"R\n", timeout=60)[0]   # a line with R alone asks openssl for it
        assert b"RENEGOTIATING" in said and RENEGOTIATION_REFUSED in said, said[-500:]


@costs(seconds=4)
def new_keys_again_and_again_cost_little(attacker):
    """TLS 1.3: a client may ask for them as often as it likes, and the session goes on."""
    with _openssl_client(attacker, "-tls1_3") as client:
        for _ in range(attacker.times(500)):
            client.stdin.write(b"K\n")   # a line with K alone
            _read_until(client, b"KEYUPDATE")
        client.stdin.write(b"n NOOP\r\n")
        _read_until(client, b"n OK")
        client.communicate(timeout=60)


@costs(seconds=4)
def commands_in_records_of_one_byte_are_answered(attacker):
    connection, times = attacker.logged_in(secure=True), attacker.times(1000)
    for byte in b"n NOOP\r\n" * times:
        connection.socket.send(bytes((byte,)))
    for _ in range(times):
        assert connection.response().startswith(b"n OK")


@costs(seconds=6)
def connections_that_end_without_close_notify_leave_nothing(attacker):
    """After the handshake, after the login, within a command, within IDLE: by close and by reset."""
    for n in range(attacker.times(200)):
        connection = (attacker.connect, attacker.logged_in, attacker.selected)[n % 3](secure=True, recorded=False)
        connection.send((b"", b"a LIST \"\" {50}\r\n", b"a IDLE\r\n", b"a APPEND INBOX {9000+}\r\nabc")[n % 4])
        reset(connection) if n % 2 else connection.close()


def a_client_that_ends_its_side_without_close_notify_gets_all_answers(attacker):
    connection = attacker.selected(secure=True)
    connection.send(b"a FETCH 1 BODY.PEEK[]\r\nb NOOP\r\n")
    socket.socket.shutdown(connection.socket, socket.SHUT_WR)
    assert until(connection, b"b ")[-1].startswith(b"b OK")


@costs(seconds=10)
def encrypted_answers_that_nobody_reads_are_not_gathered(attacker):
    connection = attacker.selected(secure=True, recorded=False)
    connection.append(attacker.mailbox, b"Subject: big\r\n\r\n" + b"x" * 1_000_000)
    connection.send(b"f FETCH 2 BODY.PEEK[]\r\n" * attacker.times(100))
    attacker.logged_in().command("NOOP")
    reset(connection)


def _send_what_is_taken(connection, data):
    """The server may end the connection meanwhile."""
    try:
        connection.send(data)
    except ConnectionError:
        pass


def _client_hello(attacker):
    """That of an honest client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = attacker.server.tls.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


@contextlib.contextmanager
def _openssl_client(attacker, version):
    """`openssl s_client`, which has been greeted; it ends with the block."""
    host, port = attacker.server.tls_address
    command = ["openssl", "s_client", "-connect", f"{host}:{port}", "-bind", f"{attacker.host()}:0", version]
    with subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as client:
        try:
            _read_until(client, b"* OK")
            yield client
        finally:
            client.kill()


def _read_until(client, text):
    """Returns after the text. Late after a minute without a byte."""
    said = b""
    while text not in said:
        if not select.select([client.stdout], [], [], 60)[0]:
            raise Late(f"openssl does not say {text!r}")
        more = client.stdout.read(4096)
        assert more, f"openssl ended without {text!r}"
        said = said[-100:] + more
