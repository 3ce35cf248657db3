"""Certificates of clients: asked for where an authority is configured, and never needed."""

import ssl

from tests.run import certificates
from tests.run.program import equal, main
from tests.run.server import PASSWORD
from tests.tls.world import World


class Asking(World):
    """Clients of the authority `ours` are known, those of `theirs` are not."""

    def __init__(self, postbag, wirecheck):
        super().__init__(postbag, wirecheck)
        self.authorities = {name: certificates.make(self.directory, name, (), "ec") for name in ("ours", "theirs")}
        self.server.configure(self.config(tls=f'client_ca = "{self.authorities["ours"][0]}"'))

    def client_of(self, authority, version):
        context = self.client(minimum_version=version, maximum_version=version)
        if authority:
            pair = certificates.make(self.directory, "alice", ("alice.example",), "ec", issuer=self.authorities[authority])
            context.load_cert_chain(*pair)
        return context


def a_certificate_is_optional_and_must_be_valid(world):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for authority in (None, "ours"):
            connection = world.implicitly(world.client_of(authority, version))
            connection.login(world.user, PASSWORD)
            connection.close()
        try:
            world.implicitly(world.client_of("theirs", version)).command("NOOP")
            raise AssertionError("a certificate of an unknown authority")
        except (ssl.SSLError, OSError):
            pass
    world.await_log("certificate verify failed", 2)


def a_resumed_session_needs_no_certificate_again(world):
    context = world.client_of("ours", ssl.TLSVersion.TLSv1_2)
    first = world.implicitly(context)
    again = world.server.connect()
    again.greet()
    again.command("STARTTLS")
    again.socket = context.wrap_socket(again.socket, server_hostname="localhost", session=first.socket.session)
    equal(again.socket.session_reused, True)
    again.login(world.user, PASSWORD)


if __name__ == "__main__":
    main(a_certificate_is_optional_and_must_be_valid, a_resumed_session_needs_no_certificate_again, world=Asking)
