#!/usr/bin/env python3
"""The command line of postbag, as the issue "Foundation" promises it.

    command_line_test.py PROGRAM
"""
import imaplib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
MESSAGE = b"Subject: hello\n\nbody\n"


def run(*arguments, stdin=b"", code=0):
    """Runs a subcommand; yields what it printed."""
    done = subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, timeout=60)
    assert done.returncode == code, f"{arguments}: exit {done.returncode}, wanted {code}: {done.stderr.decode()}"
    return done.stdout.decode()


class Served:
    """A server on a free port; SIGTERM at the end, which must end it with exit code 0."""

    def __init__(self, directory, *arguments):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--dir", directory, "--listen", "127.0.0.1:0", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.ready = json.loads(self.process.stdout.readline())
        self.port = int(self.ready["imap"][0].rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        out, self.log = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, f"exit {self.process.returncode}: {self.log.decode()}"
        assert out == b"", out

    def client(self, user, password):
        connection = imaplib.IMAP4("127.0.0.1", self.port)
        connection.login(user, password)
        return connection


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.dir = os.path.join(self.temporary.name, "data")

    def add(self, name, password=b"secret\n"):
        run("user", "add", name, "--dir", self.dir, stdin=password)

    def count(self, user, mailbox="INBOX"):
        stored = json.loads(run("dump", user, mailbox, "--dir", self.dir, "--json"))
        return len(stored["mailboxes"][0]["messages"])

    def test_help_of_every_subcommand(self):
        for command in ([], ["serve"], ["user"], ["user", "add"], ["user", "passwd"], ["user", "remove"],
                        ["user", "list"], ["deliver"], ["dump"]):
            self.assertIn("--help", run(*command, "--help"))
        run(code=64)
        run("serve", code=64)
        run("nonsense", code=64)

    def test_ready_line_and_bye(self):
        with Served(self.dir) as server:
            self.assertEqual(server.ready["ready"], True)
            self.assertEqual(server.ready["pid"], server.process.pid)
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
                lines = client.makefile("rb")
                self.assertTrue(lines.readline().startswith(b"* OK "))
                server.stop(signal.SIGINT)
                self.assertTrue(lines.readline().startswith(b"* BYE"))
                self.assertEqual(lines.readline(), b"")
                server.stop = lambda: None

    def test_users_while_the_server_runs(self):
        with Served(self.dir) as server:
            self.add("alice")
            self.add("bob", b"other\n")
            self.assertEqual(run("user", "list", "--dir", self.dir), "alice\nbob\n")
            run("user", "add", "alice", "--dir", self.dir, stdin=b"x\n", code=65)
            run("user", "add", "carol", "--dir", self.dir, stdin=b"\n", code=64)
            alice = server.client("alice", "secret")
            run("user", "passwd", "bob", "--dir", self.dir, stdin=b"changed\n")
            server.client("bob", "changed").logout()
            run("user", "remove", "alice", "--dir", self.dir)
            self.assertTrue(alice.readline().startswith(b"* BYE"))
            run("user", "remove", "alice", "--dir", self.dir, code=67)
            run("user", "passwd", "alice", "--dir", self.dir, stdin=b"x\n", code=67)

    def test_deliver_with_and_without_a_server(self):
        self.add("alice")
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE)
        with Served(self.dir) as server:
            alice = server.client("alice", "secret")
            self.assertEqual(alice.select(), ("OK", [b"1"]))
            run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE * 20000)
            alice.noop()
            self.assertEqual(alice.response("EXISTS")[1][-1], b"2")
            self.assertEqual(alice.fetch("1", "(BODY[])")[1][0][1], MESSAGE.replace(b"\n", b"\r\n"))
            run("deliver", "alice", "--mailbox", "Archive", "--dir", self.dir, stdin=MESSAGE)
            run("deliver", "nobody", "--dir", self.dir, stdin=MESSAGE, code=67)
            run("deliver", "alice", "--mailbox", "Nope", "--dir", self.dir, stdin=MESSAGE, code=73)
        run("deliver", "nobody", "--dir", self.dir, stdin=MESSAGE, code=67)
        self.assertEqual(self.count("alice"), 2)
        self.assertEqual(self.count("alice", "Archive"), 1)

    def test_a_delivery_that_dies_leaves_nothing(self):
        self.add("alice")
        with Served(self.dir):
            for _ in range(3):
                sender = subprocess.Popen([PROGRAM, "deliver", "alice", "--dir", self.dir], stdin=subprocess.PIPE)
                sender.stdin.write(MESSAGE * 50000)
                sender.stdin.flush()
                sender.kill()
                sender.wait()
                sender.stdin.close()
            run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE)
            self.assertEqual(self.count("alice"), 1)

    def config(self, text):
        path = os.path.join(self.temporary.name, "postbag.toml")
        with open(path, "w") as file:
            file.write(text)
        return path

    def test_too_large_a_message(self):
        self.add("alice")
        with Served(self.dir, "--config", self.config("[limits]\nmessage = 65536\n")):
            run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE)
            run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE * 10000, code=65)
            self.assertEqual(self.count("alice"), 1)

    def test_deliver_without_a_server_has_the_configuration_of_the_last_one(self):
        self.add("alice")
        config = self.config("[limits]\nmessage = 1000\n[search]\nindex = false\n")
        with Served(self.dir, "--config", config):
            pass
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE * 100, code=65)
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE)
        account, = os.scandir(os.path.join(self.dir, "accounts"))
        self.assertNotIn("search.db", os.listdir(account))
        with Served(self.dir):  # without one: the usual values again
            pass
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE * 100)
        self.assertEqual(self.count("alice"), 2)

    def test_names_of_accounts(self):
        self.add("Alice")
        self.assertEqual(run("user", "list", "--dir", self.dir), "alice\n")
        run("user", "add", "ALICE", "--dir", self.dir, stdin=b"x\n", code=65)
        with Served(self.dir, "--config", self.config('[accounts]\ndefault_domain = "example.org"\n')) as server:
            run("user", "add", "alice@example.org", "--dir", self.dir, stdin=b"x\n", code=65)
            run("deliver", "alice+news@Example.org", "--dir", self.dir, stdin=MESSAGE)
            run("dump", "Alice@example.org", "--dir", self.dir)
            run("verify", "Alice@example.org", "--dir", self.dir)
            alice = server.client("aLice@example.org", "secret")
            self.assertEqual(alice.select(), ("OK", [b"1"]))
            run("user", "passwd", "ALICE@example.org", "--dir", self.dir, stdin=b"other\n")
            server.client("alice", "other").logout()
            run("user", "remove", "Alice", "--dir", self.dir)
            self.assertTrue(alice.readline().startswith(b"* BYE"))
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE, code=67)

    def test_deliver_ends_with_what_can_never_be_stored(self):
        self.add("alice")

        def check():
            run("deliver", "alice", "--dir", self.dir, stdin=b"Subject: x\n\na\0b\n", code=65)
            run("deliver", b"\xffx", "--dir", self.dir, stdin=MESSAGE, code=67)
            run("deliver", "", "--dir", self.dir, stdin=MESSAGE, code=67)
            run("deliver", "nobody", "--dir", self.dir, stdin=MESSAGE, code=67)
            run("deliver", "alice", "--mailbox", b"\xff", "--dir", self.dir, stdin=MESSAGE, code=65)
            run("deliver", "alice", "--mailbox", "a//b", "--dir", self.dir, stdin=MESSAGE, code=65)
            self.assertEqual(self.count("alice"), 0)

        with Served(self.dir):
            run("deliver", "alice", "--mailbox", "Archive", "--dir", self.dir, stdin=MESSAGE)  # makes the account's mail
            check()
        check()

    def test_deliver_that_may_work_later(self):
        self.add("alice")
        config = os.path.join(self.dir, "config.toml")
        with open(config, "w") as file:
            file.write("broken")
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE, code=75)
        os.remove(config)
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE)
        with open(self.temporary.name + "/write only", "wb") as unreadable:
            done = subprocess.run([PROGRAM, "deliver", "alice", "--dir", self.dir], stdin=unreadable, timeout=60)
        self.assertEqual(done.returncode, 75)
        self.assertEqual(self.count("alice"), 1)

    def test_deliver_into_a_directory_that_is_not_there_may_work_later(self):
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE, code=75)  # its disk is not mounted, say
        self.assertFalse(os.path.exists(self.dir))
        os.mkdir(self.dir)
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE, code=75)
        self.assertEqual(os.listdir(self.dir), [])

    def test_deliver_reads_before_it_takes_the_directory(self):
        self.add("alice")
        sender = subprocess.Popen([PROGRAM, "deliver", "alice", "--dir", self.dir], stdin=subprocess.PIPE)
        sender.stdin.write(MESSAGE * 10000)  # more than a pipe holds: it reads
        sender.stdin.flush()
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE)
        with Served(self.dir):  # starts although the message is not there yet
            run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE)
            sender.stdin.close()
            self.assertEqual(sender.wait(timeout=60), 0)
        self.assertEqual(self.count("alice"), 3)

    def test_deliver_drops_an_mbox_line_and_mends_line_ends(self):
        self.add("alice")
        mail = b"From a@b.org Thu Jan  4 10:11:12 2024\nFrom: a@b.org\r\r\nSubject: x\n\nFrom here\r\r\nlast\n"
        with Served(self.dir) as server:
            run("deliver", "alice", "--dir", self.dir, stdin=mail)
            alice = server.client("alice", "secret")
            alice.select()
            self.assertEqual(alice.fetch("1", "(BODY[])")[1][0][1],
                             b"From: a@b.org\r\nSubject: x\r\n\r\nFrom here\r\nlast\r\n")

    def test_dump(self):
        self.add("alice")
        self.assertEqual(json.loads(run("dump", "alice", "--dir", self.dir, "--json")), {"user": "alice", "mailboxes": []})
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE)
        stored = json.loads(run("dump", "alice", "--dir", self.dir, "--json"))
        names = [mailbox["name"] for mailbox in stored["mailboxes"]]
        self.assertEqual(names, ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"])
        message = stored["mailboxes"][2]["messages"][0]
        self.assertEqual((message["uid"], message["size"], message["flags"]), (1, len(MESSAGE) + 3, []))
        self.assertIn("uidnext 2", run("dump", "alice", "INBOX", "--dir", self.dir))
        run("dump", "alice", "Nope", "--dir", self.dir, code=73)
        run("dump", "nobody", "--dir", self.dir, code=67)

    def test_configuration_errors_come_all_at_once(self):
        config = os.path.join(self.temporary.name, "postbag.toml")
        with open(config, "w") as file:
            file.write('lisen = []\n[limits]\nnestling = 1\n')
        done = subprocess.run([PROGRAM, "serve", "--dir", self.dir, "--config", config], capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 78)
        self.assertIn(b":1: ", done.stderr)
        self.assertIn(b"did you mean nesting?", done.stderr)

    def test_sighup_does_not_end_the_server(self):
        self.add("alice")
        with Served(self.dir) as server:
            for _ in range(3):
                server.process.send_signal(signal.SIGHUP)
                server.client("alice", "secret").logout()
        self.assertIn(b"SIGHUP", server.log)

    def test_serving_plaintext_beyond_loopback_is_logged_at_the_start(self):
        with Served(self.dir, "--listen", "0.0.0.0:0") as server:
            pass
        line, = [line for line in server.log.splitlines() if b"serving without encryption" in line]
        self.assertIn(server.ready["imap"][1].encode(), line)

    def test_log_lines_are_json(self):
        self.add("alice")
        with Served(self.dir, "--log-format", "json") as server:
            server.client("alice", "secret").logout()
        events = [json.loads(line) for line in server.log.splitlines()]
        self.assertIn("login", [event["event"] for event in events])

    def test_only_one_server_and_nobody_else_may_look(self):
        with Served(self.dir):
            run("serve", "--dir", self.dir, "--listen", "127.0.0.1:0", code=75)
            for path in [self.dir, *(os.path.join(self.dir, name) for name in os.listdir(self.dir))]:
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, path)
        self.assertFalse(os.path.exists(os.path.join(self.dir, "control.sock")))

    def test_after_a_kill_the_next_server_starts(self):
        self.add("alice")
        server = Served(self.dir)
        server.process.kill()
        server.process.communicate()
        run("deliver", "alice", "--dir", self.dir, stdin=MESSAGE)
        with Served(self.dir) as again:
            self.assertEqual(again.client("alice", "secret").select(), ("OK", [b"1"]))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
