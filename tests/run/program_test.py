#!/usr/bin/env python3
"""The program `postbag` from outside: ready line, accounts, delivery, dump, shutdown, exit codes."""

import contextlib
import glob
import json
import os
import re
import sqlite3
import subprocess
import sys

from server import PASSWORD, Server
from slow_reader import resident_kib
from view import View
from wire import Refused

NO_USER, BAD_DATA, USAGE, TEMPORARY, CANNOT_CREATE = 67, 65, 64, 75, 73   # sysexits(3)
MESSAGE = b"Subject: delivered\r\n\r\ntext\r\n"


def exit_code(server, *arguments, input=b""):
    done = subprocess.run([server.postbag, *arguments, "--dir", server.data], input=input, capture_output=True, timeout=60)
    return done.returncode


def equal(got, wanted, what):
    assert got == wanted, f"{what}: got {got!r}, wanted {wanted!r}"


def delivery_reaches_a_session_in_idle(server):
    user = server.add_user()
    session = server.logged_in(user)
    session.command("SELECT INBOX")
    session.send(b"i IDLE\r\n")
    assert session.response().startswith(b"+")
    server.run("deliver", user, "--dir", server.data, input=MESSAGE)
    equal(session.response(), b"* 1 EXISTS", "told in IDLE")
    session.send(b"DONE\r\n")
    while not session.response().startswith(b"i OK"):
        pass
    lines, _ = session.command("FETCH 1 BODY.PEEK[]")
    assert MESSAGE in lines[0], lines


def delivery_into_a_mailbox_and_refused(server):
    user = server.add_user()
    server.run("deliver", user, "--mailbox", "Archive", "--dir", server.data, input=MESSAGE.replace(b"\r\n", b"\n"))
    lines, _ = server.logged_in(user).command("STATUS Archive (MESSAGES SIZE)")
    equal(lines, [b"* STATUS Archive (MESSAGES 1 SIZE %d)" % len(MESSAGE)], "Archive, line ends made CRLF")
    equal(exit_code(server, "deliver", "nobody", input=MESSAGE), NO_USER, "no such user")
    equal(exit_code(server, "deliver", user, "--mailbox", "Nope", input=MESSAGE), CANNOT_CREATE, "no such mailbox")


def delivery_beyond_a_limit_is_logged(server):
    user = server.add_user()
    server.run("deliver", user, "--dir", server.data, input=b"To: " + b"a@x," * 1001 + b"\r\n\r\n")
    line = server.log_tail().splitlines()[-1]
    for part in ("message structure incomplete", f'"{user}"', '"addresses"'):
        assert part in line, line


def accounts_while_the_server_runs(server):
    user = server.add_user()
    listed = server.run("user", "list", "--dir", server.data).decode().split()
    assert user in listed, listed
    equal(exit_code(server, "user", "add", user, input=b"x\n"), BAD_DATA, "added twice")
    equal(exit_code(server, "user", "add", "fresh", input=b"\n"), USAGE, "no password")
    equal(exit_code(server, "user", "passwd", user, input=b"other\n"), 0, "passwd")
    session = server.connect()
    session.greet()
    try:
        session.login(user, PASSWORD)
        raise AssertionError("the old password still works")
    except Refused:
        pass
    session.login(user, "other")
    equal(exit_code(server, "user", "remove", user), 0, "remove")
    assert session.response().startswith(b"* BYE"), "a removed account's session ends"
    assert session.at_end()
    equal(exit_code(server, "user", "remove", user), NO_USER, "removed twice")


def dump_shows_what_is_stored(server):
    user = server.add_user()
    session = server.logged_in(user)
    session.append("INBOX", MESSAGE, "(\\Seen $Work)", '"01-Feb-2026 12:00:00 +0000"')
    dumped = json.loads(server.run("dump", user, "INBOX", "--json", "--dir", server.data))
    mailbox, = dumped["mailboxes"]
    message, = mailbox["messages"]
    equal((mailbox["name"], mailbox["uid_next"], message["uid"], message["size"], sorted(message["flags"])),
          ("INBOX", 2, 1, len(MESSAGE), ["$Work", "\\Seen"]), "dump")
    assert b"INBOX" in server.run("dump", user, "--dir", server.data)
    equal(exit_code(server, "dump", "nobody"), NO_USER, "dump of nobody")


def one_server_a_directory(server):
    equal(exit_code(server, "serve", "--listen", "127.0.0.1:0"), TEMPORARY, "a second server")


def shutdown_says_bye_and_keeps_what_was_acknowledged(server):
    user = server.add_user()
    session = server.logged_in(user)
    session.append("INBOX", MESSAGE)
    server.process.terminate()
    assert session.response().startswith(b"* BYE"), "BYE at SIGTERM"
    assert session.at_end()
    equal(server.process.wait(timeout=30), 0, "exit code")
    # with no server, delivery goes into the store directly
    equal(exit_code(server, "deliver", user, input=MESSAGE), 0, "delivery without a server")
    server.start()
    lines, _ = server.logged_in(user).command("STATUS INBOX (MESSAGES)")
    equal(lines, [b"* STATUS INBOX (MESSAGES 2)"], "after the restart")


def names_of_an_older_server_stay_reachable(server):
    """A mailbox whose name is not in NFC, as nobody can make it now."""
    user, old, new = server.add_user(), "Ba\u0308r", "B\u00e4r"
    server.logged_in(user).command("CREATE Beer")
    server.run("deliver", user, "--mailbox", "Beer", "--dir", server.data, input=MESSAGE)
    server.stop()
    renamed = 0
    for path in glob.glob(os.path.join(server.data, "accounts", "*", "mail.db")):
        with contextlib.closing(sqlite3.connect(path)) as mail, mail:
            renamed += mail.execute("UPDATE mailbox SET name = ? WHERE name = 'Beer'", (old,)).rowcount
    equal(renamed, 1, "mailboxes renamed")
    server.start()
    session = server.logged_in(user)
    session.command("ENABLE IMAP4rev2")
    lines, _ = session.command('LIST "" "B*"')
    equal(lines, [f'* LIST (\\HasNoChildren) "/" "{old}"'.encode()], "the old name in LIST")
    lines, _ = session.command(f'EXAMINE "{old}"')
    assert b"* 1 EXISTS" in lines, lines
    session.command(f'SUBSCRIBE "{old}"')
    session.command(f'RENAME "{old}" "{new}"')
    lines, _ = session.command(f'STATUS "{new}" (MESSAGES)')
    equal(lines, [f'* STATUS "{new}" (MESSAGES 1)'.encode()], "renamed to NFC")


def verify_tells_what_is_wrong_beside_the_server(server):
    user = server.add_user()
    session = server.logged_in(user)
    for _ in range(3):
        session.append("INBOX", MESSAGE)
    lines = server.run("verify", user, "--dir", server.data).decode().splitlines()
    equal(lines, [f"{user}: 3 messages in 6 mailboxes, 3 bodies, 0 deviations"], "a clean account")
    equal(exit_code(server, "verify"), 0, "all accounts")
    equal(exit_code(server, "verify", "nobody"), 67, "no such account")
    session.append("INBOX", b"Subject: x\r\n\r\n" + b"x" * 100_000)
    for directory, _, files in os.walk(server.data):
        if "bodies" in directory and files:
            os.truncate(os.path.join(directory, files[0]), 10)
    equal(exit_code(server, "verify", user), 65, "a damaged account")
    equal(exit_code(server, "verify", user, "--quick"), 65, "sizes are looked at too")


def refused_commands_leave_nothing_in_a_session(server):
    session = server.logged_in(server.add_user())
    batch = b"".join(b"d%d DELETE %s%03d\r\n" % (n, b"n" * 1000, n) for n in range(500))

    def refuse(times):
        for _ in range(times):
            session.send(batch)
            for n in range(500):
                assert session.response().startswith(b"d%d NO" % n)
        return resident_kib(server.process.pid)

    before = refuse(4)
    grown = refuse(20) - before   # of 10 MB of names
    assert grown < 4 * 1024, f"grown by {grown} KiB"


def news_that_could_not_be_read_are_told_later(server):
    user = server.add_user()
    session, other = server.logged_in(user), server.logged_in(user)
    session.command("NOTIFY SET (personal (MailboxName))")
    rename_in_database(server, b"Junk", b"\xff")
    other.command("CREATE x")
    for _ in range(100):
        other.command("NOOP")
    equal(session.command("NOOP")[0], [], "told from a damaged database")
    failures = server.log_tail(1_000_000).count("store broken")
    assert 1 <= failures < 10, f"{failures} tries"
    rename_in_database(server, b"\xff", b"Junk")
    equal(session.command("NOOP")[0], [b'* LIST (\\HasNoChildren) "/" x'], "told behind the repair")


def nothing_is_lost_below_a_mod_sequence_that_was_told(server):
    """News of many messages are read in slices, and others change messages meanwhile: of a slice that was told already the
    client has not heard, and must not take a later slice's mod-sequence for how far it is. RFC 7162 section 6."""
    user = server.add_user()
    session, other = server.logged_in(user, deadline=60), server.logged_in(user, deadline=60)
    other.append("INBOX", MESSAGE)
    other.command("SELECT INBOX")
    for _ in range(13):
        other.command("COPY 1:* INBOX")
    other.command("ENABLE CONDSTORE")
    session.command("ENABLE QRESYNC")
    session.command("SELECT INBOX")
    for sign in "+-+":
        other.command(f"STORE 1:* {sign}FLAGS.SILENT (\\Flagged)")
        session.send(b"n NOOP\r\n")
        other.send(b"".join(b"s UID STORE %d FLAGS.SILENT (k%d)\r\n" % (uid, n) for n in range(30) for uid in (1, 8192)))
        told = View(vanishing=True)
        told.hear([b"* 8192 EXISTS"])
        while not (line := session.response()).startswith(b"n "):
            told.hear([line])
        told.answered(line)
        changes = []
        while len(changes) < 60:
            if found := re.search(rb"UID 1 MODSEQ \((\d+)\)|UID 8192 MODSEQ \((\d+)\)", other.response()):
                changes.append(int(found[1] or 0))
        lost = [modseq for modseq in changes if (told.known(1).modseq or 0) < modseq <= told.highest]
        equal(lost, [], f"mod-sequences of changes not told to who comes back from {told.highest}")
        session.command("NOOP")


def rename_in_database(server, old, new):
    found = [os.path.join(directory, "mail.db") for directory, _, files in os.walk(server.data) if "mail.db" in files]
    equal(len(found), 1, "accounts")
    with contextlib.closing(sqlite3.connect(found[0])) as database:
        changed = database.execute("UPDATE mailbox SET name = CAST(? AS TEXT) WHERE CAST(name AS BLOB) = ?", (new, old))
        equal(changed.rowcount, 1, "rows")
        database.commit()


def main():
    # Sanitizers keep what was freed: what a session keeps has to be seen beside it.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
    postbag, wirecheck, failed = sys.argv[1], sys.argv[2], 0
    for check in (delivery_reaches_a_session_in_idle, delivery_into_a_mailbox_and_refused,
                  delivery_beyond_a_limit_is_logged, accounts_while_the_server_runs,
                  dump_shows_what_is_stored, names_of_an_older_server_stay_reachable,
                  refused_commands_leave_nothing_in_a_session,
                  news_that_could_not_be_read_are_told_later, nothing_is_lost_below_a_mod_sequence_that_was_told,
                  verify_tells_what_is_wrong_beside_the_server, one_server_a_directory, shutdown_says_bye_and_keeps_what_was_acknowledged):
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
