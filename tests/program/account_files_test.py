"""Accounts whose files are not what directory.db says: missing ones, and copies of another time put beside them."""

import os
import shutil
import sqlite3
import subprocess

from tests.program.exit_codes import BAD_DATA, MESSAGE, TEMPORARY, exit_code
from tests.run.program import equal, main
from tests.run.server import PASSWORD


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
    equal(exit_code(server, "deliver", user, input=MESSAGE), TEMPORARY, "a delivery")
    code, said = verified(server)
    equal(code, BAD_DATA, "verify")
    assert "mail.db is missing" in said, said
    assert exit_code(server, "dump", user) != 0, "a dump"
    server.stop()   # which writes all of its log
    server.await_log("error mail missing")
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
    equal(messages(server, user), 2, "when it is back")
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
    equal(messages(server, user), 1, "when it is back")


def an_account_without_a_login_is_missed_too(server):
    user = server.add_user()
    server.stop()
    shutil.rmtree(account(server))
    is_refused_as_missing(server, user)
    server.start()


def restore(server, copy):
    for name in ("directory.db", "directory.db-wal", "directory.db-shm"):
        if os.path.exists(os.path.join(server.data, name)):
            os.remove(os.path.join(server.data, name))
    shutil.copy(copy, os.path.join(server.data, "directory.db"))


def with_an_older_directory(server):
    """alice and bob have mail, and directory.db is of a time when there was no bob. The server is stopped."""
    server.add_user("alice")
    shutil.copy(os.path.join(server.data, "directory.db"), server.home + "/older")
    server.add_user("bob")
    append(server, "alice", 1)
    append(server, "bob", 2)
    server.stop()
    restore(server, server.home + "/older")


def an_older_directory_deletes_nothing(server):
    with_an_older_directory(server)
    code, said = verified(server)
    equal(code, BAD_DATA, "verify")
    assert "accounts: directory accounts/2 belongs to bob" in said, said
    server.start()
    server.stop()
    assert os.path.exists(account(server, 2) + "/mail.db"), "the mail of bob"
    server.start()
    equal(messages(server, "alice"), 1, "who is in the older copy")
    assert try_login(server, "bob").startswith(b"NO [AUTHENTICATIONFAILED]"), "bob is no account"
    server.add_user("bob")
    equal(messages(server, "bob"), 2, "bob, added again")
    equal(verified(server)[0], 0, "verify")


def an_older_directory_shows_nobody_anothers_mail(server):
    with_an_older_directory(server)
    server.add_user("eve")
    server.start()
    equal(messages(server, "eve"), 0, "eve, added where bob's number is free")
    server.add_user("fay")
    equal(messages(server, "fay"), 0, "fay, added by a running server")
    server.add_user("bob")
    equal(messages(server, "bob"), 2, "bob")


def a_copy_of_a_running_servers_directory_has_all_accounts(server):
    names = [server.add_user() for _ in range(5)]
    server.run("user", "remove", names.pop(1), "--dir", server.data)
    for name in names:
        append(server, name)
    os.makedirs(server.home + "/copied")
    shutil.copy(os.path.join(server.data, "directory.db"), server.home + "/copied/directory.db")
    listed = server.run("user", "list", "--dir", server.home + "/copied").decode().split()
    equal(listed, names, "accounts in directory.db alone")


def removed_mail_is_deleted_and_never_shown_again(server):
    user = server.add_user()
    append(server, user)
    server.run("user", "remove", user, "--dir", server.data)
    server.add_user(user)
    equal(messages(server, user), 0, "another account of that name")
    server.stop()
    server.start()
    equal(sorted(os.listdir(server.data + "/accounts")), ["2"], "directories after the next start")
    equal(messages(server, user), 0, "the other account")


def anothers_mail_is_refused(server):
    server.add_user("alice")
    server.add_user("bob")
    append(server, "alice")
    server.stop()
    os.rename(account(server, 1), server.home + "/aside")
    os.rename(account(server, 2), account(server, 1))
    os.rename(server.home + "/aside", account(server, 2))
    server.start()
    for user in ("alice", "bob"):
        tagged = try_login(server, user)
        assert tagged.startswith(b"NO [CORRUPTION]"), tagged
        equal(exit_code(server, "deliver", user, input=MESSAGE), TEMPORARY, "a delivery")
    code, said = verified(server, "bob")
    equal(code, BAD_DATA, "verify")
    assert "belongs to another account, alice" in said, said
    server.stop()   # which writes all of its log
    assert "belongs to another account, bob" in server.log_tail(), server.log_tail()


def make_old(server):
    """Takes out of the databases what they did not have when accounts had no identity."""
    with sqlite3.connect(os.path.join(server.data, "directory.db")) as directory:
        for table in ("removed", "app_password", "secret"):
            directory.execute(f"DROP TABLE {table}")
        for column in ("identity", "scram", "is_administrator", "moved_to"):
            directory.execute(f"ALTER TABLE account DROP COLUMN {column}")
        directory.executescript("PRAGMA user_version = 1;")
    for number in os.listdir(server.data + "/accounts"):
        with sqlite3.connect(os.path.join(account(server, number), "mail.db")) as mail:
            for column in ("owner_name", "owner_identity", "garbage_bytes", "names_generation", "shared_bytes"):
                mail.execute(f"ALTER TABLE account DROP COLUMN {column}")
            mail.executescript("ALTER TABLE mailbox DROP COLUMN generation; PRAGMA user_version = 4;")


def accounts_of_an_older_postbag_open(server):
    server.add_user("alice")
    server.add_user("bob")   # never logged in: then an older postbag had made nothing
    append(server, "alice", 2)
    server.stop()
    make_old(server)
    shutil.rmtree(account(server, 2))
    server.start()
    equal(messages(server, "alice"), 2, "with mail")
    equal(messages(server, "bob"), 0, "without")
    equal(verified(server)[0], 0, "verify")
    server.stop()
    shutil.rmtree(account(server, 2))
    server.start()
    assert try_login(server, "bob").startswith(b"NO [UNAVAILABLE]"), "once it was opened it is missed"


if __name__ == "__main__":
    main(an_older_directory_deletes_nothing, an_older_directory_shows_nobody_anothers_mail,
         a_copy_of_a_running_servers_directory_has_all_accounts, removed_mail_is_deleted_and_never_shown_again,
         anothers_mail_is_refused, accounts_of_an_older_postbag_open, a_missing_account_is_refused_and_comes_back,
         a_missing_database_is_refused_and_comes_back, an_account_without_a_login_is_missed_too)
