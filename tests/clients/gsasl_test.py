"""gsasl, which knows all mechanisms but shows no mail: it logs in and out."""

import subprocess

from tests.clients.mail_program import run


def gsasl(world, mechanism, password, *options):
    """Whether it got in, and what it said."""
    done = subprocess.run(["gsasl", "--client", "--imap", "--no-starttls", f"--mechanism={mechanism}",
                           f"--connect={world.proxy.host}:{world.proxy.port}", f"--authentication-id={world.user}",
                           f"--password={password}", *options],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return done.returncode == 0, done.stdout + done.stderr


def logs_in(world):
    for mechanism in ("SCRAM-SHA-256", "PLAIN", "LOGIN"):
        entered, said = gsasl(world, mechanism, world.password)
        assert entered, (mechanism, said)
        assert mechanism.encode() in world.proxy.said(), mechanism


def a_wrong_password_is_refused(world):
    for mechanism in ("SCRAM-SHA-256", "PLAIN", "LOGIN"):
        entered, said = gsasl(world, mechanism, "wrong")
        assert not entered, (mechanism, said)


if __name__ == "__main__":
    run(logs_in, a_wrong_password_is_refused)
