"""Too much at once, and too slowly: output that nobody reads, trickles, limits of connections, thousands that are silent."""

import contextlib
import select
import threading
import time

from tests.attack.attacker import closes, ends, reset, soon, until
from tests.attack.case import costs
from tests.run.process import Process
from tests.run.server import PASSWORD
from tests.run.wire import Closed, Connection, Refused

NOOP = b"n NOOP\r\n"


@costs(seconds=4)
def ten_thousand_commands_at_once_are_all_answered(attacker):
    connection = attacker.logged_in()
    times = attacker.times(10_000)
    connection.send(NOOP * times)
    for _ in range(times):
        assert connection.response().startswith(b"n OK")


@costs(seconds=6)
def megabytes_of_commands_whose_answers_nobody_reads_wait_unread(attacker):
    connection = attacker.logged_in()
    connection.socket.setblocking(False)
    commands, sent = b'l LIST "" *\r\n' * attacker.times(1_000_000), 0
    while sent < len(commands) and select.select([], [connection.socket], [], 1.0)[1]:
        sent += connection.socket.send(commands[sent:sent + 65_536])
    assert attacker.small or sent < 8 * 1024 * 1024, f"{sent} bytes were taken"


@costs(seconds=6)
def a_client_that_reads_a_byte_at_a_time_delays_nobody(attacker):
    connection = attacker.selected()
    connection.append(attacker.mailbox, b"Subject: big\r\n\r\n" + b"x" * 500_000)
    connection.send(b"f FETCH 1:* BODY.PEEK[]\r\n" * 5)
    for _ in range(attacker.times(1000)):
        assert connection.socket.recv(1)


def a_login_that_trickles_in_ends_in_time(attacker):
    connection = attacker.connect()
    begun = time.monotonic()
    connection.send(b"a LOGIN x ")
    while not select.select([connection.socket], [], [], 0.5)[0]:
        connection.send(b"x")
    ends(connection, b"* BYE Login took too long")
    assert attacker.small or time.monotonic() - begun < 15


def a_silent_connection_ends_in_time(attacker):
    ends(attacker.connect(), b"* BYE Login took too long")


def the_seventeenth_connection_of_an_address_before_login_is_refused(attacker):
    for _ in range(16):
        attacker.connect()
    ends(attacker.connect(greeted=False), b"* BYE [LIMIT] Too many connections from your address")
    attacker.connect(attacker.host(2))


@costs(seconds=6)
def the_65th_connection_of_an_address_is_refused(attacker):
    """Of two users, as one may have 32."""
    for n in range(50):
        attacker.logged_in(user=(attacker.user, "neighbour")[n % 2], recorded=False)
    for _ in range(14):
        attacker.connect(recorded=False)
    ends(attacker.connect(greeted=False), b"* BYE [LIMIT] Too many connections from your address")


def the_33rd_connection_of_a_user_is_NO_LIMIT(attacker):
    opened = [attacker.logged_in(recorded=False) for _ in range(31)]
    _, tagged = attacker.connect().any_command(f"LOGIN {attacker.user} {PASSWORD}")
    assert tagged.startswith(b"NO [LIMIT]"), tagged
    opened[0].close()
    soon(lambda: _logs_in_and_out(attacker), "its place is not free")


@costs(seconds=6)
def connections_reset_in_each_state_leave_nothing(attacker):
    for n in range(attacker.times(300)):
        connection = [attacker.connect, attacker.logged_in, attacker.selected][n % 3](recorded=False)
        connection.send([b"", b"a LIST \"\" {50}\r\n", b"a IDLE\r\n", b"a SEARCH BODY x\r\n", b"\0"][n % 5])
        reset(connection)


def a_client_that_ends_its_side_gets_all_answers(attacker):
    connection = attacker.selected()
    connection.send(b"a FETCH 1 BODY.PEEK[]\r\nb SEARCH ALL\r\nc NOOP\r\n")
    connection.hang_up()
    assert until(connection, b"c ")[-1].startswith(b"c OK")
    closes(connection)


@costs(seconds=30)
def five_thousand_silent_and_slow_connections_keep_nobody_out(attacker):
    """Ten from each address. Half of them send a byte now and then."""
    return _others_log_in_while_they_come(attacker, [attacker.host(n // 10) for n in range(attacker.times(5000))])


@costs(seconds=30)
def five_thousand_addresses_with_a_silent_connection_each_keep_nobody_out(attacker):
    return _others_log_in_while_they_come(attacker, [attacker.host(n) for n in range(attacker.times(5000))])


def _others_log_in_while_they_come(attacker, hosts):
    flood = threading.Thread(target=_flood, args=(attacker, hosts), daemon=True)
    flood.start()
    waits = [_seconds_to_log_in(attacker)]
    while flood.is_alive():
        waits.append(_seconds_to_log_in(attacker))
    waits.append(_seconds_to_log_in(attacker))
    flood.join()
    report = f"{len(waits)} logins, the longest {max(waits):.2f} s"
    assert attacker.small or max(waits) <= 2.0, report
    return report


def _flood(attacker, hosts):
    """Connections one after the other; the server may end each at any time."""
    held = []
    for n, host in enumerate(hosts):
        held.append(attacker.connect(host, greeted=False, recorded=False).socket)
        if n % 100 == 99:
            _trickle(held[-2000::2])


def _trickle(sockets):
    """Each sends one byte of a login that never ends."""
    for slow in sockets:
        with contextlib.suppress(OSError):   # the server ended it
            slow.send(b"x")


def _seconds_to_log_in(attacker):
    """Of one who is refused, all the time until a later try succeeds; else the time in which the server worked."""
    process = Process(attacker.server.process.pid)
    begun, used, tries = time.monotonic(), process.seconds(), 1
    while not _logs_in_and_out(attacker):
        assert time.monotonic() - begun < 20, "nobody gets in"
        time.sleep(0.05)
        tries += 1
    waited = time.monotonic() - begun
    return waited if tries > 1 else min(waited, process.seconds() - used)


def _logs_in_and_out(attacker):
    connection = Connection(attacker.server.address, deadline=60)
    try:
        if not connection.greet().startswith(b"* OK"):
            return False
        connection.login(attacker.user, PASSWORD)
        connection.command("LOGOUT")
        return True
    except (Closed, Refused, ConnectionError):
        return False
    finally:
        connection.close()
