"""What each case is given: connections from addresses of its own, and ways to say what must be answered."""

import socket
import struct
import time

from tests.run.server import PASSWORD
from tests.run.wire import Closed, Connection, Late

MESSAGE = b"Subject: attack\r\n\r\nbody\r\n"
RESET = struct.pack("ii", 1, 0)   # SO_LINGER: close() sends RST


class Attacker:
    """One case's connections, all closed at its end. Each case has addresses that none shortly before it had."""

    def __init__(self, server, user, number, small):
        self.server, self.user, self.small = server, user, small
        self.number, self.opened, self.users = number, [], 0
        self.mailbox, self.filled = f"mailbox{number}", False

    def host(self, n=1):
        """The n-th of its addresses."""
        return f"127.{1 + self.number % 240}.{n // 250}.{1 + n % 250}"

    def times(self, count):
        """`count`, or a fiftieth of it where everything is slow."""
        return max(2, count // 50) if self.small else count

    def connect(self, host="", greeted=True, recorded=True, secure=False):
        """A connection, of TLS if `secure`; what it receives is checked with the response grammar if `recorded`."""
        connection = self._opened(self.server.tls_address if secure else self.server.address, host, recorded)
        if secure:
            connection.start_tls(self.server.tls)
        if greeted:
            greeting = connection.greet()
            assert greeting.startswith(b"* OK"), greeting
        return connection

    def at_tls_port(self, host=""):
        """A connection to the port of TLS, on which no handshake has begun."""
        return self._opened(self.server.tls_address, host, recorded=False)

    def _opened(self, address, host, recorded):
        record = self.server.stream_path(f"attack{self.number}") if recorded else None
        connection = Connection(address, record, deadline=60, source=host or self.host())
        self.opened.append(connection)
        return connection

    def logged_in(self, host="", user="", **how):
        connection = self.connect(host, **how)
        connection.login(user or self.user, PASSWORD)
        return connection

    def selected(self, messages=1, **how):
        """Logged in, with a mailbox selected that only this case uses."""
        connection = self.logged_in(**how)
        if not self.filled:
            connection.command(f"CREATE {self.mailbox}")
            for _ in range(messages):
                connection.append(self.mailbox, MESSAGE)
            self.filled = True
        connection.command(f"SELECT {self.mailbox}")
        return connection

    def new_user(self):
        """Its first login takes a password hash, the memory of which counts."""
        self.users += 1
        return self.server.add_user(f"attack{self.number:03d}u{self.users}")

    def close(self):
        if self.filled:
            self.logged_in(self.host(1000)).any_command(f"DELETE {self.mailbox}")
        for connection in self.opened:
            connection.close()
        self.opened.clear()


def reset(connection):
    """The connection ends by RST, as when a machine is cut off or a program killed."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def answers(connection, command, wanted):
    """The command's tagged line begins with `wanted`, and nothing but NOOP is answered after it: no part of it was run."""
    connection.send(b"x1 " + command + b"\r\n")
    lines = until(connection, b"x1 ")
    tagged = lines.pop()
    assert tagged[3:].startswith(wanted), f"{command[:60]!r}: {tagged[:200]!r} instead of {wanted!r}"
    only_noop_follows(connection)
    return lines


def only_noop_follows(connection):
    connection.send(b"x2 NOOP\r\n")
    *untagged, last = until(connection, b"x2 ")
    run = [line for line in untagged if not line.startswith(b"* ")]
    assert last.startswith(b"x2 OK") and not run, f"{run[:3]!r}, {last!r}"


def until(connection, start):
    """The responses up to the one that begins with `start`."""
    lines = [connection.response()]
    while not lines[-1].startswith(start):
        lines.append(connection.response())
    return lines


def rest(connection):
    """All responses until the server closes the connection."""
    lines = []
    try:
        while True:
            lines.append(connection.response())
    except (Closed, ConnectionError):
        return lines


def ends(connection, wanted=b"* BYE"):
    """The server ends the connection, after a line that begins with `wanted`."""
    lines = rest(connection)
    assert any(line.startswith(wanted) for line in lines), f"{lines[-3:]!r} without {wanted!r}"
    return lines


def closes(connection):
    """The server ends the connection, with or without a word."""
    try:
        rest(connection)
    except Late:
        raise AssertionError("the connection is still open") from None


def soon(holds, what, seconds=5.0):
    """Waits until holds() is true."""
    until_time = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < until_time, what
        time.sleep(0.01)
    return value
