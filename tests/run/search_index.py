"""The search index of a server with one account, looked at from outside: search.db in storage/FORMAT.md."""

import glob
import os
import sqlite3
import time


def database(server):
    return glob.glob(os.path.join(server.data, "accounts", "*", "search.db"))[0]


def entered(server):
    with sqlite3.connect(f"file:{database(server)}?mode=ro", uri=True, timeout=10) as index:
        row = index.execute("SELECT body FROM last").fetchone()
    return row[0] if row else 0


def wait(server, bodies, deadline=60):
    """The server does not report when it is done, so this looks at the file until all is in it."""
    end = time.monotonic() + deadline
    while entered(server) < bodies:
        assert time.monotonic() < end, f"only {entered(server)} of {bodies} bodies are in the index"
        time.sleep(0.05)
