"""A mailbox of 100 000 made-up messages: searching, sorting, threading, envelopes, beside another server in one run.

Prints a table of the median time of each command, in seconds, and what the processes of postbag held at most. The other
server must be running; its account gets a mailbox of its own, which is removed at the end. Each server is asked in turn,
so that a noisy machine hurts both; only ratios from one run mean something.
"""

import os
import statistics
import time
from random import Random

from tests.run import search_index
from tests.run.process import Process
from tests.run.program import main, option
from tests.run.server import PASSWORD, Server
from tests.run.wire import Connection
from tests.search import letters

BATCH = 100
COMMANDS = [
    "SEARCH TEXT \"quixotry\"", "SEARCH BODY \"quixotry\"", "SEARCH SUBJECT \"report\"", "SEARCH SENTSINCE 1-Mar-2026",
    "SORT (ARRIVAL) UTF-8 ALL", "SORT (DATE) UTF-8 ALL", "SORT (SUBJECT) UTF-8 ALL", "THREAD REFERENCES UTF-8 ALL",
    "THREAD ORDEREDSUBJECT UTF-8 ALL", "FETCH 1:* (ENVELOPE BODYSTRUCTURE)",
]


def made_up(many):
    random = Random(1)
    for number in range(many):
        message = letters.message(random, number, many)
        yield message.replace(b"alpha", b"quixotry", 1) if number % 20_000 == 7 else message


def fill(client, mailbox, many):
    client.command(f"CREATE {mailbox}")
    batch = []
    for message in made_up(many):
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


def wait_for_index(server, many):
    begun = time.monotonic()
    search_index.wait(server, many, deadline=1200)
    sizes = [mib(search_index.database(server).replace("search.db", name)) for name in ("search.db", "mail.db")]
    print("the search index was ready %.1f s later, with %.0f MiB beside %.0f MiB of mail"
          % (time.monotonic() - begun, *sizes))


def a_big_mailbox_is_searched(server, messages, beside, no_index, rounds):
    server.restart('[search]\nindex = "%s"\n' % ("never" if no_index else "always"))
    mailbox, user, (host, port) = f"Big{os.getpid()}", server.add_user(), server.address
    clients = [connected(f"postbag={host}:{port}:{user}:{PASSWORD}")] + [connected(where) for where in beside]
    for name, client in clients:
        begun = time.monotonic()
        fill(client, mailbox, messages)
        print(f"{name}: {messages} messages appended in {time.monotonic() - begun:.1f} s")
    if not no_index:
        wait_for_index(server, messages)
    medians = measure(clients, rounds)
    print(f"{'':36}" + "".join(f"{name:>12}" for name, _ in clients))
    for command in COMMANDS:
        print(f"{command:36}" + "".join(f"{medians[command, name]:12.3f}" for name, _ in clients))
    print(f"postbag held {Process(server.process.pid).kib('VmHWM') / 1024:.0f} MiB at most")
    for _, client in clients:
        client.command("UNSELECT")
        client.command(f"DELETE {mailbox}")


if __name__ == "__main__":
    main(a_big_mailbox_is_searched, world=lambda postbag, _: Server(postbag), options=[
        option("--messages", type=int, default=100_000),
        option("--beside", action="append", default=[], metavar="NAME=HOST:PORT:USER:PASSWORD", help="another server"),
        option("--no-index", action="store_true", help="postbag without its search index"),
        option("--rounds", type=int, default=3),
    ])
