"""Subcommands of postbag by their exit codes. sysexits(3)"""

import subprocess

NO_USER, BAD_DATA, USAGE, TEMPORARY, CANNOT_CREATE, BAD_CONFIG = 67, 65, 64, 75, 73, 78
MESSAGE = b"Subject: delivered\r\n\r\ntext\r\n"


def ended(server, *arguments, input=b""):
    """A subcommand on the server's directory, after its end: the exit code, and what it said on both outputs."""
    done = subprocess.run([server.postbag, *arguments, "--dir", server.data], input=input, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout.decode()


def exit_code(server, *arguments, input=b""):
    return ended(server, *arguments, input=input)[0]
