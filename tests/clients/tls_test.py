"""curl, mbsync, mutt, imaplib and openssl by implicit TLS and by STARTTLS, each with the server's certificate checked."""

import imaplib
import os
import shutil
import ssl
import subprocess

from tests.clients import mail_program, mbsync_test, mutt_test
from tests.run import certificates, given
from tests.run.program import Skipped, equal, main

CONFIG = """listen_tls = ["127.0.0.1:0"]
[tls]
certificates = [{{chain = "{0}", key = "{1}"}}]
"""
WAYS = ("implicit", "STARTTLS")


class World(mail_program.World):
    """A server with a certificate for localhost. Programs connect without the proxy, which could not read along."""

    def __init__(self, postbag, wirecheck):
        super().__init__(postbag, wirecheck)
        self.chain, self.key = certificates.make(self.server.home, "server")
        self.server.configure(CONFIG.format(self.chain, self.key))

    def port(self, way):
        return (self.server.tls_address if way == "implicit" else self.server.address)[1]



def needed(program):
    if not shutil.which(program):
        raise Skipped(f"{program} is not installed")


def curl(world):
    needed("curl")
    world.fill("INBOX", 1)
    for way in WAYS:
        scheme = "imaps" if way == "implicit" else "imap"
        said = world.run("curl", "--silent", "--show-error", "--ssl-reqd", "--cacert", world.chain, "--user",
                         f"{world.user}:{world.password}", f"{scheme}://localhost:{world.port(way)}/INBOX;MAILINDEX=1")
        equal(said, given.message(1), way)


def mbsync(world):
    needed("mbsync")
    os.makedirs(os.path.join(world.home, "mail"))
    for number, way in enumerate(WAYS, 1):
        world.fill("INBOX", 1)
        kind = "IMAPS" if way == "implicit" else "STARTTLS"
        text = mbsync_test.CONFIG.format(host="localhost", port=world.port(way), user=world.user,
                                         password=world.password, home=world.home)
        with open(os.path.join(world.home, "mbsyncrc"), "w") as file:
            file.write(text.replace("SSLType None", f"SSLType {kind}\nCertificateFile {world.chain}"))
        world.run("mbsync", "-c", os.path.join(world.home, "mbsyncrc"), "-a")
        inbox = os.path.join(world.home, "mail", "INBOX")
        equal(sum(len(os.listdir(os.path.join(inbox, place))) for place in ("new", "cur")), number, way)


def mutt(world):
    needed("mutt")
    for number, way in enumerate(WAYS, 1):
        world.fill("INBOX", 1)
        path = mutt_test.configure(world, "push '<save-message><kill-line>=Archive<enter><quit>'\n")
        with open(path) as file:
            text = file.read()
        scheme = "imaps" if way == "implicit" else "imap"
        text = text.replace(f"imap://{world.proxy.host}:{world.proxy.port}/", f"{scheme}://localhost:{world.port(way)}/")
        text = text.replace("ssl_starttls = no", "ssl_starttls = yes").replace("ssl_force_tls = no", "ssl_force_tls = yes")
        with open(path, "w") as file:
            file.write(f'set ssl_ca_certificates_file = "{world.chain}"\n' + text)
        mutt_test.in_terminal(world, "mutt", "-n", "-F", path, "-f", "+INBOX")
        equal(len(world.mail("Archive")), number, way)


def python_imaplib(world):
    context = ssl.create_default_context(cafile=world.chain)
    for way in WAYS:
        if way == "implicit":
            client = imaplib.IMAP4_SSL("localhost", world.port(way), ssl_context=context)
        else:
            client = imaplib.IMAP4("localhost", world.port(way))
            client.starttls(context)
        client.login(world.user, world.password)
        equal(client.append("INBOX", "", imaplib.Time2Internaldate(0), given.message(1))[0], "OK", way)
        client.logout()
    equal([message for _, message in world.mail("INBOX")], [given.message(1)] * 2)


def openssl(world):
    for way in WAYS:
        options = ["-starttls", "imap"] if way == "STARTTLS" else []
        command = ["openssl", "s_client", "-crlf", "-quiet", "-verify_return_error", "-CAfile", world.chain, "-servername",
                   "localhost", "-connect", f"localhost:{world.port(way)}", *options]
        said = b"a1 LOGIN %s %s\na2 STATUS INBOX (MESSAGES)\na3 LOGOUT\n" % (world.user.encode(), world.password.encode())
        done = subprocess.run(command, input=said, capture_output=True, timeout=60)
        assert b"a1 OK" in done.stdout and b"a2 OK" in done.stdout and b"a3 OK" in done.stdout, (way, done)


if __name__ == "__main__":
    main(curl, mbsync, mutt, python_imaplib, openssl, world=World)
