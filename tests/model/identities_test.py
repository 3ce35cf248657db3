"""Whose mail a connection reaches: random logins, failures, UNAUTHENTICATEs and disconnects of several users on few connections.

A mail system once reused an authenticated connection for another user's message, and one person's mail landed in another's
Sent. Here every message names its owner. Whatever a session reads must be its own user's, all of it, and nothing else.
"""

import random
import re

from tests.run.program import equal, main, option
from tests.run.sasl import plain
from tests.run.server import PASSWORD, Server
from tests.run.wire import Closed

USERS = 6
CONNECTIONS = 4
MAILBOXES = ("INBOX", "Sent")
SERIAL = re.compile(rb"X-Owner: (\w+)-(\d+)")
CONFIG = """[limits]
failed_login_delay = 0
failed_login_delay_max = 0
failed_logins = 1000000
bad_commands = 1000000
bad_commands_before_login = 1000000
"""


class Place:
    """One connection, and who it is for the model."""

    def __init__(self, world):
        self.world, self.random = world, world.random
        self.open()

    def open(self):
        self.connection = self.world.server.connect()
        self.connection.greet()
        self.user = self.selected = None

    # What can happen to it. Each is as likely as its place in `steps` says.

    def log_in(self):
        if self.user:
            return equal(self.connection.any_command(f"LOGIN {self.user} {PASSWORD}")[1][:3], b"BAD", "a second login")
        user = self.random.choice(self.world.users)
        if self.random.random() < 0.5:
            self.connection.command(f"LOGIN {user} {PASSWORD}")
        else:
            self.connection.command("AUTHENTICATE PLAIN " + plain(user, PASSWORD))
        self.user = user

    def fail_to_log_in(self):
        user = self.random.choice((*self.world.users, "nobody"))
        how = self.random.choice((f"LOGIN {user} wrong", "AUTHENTICATE PLAIN " + plain(user, "wrong"),
                                  "AUTHENTICATE PLAIN " + plain(user, PASSWORD, authzid=self.world.other_than(user)),
                                  "AUTHENTICATE PLAIN not!base64"))
        tagged = self.connection.any_command(how)[1]
        assert not tagged.startswith(b"OK"), f"{how}: {tagged}"

    def log_out_and_stay(self):
        if self.user:
            self.connection.command("UNAUTHENTICATE")
        else:
            equal(self.connection.any_command("UNAUTHENTICATE")[1][:3], b"BAD", "UNAUTHENTICATE before login")
        self.user = self.selected = None

    def change_hands(self):
        """Another user's login and the copy of what that user sent, in one write with the end of this one's session."""
        if not self.user:
            return
        user = self.random.choice(self.world.users)
        message = self.world.message_of(user)
        self.connection.exchange(["UNAUTHENTICATE", f"LOGIN {user} {PASSWORD}",
                                  b"APPEND Sent {%d+}\r\n%s" % (len(message), message)])
        self.world.stored(user, "Sent", message)
        self.user, self.selected = user, None

    def store_a_copy(self):
        if not self.user:
            return
        mailbox = self.random.choice(MAILBOXES)
        message = self.world.message_of(self.user)
        self.connection.append(mailbox, message)
        self.world.stored(self.user, mailbox, message)

    def leave_a_copy_unfinished(self):
        """The connection breaks in the middle of a message, which is stored nowhere."""
        if not self.user:
            return
        message = self.world.message_of(self.user)
        self.connection.send(b"x APPEND Sent {%d+}\r\n%s" % (len(message), message[:-5]))
        self.disconnect()

    def select(self):
        if self.user:
            self.selected = self.random.choice(MAILBOXES)
            self.connection.command("SELECT " + self.selected)

    def watch(self):
        if self.user:
            self.connection.command("NOTIFY SET (SELECTED (MessageNew MessageExpunge)) (PERSONAL (MessageNew MessageExpunge MailboxName))")

    def read(self):
        if not self.user:
            return equal(self.connection.any_command("SELECT INBOX")[1][:3], b"BAD", "reading before login")
        if not self.selected:
            self.select()
        self.connection.command("NOOP")
        lines, _ = self.connection.command("UID FETCH 1:* BODY.PEEK[HEADER.FIELDS (X-OWNER)]")
        self.world.check(self.user, self.selected, lines)

    def disconnect(self):
        self.connection.close()
        self.open()

    steps = ([log_in] * 6 + [store_a_copy] * 4 + [read] * 4 + [change_hands] * 3 + [log_out_and_stay] * 3
             + [fail_to_log_in] * 2 + [select, watch, disconnect, leave_a_copy_unfinished])


class World:
    def __init__(self, server, seed):
        self.server, self.random = server, random.Random(seed)
        self.users = [server.add_user() for _ in range(USERS)]
        self.serial = 0
        self.mail = {(user, mailbox): set() for user in self.users for mailbox in MAILBOXES}
        self.places = [Place(self) for _ in range(CONNECTIONS)]

    def other_than(self, user):
        return self.random.choice([other for other in self.users if other != user])

    def message_of(self, user):
        self.serial += 1
        return f"X-Owner: {user}-{self.serial}\r\nSubject: mine\r\n\r\ntext of {user}\r\n".encode()

    def stored(self, user, mailbox, message):
        self.mail[user, mailbox].add(int(SERIAL.search(message).group(2)))

    def check(self, user, mailbox, lines):
        found = [SERIAL.search(line) for line in lines if b"X-Owner" in line]
        equal({name.group(1).decode() for name in found} - {user}, set(), f"mail of others in {user}'s {mailbox}")
        equal({int(name.group(2)) for name in found}, self.mail[user, mailbox], f"{user}'s {mailbox}")

    def check_all(self):
        for user in self.users:
            session = self.server.logged_in(user)
            for mailbox in MAILBOXES:
                session.command("SELECT " + mailbox)
                self.check(user, mailbox, session.command("UID FETCH 1:* BODY.PEEK[HEADER.FIELDS (X-OWNER)]")[0])
            session.close()


def nobody_sees_anothers_mail(server, seed, steps):
    world = World(server, seed)
    for step in range(steps):
        place = world.random.choice(world.places)
        action = world.random.choice(Place.steps)
        try:
            action(place)
        except Closed as closed:
            raise AssertionError(f"step {step}, {action.__name__}: {closed}") from None
    world.check_all()
    return f"{steps} steps, {sum(map(len, world.mail.values()))} messages"


def patient_server(postbag, wirecheck):
    return Server(postbag, wirecheck, config=CONFIG)


if __name__ == "__main__":
    main(nobody_sees_anothers_mail, world=patient_server,
         options=[option("--seed", type=int, default=1), option("--steps", type=int, default=3000)])
