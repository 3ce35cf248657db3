"""Debian's Postfix asks postbag who may send mail, and what it takes arrives."""

from tests.mail_servers.postfix import Postfix
from tests.mail_servers.submission import CHECKS, World
from tests.run.program import main

if __name__ == "__main__":
    main(*CHECKS, world=lambda postbag, wirecheck: World(Postfix, postbag, wirecheck))
