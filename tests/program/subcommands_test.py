"""The subcommands of postbag beside a running server and without one: delivery, accounts, dump, verify, shutdown."""

import json
import os

from tests.program.exit_codes import BAD_DATA, CANNOT_CREATE, MESSAGE, NO_USER, TEMPORARY, USAGE, exit_code
from tests.run.program import equal, main
from tests.run.server import AS_ROOT, PASSWORD
from tests.run.wire import Refused


def delivery_reaches_a_session_in_idle(server):
    user = server.add_user()
    session = server.logged_in(user)
    session.command("SELECT INBOX")
    session.send(b"i IDLE\r\n")
    assert session.response().startswith(b"+")
    server.run("deliver", user, "--dir", server.data, input=MESSAGE)
    equal(session.response(), b"* 1 EXISTS", "reported in IDLE")
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


def delivery_to_a_moved_account_waits_at_the_mail_server(server):
    user = server.add_user()
    server.run("user", "move", user, "imap://new.example.org/", "--dir", server.data)
    equal(exit_code(server, "deliver", user, input=MESSAGE), TEMPORARY, "moved")
    server.stop()
    equal(exit_code(server, "deliver", user, input=MESSAGE), TEMPORARY, "moved, without a server")
    server.run("user", "move", user, "--here", "--dir", server.data)
    server.start()
    lines, _ = server.logged_in(user).command("STATUS INBOX (MESSAGES)")
    equal(lines, [b"* STATUS INBOX (MESSAGES 0)"], "nothing was stored")
    equal(exit_code(server, "deliver", user, input=MESSAGE), 0, "back again")


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
    equal(exit_code(server, "serve", "--listen", "127.0.0.1:0", *AS_ROOT), TEMPORARY, "a second server")


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


def verify_reports_what_is_wrong_beside_the_server(server):
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


def verify_says_that_there_are_contradictions_whatever_else_is_wrong(server):
    damaged, unreadable = server.add_user(), server.add_user()
    session = server.logged_in(damaged)
    session.append("INBOX", b"Subject: x\r\n\r\n" + b"x" * 100_000)
    accounts = os.path.join(server.data, "accounts")
    first, second = sorted(os.listdir(accounts), key=int)
    with open(os.path.join(accounts, second, "mail.db"), "wb") as database:
        database.write(b"no database" * 1000)
    equal(exit_code(server, "verify", unreadable), TEMPORARY, "an account that cannot be read")
    equal(exit_code(server, "verify"), TEMPORARY, "all accounts, one of which cannot be read")
    for directory, _, files in os.walk(os.path.join(accounts, first, "bodies")):
        if files:
            os.truncate(os.path.join(directory, files[0]), 10)
    equal(exit_code(server, "verify", damaged), BAD_DATA, "a damaged account")
    equal(exit_code(server, "verify"), BAD_DATA, "all accounts, of which the last cannot be read")


if __name__ == "__main__":
    main(delivery_reaches_a_session_in_idle, delivery_into_a_mailbox_and_refused,
         delivery_to_a_moved_account_waits_at_the_mail_server, delivery_beyond_a_limit_is_logged,
         accounts_while_the_server_runs, dump_shows_what_is_stored, verify_reports_what_is_wrong_beside_the_server,
         verify_says_that_there_are_contradictions_whatever_else_is_wrong, one_server_a_directory,
         shutdown_says_bye_and_keeps_what_was_acknowledged)
