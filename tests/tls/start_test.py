"""What `postbag serve` refuses to start with."""

import os
import subprocess
import tempfile

from tests.run import certificates
from tests.run.program import main
from tests.run.server import Server


class Place:
    def __init__(self, postbag, _):
        self.postbag = postbag

    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix="postbag-tls-")
        self.pair = certificates.make(self.home, "first")
        return self

    def __exit__(self, *_):
        certificates.run(["rm", "-r", self.home])

    def refusal(self, *arguments):
        """What it says instead of starting."""
        command = [self.postbag, "serve", "--dir", os.path.join(self.home, "data"), *arguments]
        done = subprocess.run(command, capture_output=True, timeout=30)
        assert done.returncode in (64, 78), done
        return done.stderr.decode()

    def with_tls(self, *arguments):
        return [*arguments, "--certificate", self.pair[0], "--key", self.pair[1]]


def listening_beyond_this_machine_needs_tls(place):
    said = place.refusal("--listen", "0.0.0.0:0")
    assert "0.0.0.0:0 is no loopback address" in said and "allow_plaintext" in said, said


def implicit_tls_needs_a_certificate(place):
    assert "listen_tls needs a certificate" in place.refusal("--listen-tls", "127.0.0.1:0")


def a_key_that_everybody_may_read_is_refused(place):
    os.chmod(place.pair[1], 0o644)
    assert "everybody may read this private key" in place.refusal(*place.with_tls("--listen", "127.0.0.1:0"))


def a_file_that_is_not_there_is_named(place):
    os.remove(place.pair[1])
    said = place.refusal(*place.with_tls("--listen", "127.0.0.1:0"))
    assert place.pair[1] in said and "No such file" in said, said


def a_key_of_another_certificate_is_refused(place):
    other = certificates.make(place.home, "other")
    said = place.refusal("--listen", "127.0.0.1:0", "--certificate", place.pair[0], "--key", other[1])
    assert "the private key is of another certificate" in said, said


def without_a_certificate_starttls_is_refused(place):
    with Server(place.postbag) as server:
        connection = server.connect()
        assert b"STARTTLS" not in connection.greet()
        assert connection.any_command("STARTTLS")[1].startswith(b"NO ")
        assert not connection.any_command("NOOP")[1].startswith(b"BAD")


def plaintext_may_be_allowed_by_name(place):
    """command_line_test shows that the log then warns of it."""
    config = os.path.join(place.home, "config")
    with open(config, "w") as file:
        file.write("allow_plaintext = 1\n")
    assert "allow_plaintext must be true or false" in place.refusal("--config", config)


if __name__ == "__main__":
    main(listening_beyond_this_machine_needs_tls, implicit_tls_needs_a_certificate,
         a_key_that_everybody_may_read_is_refused, a_file_that_is_not_there_is_named,
         a_key_of_another_certificate_is_refused, without_a_certificate_starttls_is_refused,
         plaintext_may_be_allowed_by_name, world=Place)
