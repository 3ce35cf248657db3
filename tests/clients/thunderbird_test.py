"""Thunderbird without a screen, by both ways of TLS and without: adds an account, reads, moves and files a mail."""

import os
import time

from tests.clients import mail_program
from tests.clients.thunderbird import PROGRAM, Thunderbird
from tests.clients.tls_test import CONFIG
from tests.run import certificates, given
from tests.run.program import Skipped, main

SEEN = frozenset({"\\Seen"})


class World(mail_program.World):
    """A server whose certificate for localhost comes from an authority of its own."""

    def __init__(self, postbag, wirecheck):
        if not os.path.exists(PROGRAM):
            raise Skipped("Thunderbird is not installed")
        super().__init__(postbag, wirecheck)
        self.authority = certificates.make(self.server.home, "authority", hosts=())
        self.server.configure(CONFIG.format(*certificates.make(self.server.home, "server", issuer=self.authority)))

    def await_mail(self, mailbox, *numbers, flags=None):
        """Until the second path sees these of fill()'s messages in a mailbox, each with these flags unless None."""
        wanted, ends = [(flags, given.message(number)) for number in numbers], time.monotonic() + 60
        while True:
            found = [(flags and has, message) for has, message in self.mail(mailbox)]
            if found == wanted:
                return
            assert time.monotonic() < ends, f"{mailbox}: got {found}, wanted {wanted}"
            time.sleep(0.1)

    def files_mail(self, program, port, security):
        """What a user does with an account, each step seen by the second path."""
        self.fill("INBOX", 3)
        program.do("addAccount", self.user, self.password, port, security)
        program.do("connect")
        names = program.do("folders", "Sent")
        assert {"INBOX", "Archive", "Sent"} <= set(names), names
        shown = program.do("read", "INBOX", "message 2")
        assert "fred@example.com" in shown and "body of message 2" in shown, shown
        program.do("move", "message 2", "INBOX", "Archive")
        self.await_mail("Archive", 2, flags=SEEN)   # it was read
        self.await_mail("INBOX", 1, 3)
        self.keep_copy(program, 77)
        self.await_mail("Sent", 77, flags=SEEN)

    def keep_copy(self, program, number):
        """As of a message that was sent."""
        path = os.path.join(self.home, "sent")
        with open(path, "wb") as file:
            file.write(given.message(number))
        program.do("keep", path, "Sent")


def files_mail_without_encryption(world):
    """Through the proxy: what it is answered is parsed, and it says what it is known to say."""
    with Thunderbird(world.home, {"mail.server.default.use_compress_deflate": False}) as program:
        world.files_mail(program, world.proxy.port, "plain")
    said = world.proxy.said()
    for words in (b'uid move 2 "Archive"', b'append "Sent"'):
        assert words in said, (words, said)


def files_mail_by_implicit_TLS(world):
    with Thunderbird(world.home) as program:
        program.trust(world.authority[0])
        world.files_mail(program, world.server.tls_address[1], "SSL")
        expect(program.commands(), "COMPRESS DEFLATE", 'uid move 2 "Archive"')
    world.server.await_log('detail="PLAIN, TLSv1.3 ')


def files_mail_by_STARTTLS(world):
    with Thunderbird(world.home) as program:
        program.trust(world.authority[0])
        world.files_mail(program, world.server.address[1], "alwaysSTARTTLS")
        expect(program.commands(), "STARTTLS", "COMPRESS DEFLATE", 'uid move 2 "Archive"')
    world.server.await_log('detail="PLAIN, TLSv1.3 ')


def expect(commands, *wanted):
    assert set(wanted) <= set(commands), (wanted, commands)


def an_unknown_authority_is_not_trusted(world):
    """So the other checks show that it looks at the certificate."""
    with Thunderbird(world.home) as program:
        program.do("addAccount", world.user, world.password, world.server.tls_address[1], "SSL")
        program.do("connect")
        world.server.await_log("alert unknown ca", seconds=60)


if __name__ == "__main__":
    main(files_mail_without_encryption, files_mail_by_implicit_TLS, files_mail_by_STARTTLS,
         an_unknown_authority_is_not_trusted, world=World)
