"""interimap: two accounts of one server, flags, deletions and moves both ways, by QRESYNC."""

import os
import re

from tests.clients.mail_program import run
from tests.run import given
from tests.run.program import equal

CONFIG = """
database = {home}/state.db

[local]
type = imap
host = {host}
port = {port}
STARTTLS = NO
compress = NO
username = {left}
password = {password}

[remote]
type = imap
host = {host}
port = {port}
STARTTLS = NO
compress = NO
username = {right}
password = {password}
"""
MESSAGE_ID = re.compile(rb"Message-Id: <m(\d+)@")


class Pair:
    """Two accounts and the program between them; each is looked at by the second path."""

    def __init__(self, world):
        self.world = world
        self.users = [world.user, world.server.add_user()]
        self.config = os.path.join(world.home, "config")
        with open(self.config, "w") as file:
            file.write(CONFIG.format(home=world.home, host=world.proxy.host, port=world.proxy.port, left=self.users[0],
                                     right=self.users[1], password=world.password))
        os.chmod(self.config, 0o600)

    def sync(self):
        self.world.run("interimap", "--config=" + self.config)

    def sync_in_vain(self, when):
        """Nothing has changed: a run that writes flags was reported too little of its own messages. RFC 7162 section 6"""
        before = len(self.world.proxy.said())
        self.sync()
        written = [line for line in self.world.proxy.said()[before:].split(b"\r\n") if b" STORE " in line]
        equal(written, [], f"flags written {when}")

    def on(self, side, *commands):
        connection = self.world.server.logged_in(self.users[side], "second-path")
        for command in commands:
            connection.command(command)
        connection.close()

    def append(self, side, mailbox, number, flags=""):
        connection = self.world.server.logged_in(self.users[side], "second-path")
        connection.append(mailbox, given.message(number), flags, given.internal_date(number))
        connection.close()

    def mail(self, side, mailbox):
        """{number of the message: its flags}"""
        self.world.user = self.users[side]
        return {int(MESSAGE_ID.search(text).group(1)): set(flags) for flags, text in self.world.mail(mailbox)}

    def both(self, mailbox, wanted, when):
        for side in (0, 1):
            equal(self.mail(side, mailbox), wanted, f"{mailbox} of account {side}, {when}")


def syncs_flags_deletions_and_moves_both_ways(world):
    pair = Pair(world)
    for number in (1, 2, 3, 4, 5, 6):
        pair.append(0, "INBOX", number)
    pair.append(1, "INBOX", 7)
    pair.append(1, "Archive", 8)
    pair.sync()
    pair.both("INBOX", {n: set() for n in (1, 2, 3, 4, 5, 6, 7)}, "after the first run")
    pair.both("Archive", {8: set()}, "after the first run")
    pair.sync_in_vain("after the first run")

    pair.on(0, "SELECT INBOX", "UID STORE 1 +FLAGS (\\Seen)", "UID MOVE 2 Archive", "UID STORE 3 +FLAGS (\\Deleted)",
            "UID EXPUNGE 3")
    pair.append(0, "INBOX", 9, "(\\Flagged)")
    right = "UID SEARCH RETURN (SAVE) HEADER Message-Id "
    pair.on(1, "SELECT INBOX", right + "m4@", "UID STORE $ +FLAGS (\\Answered $Work)", right + "m5@", "UID MOVE $ Archive",
            right + "m6@", "UID STORE $ +FLAGS (\\Deleted)", "UID EXPUNGE $")
    pair.append(1, "INBOX", 10, "(\\Draft)")
    pair.sync()
    pair.both("INBOX", {1: {"\\Seen"}, 4: {"\\Answered", "$Work"}, 7: set(), 9: {"\\Flagged"}, 10: {"\\Draft"}},
              "after the second run")
    pair.both("Archive", {2: set(), 5: set(), 8: set()}, "after the second run")
    pair.sync_in_vain("after the second run")


if __name__ == "__main__":
    run(syncs_flags_deletions_and_moves_both_ways)
