"""IMAP over TLS: implicit TLS and STARTTLS, what changes with it, and what a man in the middle cannot do."""

import os
import ssl
import time

from tests.run.program import equal, main
from tests.run.server import PASSWORD
from tests.run.wire import Closed
from tests.tls.world import World

MESSAGE = b"Subject: x\r\n\r\n" + b"line of text\r\n" * 10_000


def capabilities(connection):
    return connection.command("CAPABILITY")[0][0].split()


def both_ways_of_tls_serve_a_session(world):
    for connection in (world.implicitly(), world.by_starttls()):
        connection.login(world.user, PASSWORD)
        connection.append("INBOX", MESSAGE)
        connection.command("SELECT INBOX")
        lines, _ = connection.command("FETCH * BODY.PEEK[]")
        assert any(MESSAGE in line for line in lines), "the message"
        connection.command("LOGOUT")
        connection.close()


def the_greeting_comes_after_the_handshake_and_not_again_after_starttls(world):
    greeting = world.server.connect_tls(world.client()).response()
    assert greeting.startswith(b"* OK [CAPABILITY "), greeting
    lines, _ = world.by_starttls().command("NOOP")
    equal(lines, [], "what comes behind STARTTLS")


def starttls_is_announced_until_tls_begins(world):
    connection = world.server.connect()
    assert b"STARTTLS" in connection.greet()
    connection.command("STARTTLS")
    connection.start_tls(world.client())
    for connection in (connection, world.implicitly()):
        assert b"STARTTLS" not in capabilities(connection)
        assert b"AUTH=PLAIN" in capabilities(connection)
        assert b"LOGINDISABLED" not in capabilities(connection)
        assert connection.any_command("STARTTLS")[1].startswith(b"BAD ")
        connection.login(world.user, PASSWORD)
        assert b"STARTTLS" not in capabilities(connection)
        assert connection.any_command("STARTTLS")[1].startswith(b"BAD ")
    plain = world.server.logged_in(world.user)
    assert b"STARTTLS" not in capabilities(plain), "after login"
    assert plain.any_command("STARTTLS")[1].startswith(b"BAD ")


def commands_sent_with_starttls_end_the_connection(world):
    for behind in (b"a2 CAPABILITY\r\n", b"a2 LOGIN", b"\x16", b"a2 STARTTLS\r\n"):
        connection = world.server.connect()
        connection.greet()
        connection.send(b"a1 STARTTLS\r\n" + behind)
        assert connection.response().startswith(b"* BYE "), "BYE"
        assert connection.at_end(), "the end"
    world.await_log("STARTTLS refused", 4)


def commands_sent_in_the_clear_after_starttls_are_never_run(world):
    connection = world.server.connect()
    connection.greet()
    connection.command("STARTTLS")
    connection.record.close()   # what follows is TLS
    connection.record = None
    connection.send(b"a2 CAPABILITY\r\na3 LOGOUT\r\n")
    try:
        connection.response()
        raise AssertionError("it was answered")
    except Closed as closed:
        assert b"CAPABILITY" not in str(closed).encode() and b"a2" not in str(closed).encode(), closed
    world.await_log("TLS handshake failed")


def a_handshake_that_begins_before_the_answer_is_served(world):
    """It came in a segment of its own: whatever is a handshake is safe, and nothing else is one."""
    connection = world.server.connect()
    connection.greet()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = world.client().wrap_bio(incoming, outgoing, server_hostname="localhost")
    connection.command("STARTTLS")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    for piece in (hello[:1], hello[1:7], hello[7:]):
        connection.send(piece)
        time.sleep(0.01)
    incoming.write(connection.socket.recv(65536))
    assert client.version() is None
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        incoming.write(connection.socket.recv(65536))
        client.do_handshake()
    equal(client.version(), "TLSv1.3")


def the_log_names_version_and_cipher_of_a_login(world):
    connection = world.implicitly()
    version, cipher = connection.socket.version(), connection.socket.cipher()[0]
    connection.login(world.user, PASSWORD)
    line, = world.await_log(" login ")
    assert version in line and cipher in line, line


def a_failed_handshake_is_one_line_in_the_log(world):
    connection = world.server.connect()
    connection.close()
    untrusting = ssl.create_default_context()
    try:
        world.implicitly(untrusting)
        raise AssertionError("trusted")
    except ssl.SSLError:
        pass
    world.implicitly().login(world.user, PASSWORD)
    world.await_log(" login ")
    world.await_log("TLS handshake failed")


def commands_sent_before_the_end_are_answered(world):
    """Also when the client has sent close_notify and its end."""
    connection = world.implicitly()
    connection.send(b"a1 LOGIN %s %s\r\na2 SELECT INBOX\r\na3 NOOP\r\n" % (world.user.encode(), PASSWORD.encode()))
    connection.socket.settimeout(0)
    try:
        connection.socket.unwrap()   # sends close_notify, and does not wait for the answer
    except ssl.SSLWantReadError:
        pass
    connection.socket.settimeout(10)
    answers = b""
    try:
        while b"a3 OK" not in answers:
            answers += connection.socket.recv(65536)
    except ssl.SSLError as error:
        raise AssertionError(f"{error} after {answers}") from None




def deliveries_without_a_server_need_no_certificate(world):
    """They have the configuration of the last server."""
    world.server.stop()
    os.remove(world.pairs["first"][1])
    world.server.run("deliver", world.user, "--dir", world.server.data, input=MESSAGE)


if __name__ == "__main__":
    main(both_ways_of_tls_serve_a_session, the_greeting_comes_after_the_handshake_and_not_again_after_starttls,
         starttls_is_announced_until_tls_begins, commands_sent_with_starttls_end_the_connection,
         commands_sent_in_the_clear_after_starttls_are_never_run, a_handshake_that_begins_before_the_answer_is_served,
         the_log_names_version_and_cipher_of_a_login, a_failed_handshake_is_one_line_in_the_log,
         commands_sent_before_the_end_are_answered, deliveries_without_a_server_need_no_certificate, world=World)
