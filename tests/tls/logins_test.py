"""Logins that depend on TLS: SCRAM bound to the channel, and EXTERNAL with the client's certificate.

gsasl binds by tls-unique over TLS 1.2 and by tls-exporter over TLS 1.3; tls-server-end-point is computed here.
"""

import hashlib
import shutil
import ssl
import subprocess

from tests.program.sasl_client import Scram, authenticate, plain
from tests.run import certificates
from tests.run.program import Skipped, equal, main
from tests.run.server import PASSWORD
from tests.tls.world import World

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


class Asking(World):
    """It asks clients for certificates of its own authority."""

    def __init__(self, postbag, wirecheck):
        super().__init__(postbag, wirecheck)
        self.authority = certificates.make(self.directory, "authority", (), "ec")
        self.server.configure(self.config(tls=f'client_ca = "{self.authority[0]}"', limits="failed_login_delay = 0"))

    def client_named(self, version, name, *extensions):
        context = self.client(minimum_version=version, maximum_version=version)
        pair = certificates.make(self.directory, "client", (), "ec", issuer=self.authority, subject=f"/CN={name}",
                                 extensions=extensions)
        context.load_cert_chain(*pair)
        return context


class BoundScram(Scram):
    """SCRAM-SHA-256-PLUS, bound to the certificate that the server showed. RFC 5929 section 4."""

    def __init__(self, user, password, connection, spoil=lambda binding: binding, kind=b"tls-server-end-point"):
        super().__init__(user, password, "SCRAM-SHA-256-PLUS")
        certificate = connection.socket.getpeercert(binary_form=True)
        self.gs2 = b"p=" + kind + b",,"
        self.binding = self.gs2 + spoil(hashlib.sha256(certificate).digest())

    def login(self, session):
        # The header of the first message is what the channel binding begins with; the last message repeats both.
        self.header = self.gs2
        return authenticate(session, self.mechanism, self._answer_bound, self.gs2 + self.bare)

    def _answer_bound(self, challenge):
        self.header = self.binding
        return self.answer(challenge)


def scram_binds_to_the_certificate(world):
    for version in VERSIONS:
        context = world.client(minimum_version=version, maximum_version=version)
        for connection in (world.implicitly(context), world.by_starttls(context)):
            assert b" AUTH=SCRAM-SHA-256-PLUS" in connection.command("CAPABILITY")[0][0]
            tagged = BoundScram(world.user, PASSWORD, connection).login(connection)
            assert tagged.startswith(b"OK"), tagged
            connection.command("STATUS INBOX (MESSAGES)")
            connection.close()


def somebody_in_between_is_noticed(world):
    """Another certificate than the server's, a kind of binding that there is not, and "the server offers none"."""
    def login(make):
        connection = world.implicitly(world.client())
        return make(connection).login(connection)

    other = login(lambda c: BoundScram(world.user, PASSWORD, c, spoil=lambda binding: binding[::-1]))
    assert other.startswith(b"NO [AUTHENTICATIONFAILED]"), other
    unknown = login(lambda c: BoundScram(world.user, PASSWORD, c, kind=b"tls-unheard-of"))
    assert unknown.startswith((b"NO", b"BAD")), unknown

    def stripped(_):
        scram = Scram(world.user, PASSWORD)
        scram.header = b"y,,"
        return scram
    taken_out = login(stripped)
    assert taken_out.startswith(b"NO [AUTHENTICATIONFAILED]"), taken_out


def without_tls_nothing_can_be_bound_to(world):
    connection = world.server.connect()
    connection.greet()
    assert b"-PLUS" not in connection.command("CAPABILITY")[0][0]
    tagged = authenticate(connection, "SCRAM-SHA-256-PLUS", None, b"p=tls-server-end-point,,n=x,r=y")
    assert tagged.startswith(b"NO"), tagged


def a_certificate_is_a_login(world):
    for version in VERSIONS:
        connection = world.implicitly(world.client_named(version, world.user))
        assert b" AUTH=EXTERNAL" in connection.command("CAPABILITY")[0][0]
        tagged = authenticate(connection, "EXTERNAL", None, b"")
        assert tagged.startswith(b"OK"), tagged
        assert b"EXTERNAL" not in connection.command("CAPABILITY")[0][0]
        connection.command("UNAUTHENTICATE")   # which leaves the certificate: RFC 8437 section 4.2
        assert authenticate(connection, "EXTERNAL", None, b"").startswith(b"OK")
        connection.close()


def a_certificate_lets_in_only_whom_it_names(world):
    other = world.server.add_user()
    version = ssl.TLSVersion.TLSv1_3
    connection = world.implicitly(world.client_named(version, world.user))
    assert authenticate(connection, "EXTERNAL", None, other.encode()).startswith(b"NO [AUTHORIZATIONFAILED]")
    connection.close()
    unknown = world.implicitly(world.client_named(version, "nobody"))
    assert authenticate(unknown, "EXTERNAL", None, b"").startswith(b"NO [AUTHENTICATIONFAILED]")
    for none in (world.implicitly(world.client()), world.server.connect()):
        none.command("NOOP") if none.socket.__class__.__name__ == "SSLSocket" else none.greet()
        assert b"EXTERNAL" not in none.command("CAPABILITY")[0][0]
        assert authenticate(none, "EXTERNAL", None, b"").startswith(b"NO")


def the_log_names_version_and_mechanism(world):
    connection = world.implicitly(world.client())
    assert plain(connection, world.user, PASSWORD).startswith(b"OK")
    [line] = world.await_log("PLAIN")
    assert "TLSv1.3" in line and world.user in line, line


def gsasl_binds_over_both_versions_of_tls(world):
    if not shutil.which("gsasl"):
        raise Skipped("gsasl is not installed")
    port = world.server.address[1]
    for priority in ("NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3"):
        # Without PLUS gsasl would say that it could bind but the server could not, which is refused as it should be.
        for mechanism, *options in (("SCRAM-SHA-256", "--no-cb"), ("SCRAM-SHA-256-PLUS",)):
            for password in (PASSWORD, "wrong"):
                done = subprocess.run(
                    ["gsasl", "--client", "--imap", "--starttls", f"--priority={priority}", f"--mechanism={mechanism}",
                     f"--connect=localhost:{port}", f"--x509-ca-file={world.pairs['first'][0]}",
                     f"--authentication-id={world.user}", f"--password={password}", *options],
                    stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
                said = (done.stdout + done.stderr).decode(errors="replace")
                equal(done.returncode == 0, password == PASSWORD, f"{priority} {mechanism} {password}: {said}")


if __name__ == "__main__":
    main(scram_binds_to_the_certificate, somebody_in_between_is_noticed, without_tls_nothing_can_be_bound_to,
         a_certificate_is_a_login, a_certificate_lets_in_only_whom_it_names, the_log_names_version_and_mechanism,
         gsasl_binds_over_both_versions_of_tls, world=Asking)
