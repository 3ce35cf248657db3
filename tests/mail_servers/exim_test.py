"""Debian's Exim asks postbag who may send mail, and what it takes arrives."""

from tests.mail_servers.exim import Exim
from tests.mail_servers.submission import CHECKS, World
from tests.run.program import main

if __name__ == "__main__":
    main(*CHECKS, world=lambda postbag, wirecheck: World(Exim, postbag, wirecheck))
