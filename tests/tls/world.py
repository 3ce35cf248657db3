"""A server with TLS: its certificates, and clients that trust them."""

import os
import signal
import ssl
import tempfile

from tests.run import certificates
from tests.run.program import equal
from tests.run.server import Server

CONFIG = """listen_tls = ["127.0.0.1:0"]
{top}
[tls]
certificates = [{pairs}]
{tls}
[limits]
{limits}
"""


class World:
    """Three certificates: an RSA one for localhost, one with an elliptic curve for other.example, and a wildcard."""

    names = {"first": ("localhost",), "other": ("other.example",), "wild": ("*.wild.example",)}

    def __init__(self, postbag, wirecheck, tls="", limits="", top=""):
        self.directory = tempfile.mkdtemp(prefix="postbag-tls-")
        self.pairs = {name: certificates.make(self.directory, name, hosts, key="rsa:2048" if name == "first" else "ec")
                      for name, hosts in self.names.items()}
        self.server = Server(postbag, wirecheck, self.config(tls=tls, limits=limits, top=top))

    def config(self, tls="", limits="", top=""):
        pairs = ", ".join(f'{{chain = "{chain}", key = "{key}"}}' for chain, key in self.pairs.values())
        return CONFIG.format(pairs=pairs, tls=tls, limits=limits, top=top)

    def __enter__(self):
        self.server.start()
        self.user = self.server.add_user()
        return self

    def __exit__(self, *how):
        self.server.__exit__(*how)
        certificates.run(["rm", "-r", self.directory])

    def client(self, *trusted, **settings):
        """An ssl.SSLContext that trusts the certificates of these names; `settings` are its attributes."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for name in trusted or self.pairs:
            context.load_verify_locations(self.pairs[name][0])
        for setting, value in settings.items():
            setattr(context, setting, value)
        return context

    def by_starttls(self, context=None):
        connection = self.server.connect()
        connection.greet()
        connection.command("STARTTLS")
        connection.start_tls(context or self.client())
        return connection

    def implicitly(self, context=None, host="localhost"):
        connection = self.server.connect_tls(context or self.client(), host)
        connection.greet()
        return connection

    def log(self):
        return self.server.log_tail(1_000_000)

    def await_log(self, text, count=1):
        """The lines of the log that have the text, once these are `count`; no more than so many."""
        found = self.server.await_log(text, count)
        equal(len(found), count, text)
        return found

    def reload(self, wanted="TLS certificates loaded"):
        """SIGHUP; returns when the log has one more line with that text."""
        count = self.log().count(wanted)
        self.server.process.send_signal(signal.SIGHUP)
        self.await_log(wanted, count + 1)

    def new_pair(self, name="first", hosts=None):
        """A new certificate and key in the place of that name's."""
        chain, key = certificates.make(self.directory, "new", hosts or self.names[name], subject="/CN=renewed")
        for fresh, old in zip((chain, key), self.pairs[name]):
            os.replace(fresh, old)


def subject(connection):
    """The common name in the certificate that the server showed."""
    return dict(part[0] for part in connection.socket.getpeercert()["subject"])["commonName"]
