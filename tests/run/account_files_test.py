#!/usr/bin/env python3
"""Accounts whose files are not what directory.db says: missing ones, and copies of another time put beside them."""

import os
import shutil
import subprocess
import sys

from program_test import MESSAGE, TEMPORARY, BAD_DATA, equal, exit_code
from server import PASSWORD, Server


def account(server, number=1):
    return os.path.join(server.data, "accounts", str(number))


def append(server, user, count=1):
    session = server.logged_in(user)
    for _ in range(count):
        session.append("INBOX", MESSAGE)
    session.close()


def try_login(server, user):
    session = server.connect()
    session.greet()
    _, tagged = session.any_command(f"LOGIN {user} {PASSWORD}")
    session.close()
    return tagged


def messages(server, user):
    lines, _ = server.logged_in(user).command("STATUS INBOX (MESSAGES)")
    return int(lines[0].rsplit(b" ", 1)[1].rstrip(b")"))


def verified(server, *arguments):
    done = subprocess.run([server.postbag, "verify", "--dir", server.data, *arguments], capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def is_refused_as_missing(server, user):
    """In every way that mail goes in or out, while the server runs; nothing is made."""
    server.start()
    tagged = try_login(server, user)
    assert tagged.startswith(b"NO [UNAVAILABLE]"), tagged
    assert '"mail missing"' in server.log_tail(), server.log_tail()
    equal(exit_code(server, "deliver", user, input=MESSAGE), TEMPORARY, "a delivery")
    code, said = verified(server)
    equal(code, BAD_DATA, "verify")
    assert "mail.db is missing" in said, said
    assert exit_code(server, "dump", user) != 0, "a dump"
    server.stop()
    equal(exit_code(server, "deliver", user, input=MESSAGE), TEMPORARY, "a delivery without a server")
    assert not os.path.exists(os.path.join(account(server), "mail.db")), "nothing is made"


def a_missing_account_is_refused_and_comes_back(server):
    user = server.add_user()
    append(server, user, 2)
    server.stop()
    os.rename(account(server), server.home + "/aside")
    is_refused_as_missing(server, user)
    assert not os.path.exists(account(server)), "not even its directory"
    os.rename(server.home + "/aside", account(server))
    server.start()
    equal(messages(server, user), 2, "when it is there again")
    equal(verified(server)[0], 0, "verify")


def a_missing_database_is_refused_and_comes_back(server):
    user = server.add_user()
    append(server, user)
    server.stop()
    os.rename(account(server) + "/mail.db", server.home + "/aside")
    is_refused_as_missing(server, user)
    open(account(server) + "/mail.db", "w").close()
    server.start()
    tagged = try_login(server, user)
    assert tagged.startswith(b"NO [CORRUPTION]"), ("an empty file is no database of this account", tagged)
    server.stop()
    os.replace(server.home + "/aside", account(server) + "/mail.db")
    server.start()
    equal(messages(server, user), 1, "when it is there again")


def an_account_without_a_login_is_missed_too(server):
    user = server.add_user()
    server.stop()
    shutil.rmtree(account(server))
    is_refused_as_missing(server, user)
    server.start()


CHECKS = (a_missing_account_is_refused_and_comes_back, a_missing_database_is_refused_and_comes_back,
          an_account_without_a_login_is_missed_too)


def main():
    postbag, wirecheck, failed = sys.argv[1], sys.argv[2], 0
    for check in CHECKS:
        try:
            with Server(postbag, wirecheck) as server:
                check(server)
            print(f"{check.__name__}: passed")
        except Exception as problem:  # each failure is told, the rest still runs
            failed += 1
            print(f"{check.__name__}: FAILED: {type(problem).__name__}: {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
