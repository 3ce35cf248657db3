"""The attacked server: it has a certificate, takes tokens, and has the limits of limits.py."""

import os
import ssl

from tests.attack.limits import CONFIG
from tests.run import certificates
from tests.run.server import Server

TOKEN_KEY = b"0123456789abcdef0123456789abcdef"   # with which tokens are signed that are valid in form

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
        self.configure(CONFIG + SECRETS.format(chain=chain, key=key, token_key=self._token_key()))

    def _token_key(self):
        path = os.path.join(self.home, "token-key")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(TOKEN_KEY + b"\n")
        return path
