"""Who asks postbag who may send mail, and delivers to it: what is checked of each mail server."""

import os
import shutil
import sys

from tests.run import server as servers
from tests.run.server import PASSWORD, Server

USER = "daemon"   # as whom postbag serves and mail is delivered: neither may be root


class World:
    """A server that is not root, two accounts, and a mail server in front of it: `kind` is the class Postfix or Exim."""

    def __init__(self, kind, postbag, wirecheck):
        group = kind.group(USER)
        servers.AS_ROOT = ["--user", USER]
        self.server = Server(postbag, wirecheck)
        home = self.server.home
        os.chmod(home, 0o755)
        self.sockets, mail_server_home = os.path.join(home, "sockets"), os.path.join(home, "mail-server")
        os.makedirs(self.sockets)
        os.makedirs(mail_server_home)
        shutil.chown(self.sockets, USER, group)
        os.chmod(self.sockets, 0o2750)   # what is made in it gets its group
        program = os.path.join(home, "postbag")
        shutil.copy(postbag, program)   # where everybody may run it
        socket = os.path.join(self.sockets, "auth")
        self.server.configure(f'[auth]\nsocket = "unix:{socket}"\ngroup = true\n'
                              "[limits]\nfailed_login_delay = 0\nfailed_login_delay_max = 0\n")
        self.mail_server = kind(mail_server_home, socket, program, self.server.data, USER)

    def __enter__(self):
        self.server.start()
        try:
            self.sender, self.recipient = self.server.add_user(), self.server.add_user()
            self.mail_server.know([self.sender, self.recipient])
            self.mail_server.__enter__()
        except BaseException:
            self.server.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, *rest):
        self.mail_server.__exit__(kind, *rest)
        if kind is not None:
            print(self.mail_server.log())
        self.server.__exit__(kind, *rest)

    def submit(self, subject, *login):
        return self.mail_server.submit(f"{self.sender}@example.org", f"{self.recipient}@example.org", subject, *login)

    def submit_as(self, subject, mechanism, password):
        return self.submit(subject, "--auth", mechanism, "--auth-user", self.sender, "--auth-password", password)


def wait_for(session, messages):
    """Until the selected mailbox has as many."""
    session.send(b"wait IDLE\r\n")
    line = b""
    while not line.endswith(b"EXISTS") or int(line.split()[1]) < messages:
        line = session.response(deadline=60)
    session.send(b"DONE\r\n")
    while not session.response().startswith(b"wait OK"):
        pass


def who_logs_in_may_send_and_the_mail_arrives(world):
    session = world.server.logged_in(world.recipient)
    session.command("SELECT INBOX")
    for count, mechanism in enumerate(("PLAIN", "LOGIN"), 1):
        code, said = world.submit_as(f"by {mechanism}", mechanism, PASSWORD)
        assert code == 0 and world.mail_server.taken in said, said
        wait_for(session, count)
        lines, _ = session.command(f"FETCH {count} BODY.PEEK[HEADER.FIELDS (SUBJECT)]")
        assert f"Subject: by {mechanism}\r\n".encode() in lines[0], lines
        world.server.await_log(f'user="{world.sender}" detail="smtp: {mechanism}"')
        world.mail_server.await_log(world.mail_server.logged(mechanism, world.sender))


def a_wrong_password_is_refused(world):
    for mechanism in ("PLAIN", "LOGIN"):
        code, said = world.submit_as("guessed", mechanism, "wrong")
        assert code != 0 and world.mail_server.refused in said, said
    world.server.await_log('login failed peer="127.0.0.1:')


def nobody_sends_without_a_login(world):
    code, said = world.submit("without")
    assert code != 0 and world.mail_server.not_asked in said, said


CHECKS = (who_logs_in_may_send_and_the_mail_arrives, a_wrong_password_is_refused, nobody_sends_without_a_login)
