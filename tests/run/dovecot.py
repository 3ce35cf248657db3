"""A Dovecot on a free loopback port, to compare with. Needs Debian's dovecot-imapd, and root."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from tests.run.wire import Connection

UID = 20001                                              # of nobody; Dovecot delivers mail to no system user
CONFIG = """
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
mail_fsync = never
mail_location = mdbox:~/mdbox
first_valid_uid = {uid}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={home}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


def is_there():
    return shutil.which("dovecot") is not None and os.geteuid() == 0


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Dovecot:
    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix="postbag-dovecot-")
        os.chmod(self.home, 0o755)
        os.mkdir(os.path.join(self.home, "mail"))
        os.chown(os.path.join(self.home, "mail"), UID, UID)
        self.port = free_port()
        config = os.path.join(self.home, "dovecot.conf")
        with open(config, "w") as out:
            out.write(CONFIG.format(home=self.home, port=self.port, uid=UID))
        self.process = subprocess.Popen(["dovecot", "-F", "-c", config], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        shutil.rmtree(self.home, ignore_errors=True)

    def logged_in(self, user, deadline=60.0):
        """It has no ready line: the first connections may be refused."""
        end = time.monotonic() + 30
        while True:
            try:
                connection = Connection(("127.0.0.1", self.port), deadline=deadline)
                break
            except ConnectionRefusedError:
                assert self.process.poll() is None and time.monotonic() < end, "Dovecot did not start"
                time.sleep(0.05)
        connection.greet()
        connection.login(user, "secret")
        return connection
