"""sslscan and nmap, which look for weak encryption, find none; a server that has some shows that they would."""

import shutil
import subprocess
from xml.etree import ElementTree

from tests.run import certificates
from tests.run.program import Skipped, equal, main
from tests.tls.world import World

WAYS = {"implicit": [], "STARTTLS": ["--starttls-imap"]}   # and what sslscan is told of it
SUITES_13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
# Of the first certificate, which has an RSA key.
SUITES_12 = {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"}
NMAP_SUITES_12 = {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"}
GROUPS = {"0x0017", "0x0018", "0x001d"}   # P-256, P-384, X25519


def xml_of(*command):
    """What a scanner prints as XML."""
    if not shutil.which(command[0]):
        raise Skipped(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, timeout=240)
    assert done.returncode == 0, f"{command}: {done.stdout!r} {done.stderr!r}"
    return ElementTree.fromstring(done.stdout)


def sslscan(address, *options):
    """Its findings about one server; more seconds than its own 3, as another test may keep the machine busy."""
    return xml_of("sslscan", "--xml=-", "--timeout=20", *options, "%s:%d" % address).find("ssltest")


def nmap(address, *options):
    """Its findings about one port: by script, the tables and elements."""
    host, port = address
    found = xml_of("nmap", "-n", "-Pn", "-sT", "-oX", "-", "-p", str(port), *options, host)
    return {script.get("id"): script for script in found.iter("script")}


def versions(scan):
    """What a scan of sslscan found enabled."""
    return {protocol.get("type") + protocol.get("version") for protocol in scan.iter("protocol")
            if protocol.get("enabled") == "1"}


def suites(scan, version):
    return {cipher.get("cipher") for cipher in scan.iter("cipher") if cipher.get("sslversion") == version}


def nmap_suites(scripts):
    """{version: names of its suites}."""
    return {version.get("key"): {name.text for name in version.iterfind("table[@key='ciphers']/table/elem[@key='name']")}
            for version in scripts["ssl-enum-ciphers"].iterfind("table")}


def sslscan_finds_nothing_weak(world):
    for way, options in WAYS.items():
        scan = sslscan(world.address(way), *options)
        equal(versions(scan), {"tls1.2", "tls1.3"}, way)
        equal(suites(scan, "TLSv1.3"), SUITES_13, way)
        equal(suites(scan, "TLSv1.2"), SUITES_12, way)
        equal({group.get("id") for group in scan.iter("group")}, GROUPS, way)
        equal(scan.find("renegotiation").get("supported"), "0", way)
        equal({check.get("vulnerable") for check in scan.iter("heartbleed")}, {"0"}, way)
        assert all(check.get("supported") == "0" for check in scan.iter("compression")), way


def sslscan_sees_the_certificate_of_each_name(world):
    for way, options in WAYS.items():
        for name, wanted in (("localhost", "first"), ("other.example", "other"), ("a.wild.example", "wild"),
                             ("unknown.example", "first")):
            scan = sslscan(world.address(way), f"--sni-name={name}", "--no-ciphersuites", "--no-groups", *options)
            equal({subject.text for subject in scan.iter("subject")}, {wanted}, (way, name))


def nmap_finds_nothing_weak(world):
    for way in WAYS:
        # It uses STARTTLS where it has found out that IMAP is spoken.
        scripts = nmap(world.address(way), *(["-sV"] if way == "STARTTLS" else []), "--script", "+ssl-enum-ciphers")
        found = {version: {name.replace("_AKE_WITH", "") for name in names}
                 for version, names in nmap_suites(scripts).items()}
        equal(found, {"TLSv1.2": NMAP_SUITES_12, "TLSv1.3": SUITES_13}, way)
        equal(scripts["ssl-enum-ciphers"].find("elem[@key='least strength']").text, "A", way)


def both_notice_a_weak_server(world):
    """It has TLS 1.0 and 1.1, suites that name nobody, and more groups."""
    with WeakServer(world.pairs["first"]) as address:
        scan = sslscan(address)
        equal(versions(scan), {"tls1.0", "tls1.1", "tls1.2", "tls1.3"})
        assert {"AES128-SHA", "ADH-AES128-SHA", "ECDHE-RSA-AES256-SHA"} <= suites(scan, "TLSv1.0"), suites(scan, "TLSv1.0")
        assert {group.get("id") for group in scan.iter("group")} > GROUPS
        scripts = nmap(address, "--script", "+ssl-enum-ciphers")
        equal(set(nmap_suites(scripts)), {"TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"})
        equal(scripts["ssl-enum-ciphers"].find("elem[@key='least strength']").text, "F")


class WeakServer:
    """`openssl s_server` with all that Debian's OpenSSL can still do."""

    def __init__(self, pair):
        self.command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", pair[0], "-key", pair[1], "-www",
                        "-min_protocol", "TLSv1", "-cipher", "ALL:@SECLEVEL=0"]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        for line in self.process.stdout:
            if line.startswith(b"ACCEPT "):
                host, _, port = line.split()[1].decode().rpartition(":")
                return host, int(port)
        raise AssertionError(f"{self.command} did not start")

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


class Scanned(World):
    """nmap opens some dozen connections at once."""

    def __init__(self, postbag, wirecheck):
        super().__init__(postbag, wirecheck, limits="connections_per_address = 1000\n"
                                                    "connections_per_address_not_logged_in = 1000")

    def address(self, way):
        return self.server.tls_address if way == "implicit" else self.server.address


if __name__ == "__main__":
    main(sslscan_finds_nothing_weak, sslscan_sees_the_certificate_of_each_name, nmap_finds_nothing_weak,
         both_notice_a_weak_server, world=Scanned)
