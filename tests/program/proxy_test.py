"""Connections that a proxy passes on by the PROXY protocol, versions 1 and 2: limits and the log see its client."""

from tests.run.program import main
from tests.run.proxy_header import SIGNATURE, addresses, binary_header, text_header
from tests.run.server import Server
from tests.run.wire import Refused

CLIENT = "203.0.113.9"


def trusting_server(postbag, wirecheck):
    """It trusts proxies on this machine, and takes two connections of an address."""
    return Server(postbag, wirecheck, config='proxies = ["127.0.0.1/32"]\n[limits]\nconnections_per_address = 2\n')


def greeted(server, header):
    """A connection that began with this header, and its greeting."""
    connection = server.connect()
    connection.send(header)
    return connection, connection.greet()


def the_log_names_the_client_and_not_the_proxy(server):
    for port, header in ((50001, text_header(CLIENT, 50001)), (50002, binary_header(addresses(CLIENT, 50002)))):
        connection, greeting = greeted(server, header + b"a1 NOOP\r\n")   # the client's first bytes in the same segment
        assert greeting.startswith(b"* OK "), greeting
        assert connection.response().startswith(b"a1 OK"), "what follows the header is the client's"
        connection.any_command(f"LOGIN {server.add_user()} wrong")
        server.await_log(f"{CLIENT}:{port}")


def a_client_that_is_far_away_sends_no_password_in_the_clear(server):
    """The connection from the proxy is local, but its client's is not."""
    user = server.add_user()
    connection, greeting = greeted(server, text_header(CLIENT))
    assert b"LOGINDISABLED" in greeting and b"AUTH=PLAIN" not in greeting, greeting
    try:
        connection.login(user, "secret")
        raise AssertionError("the password was taken")
    except Refused as refused:
        assert "PRIVACYREQUIRED" in str(refused), refused


def a_proxy_that_speaks_for_itself_is_its_own_client(server):
    user = server.add_user()
    greeted(server, binary_header(addresses(CLIENT), command=0x20))[0].login(user, "secret")
    greeted(server, text_header("127.0.0.1"))[0].login(user, "secret")


def a_client_of_whom_nothing_is_known_may_be_far_away(server):
    for header in (b"PROXY UNKNOWN\r\n", binary_header(addresses(CLIENT), family=0)):
        greeting = greeted(server, header)[1]
        assert b"LOGINDISABLED" in greeting, greeting


def limits_count_the_client(server):
    kept = [greeted(server, text_header(CLIENT, port))[0] for port in range(2)]
    refused = server.connect()
    refused.send(text_header(CLIENT))
    assert refused.response().startswith(b"* BYE [LIMIT] Too many connections from your address"), "the third one was admitted"
    other, greeting = greeted(server, text_header("203.0.113.10"))
    assert greeting.startswith(b"* OK "), greeting
    for connection in (*kept, other):
        connection.close()


def a_connection_of_the_proxy_without_a_header_is_closed_without_a_word(server):
    for bytes_sent in (b"a1 NOOP\r\n", b"PROXY TCP4 nonsense\r\n", SIGNATURE + b"\x31\x11\0\0", SIGNATURE + b"\x21\x41\0\0", b"\r\n" * 8):
        connection = server.connect()
        connection.send(bytes_sent)
        assert connection.at_end(), bytes_sent
    silent = server.connect()
    silent.hang_up()
    assert silent.at_end(), "nothing was to come any more"
    server.await_log("connection refused")


def a_header_that_never_comes_ends_the_connection(server):
    slow = server.connect()
    slow.send(text_header(CLIENT)[:-1])
    assert slow.at_end(deadline=15), "it may wait no longer than a few seconds"


def the_header_of_anybody_else_is_no_command_and_is_not_believed(server):
    server.restart()   # with no proxy to trust
    for header in (text_header(CLIENT), binary_header(addresses(CLIENT))):
        connection = server.connect()
        connection.greet()
        connection.send(header)
        answer = connection.response()
        assert answer.split()[1] == b"BAD", answer
        connection.close()
    connection = server.connect()
    connection.send(text_header(CLIENT) + f"a1 LOGIN {server.add_user()} wrong\r\n".encode())
    while not connection.response().startswith(b"a1 NO"):
        pass
    server.await_log("login failed")
    assert CLIENT not in server.log_tail(), "the header was believed"


if __name__ == "__main__":
    main(the_log_names_the_client_and_not_the_proxy,
         a_client_that_is_far_away_sends_no_password_in_the_clear,
         a_proxy_that_speaks_for_itself_is_its_own_client,
         a_client_of_whom_nothing_is_known_may_be_far_away,
         limits_count_the_client,
         a_connection_of_the_proxy_without_a_header_is_closed_without_a_word,
         a_header_that_never_comes_ends_the_connection,
         the_header_of_anybody_else_is_no_command_and_is_not_believed,
         world=trusting_server)
