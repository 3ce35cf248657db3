"""Subcommands of postbag by their exit codes. sysexits(3)"""

import subprocess

NO_USER, BAD_DATA, USAGE, TEMPORARY, CANNOT_CREATE, BAD_CONFIG = 67, 65, 64, 75, 73, 78
MESSAGE = b"Subject: delivered\r\n\r\ntext\r\n"


def exit_code(server, *arguments, input=b""):
    """Of a subcommand on the server's directory."""
    done = subprocess.run([server.postbag, *arguments, "--dir", server.data], input=input, capture_output=True, timeout=60)
    return done.returncode
