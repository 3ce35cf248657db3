"""What a TLS client gets and what it is refused: versions, cipher suites, names, tickets, certificates of clients."""

import ssl
import subprocess
import time
import warnings

from tests.run import certificates
from tests.run.program import equal, main
from tests.run.server import PASSWORD
from tests.run.wire import Connection
from tests.tls.world import World, subject

warnings.simplefilter("ignore", DeprecationWarning)   # of old versions, which are tried on purpose
ALLOWED_12 = {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"}


def refused(world, context, host="localhost"):
    """Why the handshake failed; None when it did not."""
    try:
        world.server.connect_tls(context, host).close()
    except (ssl.SSLError, ConnectionResetError) as error:
        return str(error)
    return None


def s_client(world, *options, input=b""):
    host, port = world.server.tls_address
    command = ["openssl", "s_client", "-connect", f"{host}:{port}", *options]
    done = subprocess.run(command, input=input, capture_output=True, timeout=30)
    return (done.stdout + done.stderr).decode(errors="replace")


def old_versions_are_refused(world):
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        context = world.client()
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        why = refused(world, context)
        assert why and "protocol version" in why.lower().replace("_", " "), f"{version}: {why}"
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = world.client(minimum_version=version, maximum_version=version)
        equal(refused(world, context), None, version)


def only_the_named_suites_are_spoken(world):
    """Each suite that OpenSSL knows is offered alone."""
    names = certificates.run(["openssl", "ciphers", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]).decode().strip().split(":")
    assert len(names) > 80, names
    spoken = set()
    for name in names:
        context = world.client(maximum_version=ssl.TLSVersion.TLSv1_2)
        try:
            context.set_ciphers(name + ":@SECLEVEL=0")
        except ssl.SSLError:
            continue   # of TLS 1.3
        if refused(world, context) is None:
            spoken.add(name)
    equal(spoken, ALLOWED_12, "suites of TLS 1.2")
    for suite in ("TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"):
        said = s_client(world, "-tls1_3", "-ciphersuites", suite)
        assert "handshake failure" in said, suite
    for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"):
        assert f"Cipher is {suite}" in s_client(world, "-tls1_3", "-ciphersuites", suite), suite


def nothing_is_compressed(world):
    for version in ("-tls1_2", "-tls1_3"):
        assert "Compression: NONE" in s_client(world, version, "-comp"), version


def weak_groups_are_refused(world):
    for group, spoken in (("P-256", True), ("X25519", True), ("P-384", True), ("P-521", False), ("ffdhe2048", False)):
        said = s_client(world, "-groups", group)
        equal("Cipher is (NONE)" not in said, spoken, group)


def alpn_is_imap_or_nothing(world):
    for offered, chosen in ((["imap"], "imap"), (["h2", "imap"], "imap"), ([], None)):
        context = world.client()
        if offered:
            context.set_alpn_protocols(offered)
        connection = world.implicitly(context)
        equal(connection.socket.selected_alpn_protocol(), chosen, offered)
        connection.close()
    context = world.client()
    context.set_alpn_protocols(["http/1.1", "h2"])
    why = refused(world, context)
    assert why and "no application protocol" in why.lower().replace("_", " "), why


def each_name_gets_its_certificate(world):
    context = world.client()
    context.check_hostname = False
    for host, wanted in (("localhost", "first"), ("other.example", "other"), ("OTHER.Example", "other"),
                         ("a.wild.example", "wild"), ("a.b.wild.example", "first"), ("unknown.example", "first"),
                         (None, "first")):
        connection = world.implicitly(context, host)
        equal(subject(connection), wanted, host)
        connection.close()


def tickets_resume_a_session(world):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = world.client(minimum_version=version, maximum_version=version)
        first = world.implicitly(context)
        session = first.socket.session
        assert session.has_ticket, version
        for wanted, ticket in ((True, session), (False, None)):
            again = Connection(world.server.tls_address)
            again.socket = context.wrap_socket(again.socket, server_hostname="localhost", session=ticket)
            equal(again.socket.session_reused, wanted, version)
            again.greet()
            again.login(world.user, PASSWORD)
            again.close()
        first.close()


def tickets_of_before_a_reload_are_not_accepted(world):
    context = world.client(maximum_version=ssl.TLSVersion.TLSv1_2)
    session = world.implicitly(context).socket.session
    world.reload()
    again = Connection(world.server.tls_address)
    again.socket = context.wrap_socket(again.socket, server_hostname="localhost", session=session)
    equal(again.socket.session_reused, False)
    again.close()


def renegotiation_is_refused(world):
    host, port = world.server.tls_address
    command = ["openssl", "s_client", "-connect", f"{host}:{port}", "-tls1_2"]
    client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while not client.stdout.readline().startswith(b"* OK"):
        pass
    said = client.communicate(b"R\n", timeout=30)[0].decode()   # a line with R alone asks s_client for it
    assert "RENEGOTIATING" in said and "no renegotiation" in said, said


def a_stalled_handshake_ends_at_its_limit(world):
    """Nothing, the beginning of a handshake, and one byte after the other."""
    for pieces in ([b""], [b"\x16\x03\x01\x02\x00"], [b"\x16", b"\x03", b"\x01", b"\x02", b"\x00", b"\x01", b"\x00"] * 3):
        connection = Connection(world.server.tls_address)
        begun = time.monotonic()
        for piece in pieces:
            try:
                connection.send(piece)
            except OSError:
                break
            time.sleep(0.2 if len(pieces) > 1 else 0)
        try:
            left = connection.socket.recv(100)
        except ConnectionResetError:
            left = b""
        assert left[:1] in (b"", b"\x15"), left
        lasted = time.monotonic() - begun
        assert 1 <= lasted < 8, f"ended after {lasted:.1f} s"
        connection.close()
    world.await_log("TLS handshake failed", 3)


def one_too_many_gets_a_reason_within_TLS(world):
    world.server.restart(world.config(limits="connections_per_address_not_logged_in = 2\n"))
    held = [world.implicitly() for _ in range(2)]
    refused = world.server.connect_tls(world.client())
    assert refused.greet().startswith(b"* BYE [LIMIT] Too many connections from your address"), "why it is refused"
    assert refused.at_end()
    refused.close()
    silent = [Connection(world.server.tls_address) for _ in range(20)]   # more than are waited for
    for connection in silent:
        assert connection.at_end(), "a client that says nothing is not waited for"
        connection.close()
    held.pop().close()
    world.await_room()
    held.pop().close()


def a_reload_changes_new_connections_only(world):
    old = world.implicitly()
    old.login(world.user, PASSWORD)
    before = old.socket.getpeercert(True)
    world.new_pair()
    equal(world.implicitly_untrusted(), before, "before the reload")
    world.reload()
    assert world.implicitly_untrusted() != before, "the new certificate"
    equal(subject(world.implicitly(world.client("first"))), "renewed")
    old.command("SELECT INBOX")
    old.close()


def a_broken_certificate_changes_nothing(world):
    before = world.implicitly_untrusted()
    chain, key = world.pairs["first"]
    with open(chain, "ab") as file:
        file.truncate(100)
    world.reload("TLS certificates not loaded")
    equal(world.implicitly_untrusted(), before, "a broken certificate")
    world.new_pair()
    with open(key, "w") as file:
        file.write(open(world.pairs["other"][1]).read())
    world.reload("the private key is of another certificate")
    equal(world.implicitly_untrusted(), before, "another's key")


def changed_files_are_noticed(world):
    before = world.implicitly_untrusted()
    world.new_pair()
    world.await_log("TLS certificates loaded")
    assert world.implicitly_untrusted() != before, "the new certificate"


class Testing(World):
    def __init__(self, postbag, wirecheck):
        super().__init__(postbag, wirecheck, limits="tls_handshake_time = 1\nfailed_login_delay = 0")

    def await_room(self):
        """Returns when another connection is greeted."""
        until, greeting = time.monotonic() + 10, b""
        while not greeting.startswith(b"* OK"):
            assert time.monotonic() < until, greeting
            try:
                connection = self.server.connect_tls(self.client())
            except ConnectionError:   # refused without a word, as too many are refused
                continue
            greeting = connection.greet()
            connection.close()

    def implicitly_untrusted(self):
        """The certificate that a client is shown, whatever it is."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = self.implicitly(context)
        shown = connection.socket.getpeercert(True)
        connection.close()
        return shown


if __name__ == "__main__":
    main(old_versions_are_refused, only_the_named_suites_are_spoken, nothing_is_compressed, weak_groups_are_refused,
         alpn_is_imap_or_nothing, each_name_gets_its_certificate, tickets_resume_a_session,
         tickets_of_before_a_reload_are_not_accepted, renegotiation_is_refused, a_stalled_handshake_ends_at_its_limit,
         one_too_many_gets_a_reason_within_TLS, a_reload_changes_new_connections_only,
         a_broken_certificate_changes_nothing, changed_files_are_noticed, world=Testing)
