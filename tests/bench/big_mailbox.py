#!/usr/bin/env python3
"""A mailbox of 100 000 made-up messages: searching, sorting, threading, envelopes, beside another server in one run.

    big_mailbox.py --postbag build/postbag [--no-index] [--messages N] [--beside NAME=HOST:PORT:USER:PASSWORD] [--rounds 3]

Prints a table of the median time of each command, in seconds, and what the processes of postbag held at most. The other
server must be running; its account gets a mailbox of its own, which is removed at the end. Each server is asked in turn,
so that a noisy machine hurts both; only ratios from one run mean something.
"""

import argparse
import os
import statistics
import sys
import time
from random import Random

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "run"), os.path.join(HERE, "..", "search")]

import letters  # noqa: E402
import search_index  # noqa: E402
from server import PASSWORD, Server  # noqa: E402
from wire import Connection  # noqa: E402

BATCH = 100
COMMANDS = [
    "SEARCH TEXT \"quixotry\"", "SEARCH BODY \"quixotry\"", "SEARCH SUBJECT \"report\"", "SEARCH SENTSINCE 1-Mar-2026",
    "SORT (ARRIVAL) UTF-8 ALL", "SORT (DATE) UTF-8 ALL", "SORT (SUBJECT) UTF-8 ALL", "THREAD REFERENCES UTF-8 ALL",
    "THREAD ORDEREDSUBJECT UTF-8 ALL", "FETCH 1:* (ENVELOPE BODYSTRUCTURE)",
]


def messages(many):
    random = Random(1)
    for number in range(many):
        message = letters.message(random, number, many)
        yield message.replace(b"alpha", b"quixotry", 1) if number % 20_000 == 7 else message


def fill(client, mailbox, many):
    client.command(f"CREATE {mailbox}")
    batch = []
    for message in messages(many):
        batch.append(b" {%d+}\r\n" % len(message) + message)
        if len(batch) == BATCH:
            client.command(b"APPEND " + mailbox.encode() + b"".join(batch))
            batch = []
    if batch:
        client.command(b"APPEND " + mailbox.encode() + b"".join(batch))
    client.command(f"SELECT {mailbox}")


def timed(client, command):
    """Seconds until the tagged line; the answer is read but not parsed."""
    client.tags += 1
    end = b"\r\nt%d OK" % client.tags
    begun = time.monotonic()
    client.send(b"t%d %s\r\n" % (client.tags, command.encode()))
    tail = b""
    while end not in tail:
        tail = tail[-200:] + client.socket.recv(1 << 20)
    return time.monotonic() - begun


def mib(path):
    return os.path.getsize(path) / (1 << 20)


def peak_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def connected(where):
    name, _, rest = where.partition("=")
    host, port, user, password = rest.split(":")
    client = Connection((host, int(port)), deadline=600)
    client.greet()
    client.command(f"LOGIN {user} {password}")
    return name, client


def measure(clients, rounds):
    figures = {}
    for round_number in range(rounds + 1):  # the first one warms caches
        for command in COMMANDS:
            for name, client in clients:
                seconds = timed(client, command)
                if round_number:
                    figures.setdefault((command, name), []).append(seconds)
    return {key: statistics.median(values) for key, values in figures.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--postbag", required=True)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--beside", action="append", default=[])
    parser.add_argument("--no-index", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    mailbox = f"Big{os.getpid()}"
    config = "[search]\nindex = false\n" if options.no_index else ""
    with Server(options.postbag, config=config) as server:
        user = server.add_user()
        host, port = server.address
        clients = [connected(f"postbag={host}:{port}:{user}:{PASSWORD}")] + [connected(w) for w in options.beside]
        for name, client in clients:
            begun = time.monotonic()
            fill(client, mailbox, options.messages)
            print(f"{name}: {options.messages} messages appended in {time.monotonic() - begun:.1f} s")
        if not options.no_index:
            begun = time.monotonic()
            search_index.wait(server, options.messages, deadline=1200)
            sizes = [mib(search_index.database(server).replace("search.db", name)) for name in ("search.db", "mail.db")]
            print("the search index was ready %.1f s later, with %.0f MiB beside %.0f MiB of mail"
                  % (time.monotonic() - begun, *sizes))
        medians = measure(clients, options.rounds)
        print(f"{'':36}" + "".join(f"{name:>12}" for name, _ in clients))
        for command in COMMANDS:
            print(f"{command:36}" + "".join(f"{medians[command, name]:12.3f}" for name, _ in clients))
        print(f"postbag held {peak_mib(server.process.pid):.0f} MiB at most")
        for _, client in clients:
            client.command("UNSELECT")
            client.command(f"DELETE {mailbox}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
