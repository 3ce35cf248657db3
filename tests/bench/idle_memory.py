#!/usr/bin/env python3
"""Memory of idle logged-in connections: 1 000 on one account, and 1 000 on 1 000 accounts.

    idle_memory.py --postbag build/postbag [--connections 1000]

Prints, for each case, what one connection adds to the server's proportional memory (PSS), logged in and in IDLE with
INBOX selected. The server runs as a process of its own on a free port of the loopback, its data in a temporary folder.
"""

import argparse
import json
import pathlib
import resource
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

PASSWORD = "pass"


class Connection:
    """One connection that knows just enough of IMAP to be idle."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.buffer = b""
        self.read_until(b"* OK")

    def read_until(self, start):
        while True:
            while b"\r\n" not in self.buffer:
                received = self.socket.recv(4096)
                if not received:
                    raise SystemExit("the server closed a connection")
                self.buffer += received
            line, self.buffer = self.buffer.split(b"\r\n", 1)
            if line.startswith(start):
                return
            if line.startswith(b"* BYE") or b" NO " in line[:8] or b" BAD " in line[:8]:
                raise SystemExit(line.decode())

    def command(self, text, answer):
        self.socket.sendall(text.encode() + b"\r\n")
        self.read_until(answer)


def pss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise SystemExit("no PSS")


def make_accounts(postbag, directory, count):
    """The first by the program; the rest get its password hash, since hashing a thousand takes minutes."""
    subprocess.run([postbag, "user", "add", "user0", "--dir", directory], input=PASSWORD + "\n", text=True, check=True)
    with sqlite3.connect(directory + "/directory.db") as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(account)") if row[1] not in ("id", "name")]
        kept = ", ".join(columns)
        for i in range(1, count):
            database.execute(f"INSERT INTO account (name, {kept}) SELECT ?, {kept} FROM account WHERE name = 'user0'",
                             (f"user{i}",))


def measure(postbag, connections, accounts):
    with tempfile.TemporaryDirectory() as directory:
        config = pathlib.Path(directory) / "postbag.toml"
        config.write_text("[limits]\nconnections = 5000\nconnections_not_logged_in = 5000\n"
                          "connections_per_address = 5000\nconnections_per_address_not_logged_in = 5000\n"
                          "connections_per_account = 5000\n")
        data = directory + "/data"
        make_accounts(postbag, data, accounts)
        server = subprocess.Popen([postbag, "serve", "--dir", data, "--config", str(config), "--listen", "127.0.0.1:0"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            port = int(json.loads(server.stdout.readline())["imap"][0].rsplit(":", 1)[1])
            first = Connection(port)
            first.command(f"a LOGIN user0 {PASSWORD}", b"a OK")
            before = pss_kib(server.pid)
            open_connections = [first]
            for i in range(connections):
                connection = Connection(port)
                connection.command(f"a LOGIN user{i % accounts} {PASSWORD}", b"a OK")
                open_connections.append(connection)
            logged_in = settled_pss(server.pid)
            for connection in open_connections[1:]:
                connection.command("b SELECT INBOX", b"b OK")
                connection.command("c IDLE", b"+")
            idle = settled_pss(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
    return (logged_in - before) / connections, (idle - before) / connections


def settled_pss(pid):
    """The lowest reading of 75 s: stores that nobody used for 30 s are closed, at most 30 s after that."""
    best = pss_kib(pid)
    for _ in range(75):
        time.sleep(1)
        best = min(best, pss_kib(pid))
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postbag", required=True)
    parser.add_argument("--connections", type=int, default=1000)
    options = parser.parse_args()
    wanted = 2 * options.connections + 200
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, min(hard, 8192)), hard))
    postbag = str(pathlib.Path(options.postbag).resolve())
    for accounts in (1, options.connections):
        logged_in, idle = measure(postbag, options.connections, accounts)
        print(f"{options.connections} connections on {accounts} accounts: {logged_in:.1f} KiB each logged in, "
              f"{idle:.1f} KiB each in IDLE")


if __name__ == "__main__":
    main()
