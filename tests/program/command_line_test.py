"""The command line of postbag: options, exit codes, what is printed and logged, and what deliver makes of its input."""

import contextlib
import imaplib
import json
import os
import signal
import socket
import stat
import subprocess
import tempfile

from tests.run.program import equal, main
from tests.run.server import AS_ROOT

MESSAGE = b"Subject: hello\n\nbody\n"


class Place(contextlib.AbstractContextManager):
    """A directory for a server that does not run yet, and the program."""

    def __init__(self, postbag, _wirecheck):
        self.postbag, self.temporary = postbag, tempfile.TemporaryDirectory(prefix="postbag-test-")
        self.home = self.temporary.name
        self.dir = os.path.join(self.home, "data")

    def __exit__(self, *_):
        self.temporary.cleanup()

    def run(self, *arguments, stdin=b"", code=0):
        """Runs a subcommand, which must end with `code`; returns what it printed."""
        done = subprocess.run([self.postbag, *arguments], input=stdin, capture_output=True, timeout=60)
        assert done.returncode == code, f"{arguments}: exit {done.returncode}, wanted {code}: {done.stderr.decode()}"
        return done.stdout.decode()

    def add(self, name, password=b"secret\n"):
        self.run("user", "add", name, "--dir", self.dir, stdin=password)

    def count(self, user, mailbox="INBOX"):
        stored = json.loads(self.run("dump", user, mailbox, "--dir", self.dir, "--json"))
        return len(stored["mailboxes"][0]["messages"])

    def config(self, text):
        """The path of a configuration file."""
        path = os.path.join(self.home, "postbag.toml")
        with open(path, "w") as file:
            file.write(text)
        return path


class Served:
    """A server on a free port; SIGTERM at the end, which must end it with exit code 0."""

    def __init__(self, place, *arguments):
        self.process = subprocess.Popen(
            [place.postbag, "serve", "--dir", place.dir, "--listen", "127.0.0.1:0", *AS_ROOT, *arguments],
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


def help_of_every_subcommand(place):
    for command in ([], ["serve"], ["user"], ["user", "add"], ["user", "passwd"], ["user", "remove"],
                    ["user", "list"], ["deliver"], ["dump"]):
        assert "--help" in place.run(*command, "--help")
    place.run(code=64)
    place.run("serve", code=64)
    place.run("nonsense", code=64)


def ready_line_and_bye(place):
    with Served(place) as server:
        equal(server.ready["ready"], True)
        equal(server.ready["pid"], server.process.pid)
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
            lines = client.makefile("rb")
            assert lines.readline().startswith(b"* OK ")
            server.stop(signal.SIGINT)
            assert lines.readline().startswith(b"* BYE")
            equal(lines.readline(), b"")
            server.stop = lambda: None


def users_while_the_server_runs(place):
    with Served(place) as server:
        place.add("alice")
        place.add("bob", b"other\n")
        equal(place.run("user", "list", "--dir", place.dir), "alice\nbob\n")
        place.run("user", "add", "alice", "--dir", place.dir, stdin=b"x\n", code=65)
        place.run("user", "add", "carol", "--dir", place.dir, stdin=b"\n", code=64)
        alice = server.client("alice", "secret")
        place.run("user", "passwd", "bob", "--dir", place.dir, stdin=b"changed\n")
        server.client("bob", "changed").logout()
        place.run("user", "remove", "alice", "--dir", place.dir)
        assert alice.readline().startswith(b"* BYE")
        place.run("user", "remove", "alice", "--dir", place.dir, code=67)
        place.run("user", "passwd", "alice", "--dir", place.dir, stdin=b"x\n", code=67)


def deliver_with_and_without_a_server(place):
    place.add("alice")
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE)
    with Served(place) as server:
        alice = server.client("alice", "secret")
        equal(alice.select(), ("OK", [b"1"]))
        place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE * 20000)
        alice.noop()
        equal(alice.response("EXISTS")[1][-1], b"2")
        equal(alice.fetch("1", "(BODY[])")[1][0][1], MESSAGE.replace(b"\n", b"\r\n"))
        place.run("deliver", "alice", "--mailbox", "Archive", "--dir", place.dir, stdin=MESSAGE)
        place.run("deliver", "nobody", "--dir", place.dir, stdin=MESSAGE, code=67)
        place.run("deliver", "alice", "--mailbox", "Nope", "--dir", place.dir, stdin=MESSAGE, code=73)
    place.run("deliver", "nobody", "--dir", place.dir, stdin=MESSAGE, code=67)
    equal(place.count("alice"), 2)
    equal(place.count("alice", "Archive"), 1)


def a_delivery_that_dies_leaves_nothing(place):
    place.add("alice")
    with Served(place):
        for _ in range(3):
            sender = subprocess.Popen([place.postbag, "deliver", "alice", "--dir", place.dir], stdin=subprocess.PIPE)
            sender.stdin.write(MESSAGE * 50000)
            sender.stdin.flush()
            sender.kill()
            sender.wait()
            sender.stdin.close()
        place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE)
        equal(place.count("alice"), 1)


def too_large_a_message(place):
    place.add("alice")
    with Served(place, "--config", place.config("[limits]\nmessage = 65536\n")):
        place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE)
        place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE * 10000, code=65)
        equal(place.count("alice"), 1)


def deliver_without_a_server_has_the_configuration_of_the_last_one(place):
    place.add("alice")
    config = place.config("[limits]\nmessage = 1000\n[search]\nindex = \"always\"\n")
    with Served(place, "--config", config):
        pass
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE * 100, code=65)
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE)
    account, = os.scandir(os.path.join(place.dir, "accounts"))
    assert "search.db" in os.listdir(account)
    with Served(place):  # without one: the usual values again
        pass
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE * 100)
    equal(place.count("alice"), 2)


def names_of_accounts(place):
    place.add("Alice")
    equal(place.run("user", "list", "--dir", place.dir), "alice\n")
    place.run("user", "add", "ALICE", "--dir", place.dir, stdin=b"x\n", code=65)
    with Served(place, "--config", place.config('[accounts]\ndefault_domain = "example.org"\n')) as server:
        place.run("user", "add", "alice@example.org", "--dir", place.dir, stdin=b"x\n", code=65)
        place.run("deliver", "alice+news@Example.org", "--dir", place.dir, stdin=MESSAGE)
        place.run("dump", "Alice@example.org", "--dir", place.dir)
        place.run("verify", "Alice@example.org", "--dir", place.dir)
        place.run("verify", "Alice@example.org", "--dir", place.dir, "--recount")
        alice = server.client("aLice@example.org", "secret")
        equal(alice.select(), ("OK", [b"1"]))
        place.run("user", "passwd", "ALICE@example.org", "--dir", place.dir, stdin=b"other\n")
        server.client("alice", "other").logout()
        place.run("user", "remove", "Alice", "--dir", place.dir)
        assert alice.readline().startswith(b"* BYE")
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE, code=67)


def deliver_ends_with_what_can_never_be_stored(place):
    place.add("alice")

    def check():
        place.run("deliver", "alice", "--dir", place.dir, stdin=b"Subject: x\n\na\0b\n", code=65)
        place.run("deliver", b"\xffx", "--dir", place.dir, stdin=MESSAGE, code=67)
        place.run("deliver", "", "--dir", place.dir, stdin=MESSAGE, code=67)
        place.run("deliver", "nobody", "--dir", place.dir, stdin=MESSAGE, code=67)
        place.run("deliver", "alice", "--mailbox", b"\xff", "--dir", place.dir, stdin=MESSAGE, code=65)
        place.run("deliver", "alice", "--mailbox", "a//b", "--dir", place.dir, stdin=MESSAGE, code=65)
        equal(place.count("alice"), 0)

    with Served(place):
        place.run("deliver", "alice", "--mailbox", "Archive", "--dir", place.dir, stdin=MESSAGE)  # makes the account's mail
        check()
    check()


def deliver_that_may_work_later(place):
    place.add("alice")
    config = os.path.join(place.dir, "config.toml")
    with open(config, "w") as file:
        file.write("broken")
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE, code=75)
    os.remove(config)
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE)
    with open(place.home + "/write only", "wb") as unreadable:
        done = subprocess.run([place.postbag, "deliver", "alice", "--dir", place.dir], stdin=unreadable, timeout=60)
    equal(done.returncode, 75)
    equal(place.count("alice"), 1)


def deliver_into_a_directory_that_is_not_there_may_work_later(place):
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE, code=75)  # its disk is not mounted, say
    assert not os.path.exists(place.dir)
    os.mkdir(place.dir)
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE, code=75)
    equal(os.listdir(place.dir), [])


def deliver_reads_before_it_takes_the_directory(place):
    place.add("alice")
    sender = subprocess.Popen([place.postbag, "deliver", "alice", "--dir", place.dir], stdin=subprocess.PIPE)
    sender.stdin.write(MESSAGE * 10000)  # more than a pipe holds: it reads
    sender.stdin.flush()
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE)
    with Served(place):  # starts although the message has not arrived yet
        place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE)
        sender.stdin.close()
        equal(sender.wait(timeout=60), 0)
    equal(place.count("alice"), 3)


def deliver_drops_an_mbox_line_and_mends_line_ends(place):
    place.add("alice")
    mail = b"From a@b.org Thu Jan  4 10:11:12 2024\nFrom: a@b.org\r\r\nSubject: x\n\nFrom here\r\r\nlast\n"
    with Served(place) as server:
        place.run("deliver", "alice", "--dir", place.dir, stdin=mail)
        alice = server.client("alice", "secret")
        alice.select()
        equal(alice.fetch("1", "(BODY[])")[1][0][1],
                         b"From: a@b.org\r\nSubject: x\r\n\r\nFrom here\r\nlast\r\n")


def dump(place):
    place.add("alice")
    equal(json.loads(place.run("dump", "alice", "--dir", place.dir, "--json")), {"user": "alice", "mailboxes": []})
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE)
    stored = json.loads(place.run("dump", "alice", "--dir", place.dir, "--json"))
    names = [mailbox["name"] for mailbox in stored["mailboxes"]]
    equal(names, ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"])
    message = stored["mailboxes"][2]["messages"][0]
    equal((message["uid"], message["size"], message["flags"]), (1, len(MESSAGE) + 3, []))
    assert "uidnext 2" in place.run("dump", "alice", "INBOX", "--dir", place.dir)
    place.run("dump", "alice", "Nope", "--dir", place.dir, code=73)
    place.run("dump", "nobody", "--dir", place.dir, code=67)


def configuration_errors_come_all_at_once(place):
    config = os.path.join(place.home, "postbag.toml")
    with open(config, "w") as file:
        file.write('lisen = []\n[limits]\nnestling = 1\n')
    done = subprocess.run([place.postbag, "serve", "--dir", place.dir, "--config", config], capture_output=True, timeout=60)
    equal(done.returncode, 78)
    assert b":1: " in done.stderr
    assert b"did you mean nesting?" in done.stderr


def sighup_does_not_end_the_server(place):
    place.add("alice")
    with Served(place) as server:
        for _ in range(3):
            server.process.send_signal(signal.SIGHUP)
            server.client("alice", "secret").logout()
    assert b"SIGHUP" in server.log


def serving_plaintext_beyond_loopback_is_logged_at_the_start(place):
    with Served(place, "--config", place.config("allow_plaintext = true\n"), "--listen", "0.0.0.0:0") as server:
        pass
    line, = [line for line in server.log.splitlines() if b"serving without encryption" in line]
    assert server.ready["imap"][1].encode() in line


def log_lines_are_json(place):
    place.add("alice")
    with Served(place, "--log-format", "json") as server:
        server.client("alice", "secret").logout()
    events = [json.loads(line) for line in server.log.splitlines()]
    assert "login" in [event["event"] for event in events]


def only_one_server_and_nobody_else_may_look(place):
    with Served(place):
        place.run("serve", "--dir", place.dir, "--listen", "127.0.0.1:0", *AS_ROOT, code=75)
        for path in [place.dir, *(os.path.join(place.dir, name) for name in os.listdir(place.dir))]:
            equal(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, path)
    assert not os.path.exists(os.path.join(place.dir, "control.sock"))


def after_a_kill_the_next_server_starts(place):
    place.add("alice")
    server = Served(place)
    server.process.kill()
    server.process.communicate()
    place.run("deliver", "alice", "--dir", place.dir, stdin=MESSAGE)
    with Served(place) as again:
        equal(again.client("alice", "secret").select(), ("OK", [b"1"]))


if __name__ == "__main__":
    main(help_of_every_subcommand, ready_line_and_bye, users_while_the_server_runs,
         deliver_with_and_without_a_server, a_delivery_that_dies_leaves_nothing, too_large_a_message,
         deliver_without_a_server_has_the_configuration_of_the_last_one, names_of_accounts,
         deliver_ends_with_what_can_never_be_stored, deliver_that_may_work_later,
         deliver_into_a_directory_that_is_not_there_may_work_later, deliver_reads_before_it_takes_the_directory,
         deliver_drops_an_mbox_line_and_mends_line_ends, dump, configuration_errors_come_all_at_once,
         sighup_does_not_end_the_server, serving_plaintext_beyond_loopback_is_logged_at_the_start,
         log_lines_are_json, only_one_server_and_nobody_else_may_look, after_a_kill_the_next_server_starts, world=Place)
