"""What the tests of mail programs share: the server, a proxy in between, and a second path to the mail."""

import os
import re
import subprocess


from tests.run import given
from tests.run.program import main
from tests.run.proxy import Proxy
from tests.run.server import PASSWORD, Server

FETCHED = re.compile(rb"FETCH \(.*?\bFLAGS \(([^)]*)\).*?BODY\[\] \{\d+\}\r\n(.*)\)\Z", re.DOTALL)
LISTED = re.compile(rb'\* LIST \([^)]*\) "/" "?([^"]*)"?\Z')


class World:
    """A server with one account, the proxy in front of it, and a directory for the mail program."""

    def __init__(self, postbag, wirecheck):
        self.server, self.password = Server(postbag, wirecheck), PASSWORD

    def __enter__(self):
        self.server.start()
        self.user = self.server.add_user()
        self.proxy = Proxy(self.server, "program")
        self.home = os.path.join(self.server.home, "program")
        os.makedirs(self.home)
        return self

    def __exit__(self, kind, *rest):
        if kind is None:
            self.proxy.close()
        self.server.__exit__(kind, *rest)

    def direct(self):
        """A logged-in connection beside the program: the second path."""
        return self.server.logged_in(self.user, "second-path")

    def fill(self, mailbox, count):
        """APPENDs numbered messages; see given.message()."""
        connection = self.direct()
        for number in range(1, count + 1):
            connection.append(mailbox, given.message(number), "", given.internal_date(number))
        connection.close()

    def run(self, *command, input=None, check=True):
        """Runs a program to its end; returns its stdout. CalledProcessError, with its words, when it fails."""
        environment = {"HOME": self.home, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm"}
        done = subprocess.run(command, input=input, capture_output=True, timeout=60, env=environment, cwd=self.home)
        if check and done.returncode != 0:
            raise AssertionError(f"{command} ended with {done.returncode}: {done.stdout!r} {done.stderr!r}")
        return done.stdout

    def mailboxes(self):
        connection = self.direct()
        names = {LISTED.match(line).group(1).decode() for line in connection.command('LIST "" *')[0]}
        connection.close()
        return names

    def mail(self, mailbox):
        """[(flags without \\Recent as frozenset, message bytes)] of a mailbox, by the second path."""
        connection = self.direct()
        exists = connection.command(f'EXAMINE "{mailbox}"')[0]
        found = []
        if b"* 0 EXISTS" not in exists:
            for line in connection.command("FETCH 1:* (FLAGS BODY.PEEK[])")[0]:
                flags, message = FETCHED.search(line).groups()
                found.append((frozenset(flags.decode().split()) - {"\\Recent"}, message))
        connection.close()
        return found


def run(*checks):
    """The checks of one mail program, each in a World."""
    main(*checks, world=World)
