"""What the tests of mail programs share: the server, a proxy in between, and a second path to the mail."""

import argparse
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "run"))

import given  # noqa: E402
from proxy import Proxy  # noqa: E402
from server import PASSWORD, Server  # noqa: E402

FETCHED = re.compile(rb"FETCH \(.*?\bFLAGS \(([^)]*)\).*?BODY\[\] \{\d+\}\r\n(.*)\)\Z", re.DOTALL)
LISTED = re.compile(rb'\* LIST \([^)]*\) "/" "?([^"]*)"?\Z')


class World:
    """A server with one account, the proxy in front of it, and a directory for the program."""

    def __init__(self, server, name):
        self.server = server
        self.user, self.password = server.add_user(), PASSWORD
        self.proxy = Proxy(server, name)
        self.home = os.path.join(server.home, "program")
        os.makedirs(self.home)

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
        """Runs a program to its end; gives its stdout. CalledProcessError, with its words, when it fails."""
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


def main(name, *scenarios):
    """Runs each scenario(world) on a server of its own; exit 1 when one fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--postbag", required=True)
    parser.add_argument("--wirecheck")
    options = parser.parse_args()
    failed = 0
    for scenario in scenarios:
        try:
            with Server(options.postbag, options.wirecheck) as server:
                world = World(server, name)
                scenario(world)
                world.proxy.close()
            print(f"{scenario.__name__}: passed")
        except Exception as problem:  # each failure is told, the rest still runs
            failed += 1
            print(f"{scenario.__name__}: FAILED: {type(problem).__name__}: {problem}")
    sys.exit(1 if failed else 0)


def equal(got, wanted, what):
    assert got == wanted, f"{what}: got {got!r}, wanted {wanted!r}"
