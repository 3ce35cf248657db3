"""Sessions of which more is looked at than their answers: the server's memory, and databases that were changed from outside."""

import contextlib
import glob
import os
import re
import sqlite3

from tests.program.exit_codes import MESSAGE
from tests.run.process import Process
from tests.run.program import equal, main
from tests.run.server import Server
from tests.run.view import View


def frugal_server(postbag, wirecheck):
    """Sanitizers keep what was freed: they keep little, so that one can see what a session keeps."""
    frugal = ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + frugal
    return Server(postbag, wirecheck)


def refused_commands_leave_nothing_in_a_session(server):
    session = server.logged_in(server.add_user())
    batch = b"".join(b"d%d DELETE %s%03d\r\n" % (n, b"n" * 1000, n) for n in range(500))

    def refuse(times):
        for _ in range(times):
            session.send(batch)
            for n in range(500):
                assert session.response().startswith(b"d%d NO" % n)
        return Process(server.process.pid).kib("VmRSS")

    before = refuse(4)
    grown = refuse(20) - before   # of 10 MB of names
    assert grown < 4 * 1024, f"grown by {grown} KiB"


def changes_that_could_not_be_read_are_reported_later(server):
    user = server.add_user()
    session, other = server.logged_in(user), server.logged_in(user)
    session.command("NOTIFY SET (personal (MailboxName))")
    rename_in_database(server, b"Junk", b"\xff")
    other.command("CREATE x")
    for _ in range(100):
        other.command("NOOP")
    equal(session.command("NOOP")[0], [], "reported from a damaged database")
    failures = server.log_tail(1_000_000).count("store broken")
    assert 1 <= failures < 10, f"{failures} tries"
    rename_in_database(server, b"\xff", b"Junk")
    equal(session.command("NOOP")[0], [b'* LIST (\\HasNoChildren) "/" x'], "reported after the repair")


def nothing_is_lost_below_a_mod_sequence_that_was_reported(server):
    """Changes of many messages are read in slices, while others change messages: a client does not know of later changes to a
    slice that was reported already, so it must not get a later slice's mod-sequence as its highest. RFC 7162 section 6."""
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
        reported = View(vanishing=True)
        reported.receive([b"* 8192 EXISTS"])
        while not (line := session.response()).startswith(b"n "):
            reported.receive([line])
        reported.answered(line)
        changes = []
        while len(changes) < 60:
            if found := re.search(rb"UID 1 MODSEQ \((\d+)\)|UID 8192 MODSEQ \((\d+)\)", other.response()):
                changes.append(int(found[1] or 0))
        lost = [modseq for modseq in changes if (reported.known(1).modseq or 0) < modseq <= reported.highest]
        equal(lost, [], f"mod-sequences of changes not reported to a client that comes back from {reported.highest}")
        session.command("NOOP")


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


def rename_in_database(server, old, new):
    found = [os.path.join(directory, "mail.db") for directory, _, files in os.walk(server.data) if "mail.db" in files]
    equal(len(found), 1, "accounts")
    with contextlib.closing(sqlite3.connect(found[0])) as database:
        changed = database.execute("UPDATE mailbox SET name = CAST(? AS TEXT) WHERE CAST(name AS BLOB) = ?", (new, old))
        equal(changed.rowcount, 1, "rows")
        database.commit()


if __name__ == "__main__":
    main(names_of_an_older_server_stay_reachable, refused_commands_leave_nothing_in_a_session,
         changes_that_could_not_be_read_are_reported_later, nothing_is_lost_below_a_mod_sequence_that_was_reported,
         world=frugal_server)
