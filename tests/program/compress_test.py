"""COMPRESS=DEFLATE: what both sides send is compressed, within the limits. RFC 4978."""

import os
import zlib

from tests.program.sessions_test import frugal_server
from tests.run.process import Process
from tests.run.program import equal, main
from tests.run.server import PASSWORD
from tests.run.wire import Closed


def compressed(server, user=None):
    """A session in which compression has begun."""
    session = server.logged_in(user or server.add_user())
    session.command("COMPRESS DEFLATE")
    session.start_compression()
    return session


def a_session_works_as_without(server):
    session = compressed(server)
    message = b"Subject: large\r\n\r\n" + os.urandom(300_000).hex().encode() + b"\r\n"
    session.append("INBOX", message)
    session.command("SELECT INBOX")
    whole, _ = session.command("FETCH 1 BODY.PEEK[]")
    assert message in whole[0], "the message came back changed"
    for _ in range(100):
        session.command("NOOP")
    session.send(b"i IDLE\r\n")
    equal(session.response()[:1], b"+", "IDLE")
    session.send(b"DONE\r\n")
    assert session.response().startswith(b"i OK")
    session.command("LOGOUT")


def responses_are_small(server):
    """Twenty thousand flags, and what they take on the wire."""
    session = compressed(server)
    for _ in range(10):
        session.append("INBOX", b"Subject: x\r\n\r\n")
    session.command("SELECT INBOX")
    for _ in range(8):
        session.command("COPY 1:* INBOX")
        session.command("NOOP")
    taken = CountingSocket(session.socket)
    session.socket = taken
    lines, _ = session.command("FETCH 1:* (UID FLAGS)")
    size = sum(len(line) + 2 for line in lines)
    assert len(lines) == 2560 and taken.bytes < size / 3, f"{taken.bytes} bytes for {size}"
    return f"{size} bytes took {taken.bytes}"


class CountingSocket:
    def __init__(self, socket):
        self.socket, self.bytes = socket, 0

    def recv(self, most):
        data = self.socket.recv(most)
        self.bytes += len(data)
        return data

    def __getattr__(self, name):
        return getattr(self.socket, name)


def it_is_announced_until_it_is_active(server):
    session = server.logged_in(server.add_user())
    assert b"COMPRESS=DEFLATE" in session.command("CAPABILITY")[0][0]
    session.command("COMPRESS DEFLATE")
    session.start_compression()
    assert b"COMPRESS=DEFLATE" not in session.command("CAPABILITY")[0][0]
    assert session.any_command("COMPRESS DEFLATE")[1].startswith(b"BAD [COMPRESSIONACTIVE]")
    session.command("NOOP")


def what_is_not_a_mechanism_changes_nothing(server):
    session = server.logged_in(server.add_user())
    for wrong in ("COMPRESS", "COMPRESS GZIP", "COMPRESS DEFLATE now"):
        assert session.any_command(wrong)[1].startswith(b"BAD"), wrong
    session.command("NOOP")
    raw = server.connect()
    raw.greet()
    assert raw.any_command("COMPRESS DEFLATE")[1].startswith(b"BAD"), "before login"


def bytes_before_the_answer_end_the_connection(server):
    """The server cannot know whether they are compressed."""
    session = server.logged_in(server.add_user())
    session.send(b"a COMPRESS DEFLATE\r\nb DELETE Archive\r\n")
    assert session.response().startswith(b"* BYE")
    assert session.at_end()
    equal(len(server.logged_in("user001").command("LIST \"\" Archive")[0]), 1, "the mailbox is still there")


def bytes_that_are_not_compressed_end_the_connection(server):
    user = server.add_user()
    session = compressed(server, user)
    session.socket.sendall(b"b DELETE Archive\r\n")
    try:
        session.response()
        raise AssertionError("an answer came")
    except Closed:
        pass
    equal(len(server.logged_in(user).command("LIST \"\" Archive")[0]), 1, "the mailbox is still there")


def a_bomb_meets_the_limits_of_any_line(server):
    """Four hundred megabytes of one command line, in half a megabyte."""
    session = compressed(server)
    process = Process(server.process.pid)
    process.forget_peak()   # that of the login
    before = process.kib("VmRSS")
    bomb = zlib.compressobj(9, wbits=-15)
    piece = b"x" * 1_000_000
    data = bomb.compress(b"a SELECT ") + b"".join(bomb.compress(piece) for _ in range(400)) + bomb.flush(zlib.Z_SYNC_FLUSH)
    session.socket.sendall(data)
    session.deflater = bomb
    assert session.response(deadline=120).startswith(b"a BAD"), "the line is too long"
    assert process.kib("VmHWM") - before < 16 * 1024, f"grown by {process.kib('VmHWM') - before} KiB"
    session.send(b"\r\nb NOOP\r\n")
    assert session.response(deadline=120).startswith(b"b OK"), "the session goes on"


def unauthenticate_ends_it(server):
    """The server's layer ends after the OK, the client's after its command. RFC 8437 section 4.1."""
    user = server.add_user()
    session = compressed(server, user)
    session.command("UNAUTHENTICATE")
    session.stop_compression()
    session.login(user, PASSWORD)
    assert b"COMPRESS=DEFLATE" in session.command("CAPABILITY")[0][0]
    session.command("COMPRESS DEFLATE")
    session.start_compression()
    session.command("NOOP")


def what_is_pipelined_with_the_end_of_a_layer_ends_the_connection(server):
    """It would be taken for compressed bytes, or for bytes in the clear: RFC 8437 section 3 allows BYE."""
    session = compressed(server)
    session.send(b"a UNAUTHENTICATE\r\nb NOOP\r\n")
    lines = []
    try:
        while True:
            lines.append(session.response())
    except (Closed, zlib.error):
        pass
    assert not any(line.startswith(b"b OK") for line in lines), lines


if __name__ == "__main__":
    main(a_session_works_as_without, responses_are_small, it_is_announced_until_it_is_active,
         what_is_not_a_mechanism_changes_nothing, bytes_before_the_answer_end_the_connection,
         bytes_that_are_not_compressed_end_the_connection, a_bomb_meets_the_limits_of_any_line, unauthenticate_ends_it,
         what_is_pipelined_with_the_end_of_a_layer_ends_the_connection,
         world=frugal_server)
