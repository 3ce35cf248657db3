"""The attacked server: it has a certificate, takes tokens, and has the limits of limits.py."""

import ssl

from tests.attack.limits import CONFIG
from tests.program.sasl_client import key_file
from tests.run import certificates
from tests.run.server import Server

SECRETS = """
[tls]
certificates = [{{chain = "{chain}", key = "{key}"}}]

[oauth]
algorithm = "HS256"
key_file = "{token_key}"
issuer = "https://id"
audience = "imap"
"""


class AttackedServer(Server):
    """`tls` is the ssl.SSLContext of a client that trusts it."""

    def __init__(self, postbag, wirecheck):
        super().__init__(postbag, wirecheck, deadline=120)
        chain, key = certificates.make(self.home, "attacked", key="ec")
        self.tls = ssl.create_default_context(cafile=chain)
        self.configure(CONFIG + SECRETS.format(chain=chain, key=key, token_key=key_file(self)))
