#!/usr/bin/env python3
"""A client that asks for much and does not read: the server's memory stays bounded and others are served.

    slow_reader.py POSTBAG WIRECHECK     (a release build: sanitizers have memory needs of their own)
"""

import socket
import sys
import time

from server import Server

MESSAGE_OCTETS = 1_000_000
FETCHES = 300
MAY_GROW_KIB = 48 * 1024      # far below the 300 MB that were asked for
NEIGHBOUR_SECONDS = 0.25


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def flood(server, user):
    """A connection with FETCHES fetches sent and nothing read of their answers."""
    client = server.logged_in(user, "slow", deadline=120)
    client.command("SELECT INBOX")
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    client.send(b"".join(b"f%d FETCH 1 BODY.PEEK[]\r\n" % n for n in range(FETCHES)))
    return client


def main():
    with Server(sys.argv[1], sys.argv[2]) as server:
        user, other = server.add_user(), server.add_user()
        neighbour = server.logged_in(other)
        server.logged_in(user).append("INBOX", b"Subject: x\r\n\r\n" + b"x" * MESSAGE_OCTETS)
        before = resident_kib(server.process.pid)
        client = flood(server, user)
        slowest = 0.0
        for _ in range(200):      # while the server is busy filling what it may fill
            begun = time.monotonic()
            neighbour.command("NOOP")
            slowest = max(slowest, time.monotonic() - begun)
        grown = resident_kib(server.process.pid) - before
        for n in range(FETCHES):  # and now everything comes
            assert len(client.response()) > MESSAGE_OCTETS
            assert client.response().startswith(b"f%d OK" % n)
    print(f"grown by {grown} KiB, the neighbour waited {slowest * 1000:.1f} ms at most")
    return 0 if grown < MAY_GROW_KIB and slowest < NEIGHBOUR_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
