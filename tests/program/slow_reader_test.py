"""A client that asks for much and does not read: the server's memory stays bounded and others are served.

It needs a release build: sanitizers have memory needs of their own.
"""

import socket
import threading
import time

from tests.run.process import Process
from tests.run.program import main
from tests.run.server import PASSWORD
from tests.run.wire import Connection

MESSAGE_OCTETS = 1_000_000
FETCHES = 300
DOUBLINGS = 10                # of the mailbox that one FETCH reads: 1 GB, which copies share
MAY_GROW_KIB = 48 * 1024      # far below the 300 MB and the 1 GB that are asked for
NEIGHBOUR_SECONDS = 0.25


def flood(server, user):
    """A connection with FETCHES fetches sent and nothing read of their answers."""
    client = server.logged_in(user, "slow", deadline=120)
    client.command("SELECT INBOX")
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    client.send(b"".join(b"f%d FETCH 1 BODY.PEEK[]\r\n" % n for n in range(FETCHES)))
    return client


def ask_for_all(server, user):
    """A connection with one FETCH of a whole large mailbox sent; what comes is not recorded."""
    client = Connection(server.address, deadline=120)
    client.greet()
    client.login(user, PASSWORD)
    client.command("SELECT INBOX")
    for _ in range(DOUBLINGS):
        client.command("COPY 1:* INBOX")
        client.command("NOOP")
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    client.send(b"all FETCH 1:* BODY.PEEK[]\r\n")
    return client


def read_all(client):
    """Reads to the tagged OK and returns the number of octets."""
    octets, end = 0, b""
    while not end.endswith(b"\r\n") or b"\r\nall OK" not in end:
        piece = client.socket.recv(1 << 20)
        assert piece, "closed early"
        octets += len(piece)
        end = (end + piece)[-200:]
    return octets


def longest_wait(neighbour):
    """Of 200 commands of another user."""
    slowest = 0.0
    for _ in range(200):
        begun = time.monotonic()
        neighbour.command("NOOP")
        slowest = max(slowest, time.monotonic() - begun)
    return slowest


def a_client_that_does_not_read_costs_little_memory_and_no_time_of_others(server):
    process = Process(server.process.pid)
    user, other = server.add_user(), server.add_user()
    neighbour = server.logged_in(other)
    server.logged_in(user).append("INBOX", b"Subject: x\r\n\r\n" + b"x" * MESSAGE_OCTETS)
    before = process.kib("VmRSS")
    client = flood(server, user)
    slowest = longest_wait(neighbour)   # while the server is busy filling what it may fill
    grown = process.kib("VmRSS") - before
    for n in range(FETCHES):  # and now everything comes
        assert len(client.response()) > MESSAGE_OCTETS
        assert client.response().startswith(b"f%d OK" % n)
    client = ask_for_all(server, user)
    slowest = max(slowest, longest_wait(neighbour))
    grown = max(grown, process.kib("VmRSS") - before)
    octets = []
    reader = threading.Thread(target=lambda: octets.append(read_all(client)))
    reader.start()
    while reader.is_alive():  # also while all of it comes
        slowest = max(slowest, longest_wait(neighbour))
        grown = max(grown, process.kib("VmRSS") - before)
    assert octets and octets[0] > MESSAGE_OCTETS * 2 ** DOUBLINGS, octets
    measured = f"grown by {grown} KiB, the neighbour waited {slowest * 1000:.1f} ms at most"
    assert grown < MAY_GROW_KIB and slowest < NEIGHBOUR_SECONDS, measured
    return measured


if __name__ == "__main__":
    main(a_client_that_does_not_read_costs_little_memory_and_no_time_of_others)
