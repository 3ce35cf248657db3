"""Memory of idle logged-in connections: 1 000 on one account, the same over TLS, and 1 000 on 1 000 accounts.

Prints, for each case, what one connection adds to the server's proportional memory (PSS), logged in and in IDLE with
INBOX selected; with many accounts also what each of them adds to that while its databases are open. What a first hundred
connections take is not counted: they also use memory that the start of the server and the first use of the store have
left, more or less of it in each build.
"""

import contextlib
import os
import resource
import sqlite3
import ssl
import time

from tests.run import certificates
from tests.run.process import Process
from tests.run.program import main, option
from tests.run.server import PASSWORD, Server
from tests.run.wire import Connection

FIRST = 100
CLOSED_AFTER = 30   # seconds that nobody used an account
LIMITS = "[limits]\n" + "".join(f"{name} = 5000\n" for name in (
    "connections", "connections_not_logged_in", "connections_per_address", "connections_per_address_not_logged_in",
    "connections_per_account"))


def make_accounts(server, count):
    """The first by the program; the others get its password hash, since hashing a thousand takes minutes.

    They get no identity: with one, a server would look for mail that was made together with the account.
    """
    server.add_user("user0")
    with sqlite3.connect(os.path.join(server.data, "directory.db")) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(account)") if row[1] not in ("id", "name", "identity")]
        kept = ", ".join(columns)
        for i in range(1, count):
            database.execute(f"INSERT INTO account (name, {kept}) SELECT ?, {kept} FROM account WHERE name = 'user0'",
                             (f"user{i}",))


def logged_in(server, user, tls):
    connection = Connection(server.tls_address if tls else server.address, deadline=60)
    if tls:
        connection.start_tls(tls)
    connection.greet()
    connection.login(user, PASSWORD)
    return connection


def settled(process):
    """The lowest reading of 75 s: stores that nobody used for 30 s are closed, at most 30 s after that."""
    best = process.proportional_kib()
    for _ in range(75):
        time.sleep(1)
        best = min(best, process.proportional_kib())
    return best


def idle(connection):
    connection.command("SELECT INBOX")
    connection.send(b"idle IDLE\r\n")
    assert connection.response().startswith(b"+")


def measure(server, connections, accounts, no_index, more_config="", tls=None):
    """`tls`: the ssl.SSLContext of the clients, for implicit TLS."""
    server.configure(more_config + LIMITS + '[search]\nindex = "%s"\n' % ("never" if no_index else "always"))
    make_accounts(server, accounts)
    with server:
        process = Process(server.process.pid)
        crowd = []

        def grow(count):
            crowd.extend(logged_in(server, f"user{i % accounts}", tls) for i in range(len(crowd), len(crowd) + count))
            return settled(process)

        before = grow(FIRST)
        memory_logged_in = grow(connections)
        begun = time.monotonic()
        for connection in crowd:
            idle(connection)
        memory_open = process.proportional_kib()
        assert accounts == 1 or time.monotonic() - begun < CLOSED_AFTER, "some accounts were closed already: measure fewer"
        memory_idle = settled(process)
        for connection in crowd:
            connection.close()
    each_logged_in = (memory_logged_in - before) / connections
    each_idle = each_logged_in + (memory_idle - memory_logged_in) / (FIRST + connections)
    each_open = f", {(memory_open - memory_idle) / accounts:.0f} KiB more for each account that is open" if accounts > 1 else ""
    return (f"{connections} {'TLS ' if tls else ''}connections on {accounts} accounts: {each_logged_in:.1f} KiB each logged in, "
            f"{each_idle:.1f} KiB each in IDLE{each_open}")


def connections_of_one_account(server, connections, no_index):
    return measure(server, connections, 1, no_index)


def tls_connections_of_one_account(server, connections, no_index):
    chain, key = certificates.make(server.home, "server", key="rsa:4096")
    tls = f'listen_tls = ["127.0.0.1:0"]\n[tls]\ncertificates = [{{chain = "{chain}", key = "{key}"}}]\n'
    return measure(server, connections, 1, no_index, tls, ssl.create_default_context(cafile=chain))


def connections_of_as_many_accounts(server, connections, no_index):
    return measure(server, connections, FIRST + connections, no_index)


def server_not_started(postbag, _):
    """It may open as many descriptors as the system allows; the accounts come before it starts."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    return contextlib.nullcontext(Server(postbag, deadline=60))


if __name__ == "__main__":
    main(connections_of_one_account, tls_connections_of_one_account, connections_of_as_many_accounts, world=server_not_started,
         options=[option("--connections", type=int, default=1000),
                  option("--no-index", action="store_true", help="without the search index")])
