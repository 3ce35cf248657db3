"""A Postfix of the test's own, in a directory of its own: it asks postbag who may send, and delivers to it."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

from tests.run.program import Skipped

PORT = 2525   # in a network of its own; else one that is free

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/state
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.org
mydestination =
mynetworks =
alias_maps =
smtpd_peername_lookup = no
disable_dns_lookups = yes
virtual_mailbox_domains = example.org
virtual_mailbox_maps = static:all
virtual_transport = postbag
postbag_destination_recipient_limit = 1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = unix:{socket}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
postbag unix - n n - - pipe flags=Rq user={user} argv={postbag} deliver ${{user}} --dir {data}
"""


def group_of_postfix():
    """The number of the group of its processes. Skipped where this test cannot run."""
    if os.geteuid() != 0:
        raise Skipped("Postfix starts as root only")
    for program in ("postfix", "swaks"):
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin") is None:
            raise Skipped(f"{program} is not installed")
    try:
        return grp.getgrnam("postfix").gr_gid
    except KeyError:
        raise Skipped("Postfix has no group") from None


class Postfix:
    """`socket` is the path of postbag's socket; deliveries run as `user`, who owns the directory `data`."""

    def __init__(self, home, socket, postbag, data, user):
        self.home, self.process = home, None
        self.own_network = subprocess.run(["unshare", "--net", "--pid", "--fork", "--mount-proc", "true"],
                                          stderr=subprocess.DEVNULL).returncode == 0
        self.port = PORT if self.own_network else free_port()
        self._configure(socket, postbag, data, user)

    def __enter__(self):
        command = ["postfix", "-c", os.path.join(self.home, "etc"), "start-fg"]
        if self.own_network:
            # Nothing outlives the first process of its own.
            command = ["unshare", "--net", "--pid", "--fork", "--mount-proc", "sh", "-c",
                       "ip link set lo up && exec " + " ".join(command)]
        with open(os.path.join(self.home, "log"), "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            start_new_session=True)
        self._get_ready()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.kill(self._first_process(), signal.SIGKILL if self.own_network else signal.SIGTERM)
        self.process.wait(timeout=30)

    def submit(self, sender, recipient, subject, *login):
        """Sends a mail with swaks: its exit code, and the conversation."""
        done = subprocess.run([*self._inside(), "swaks", "--server", f"127.0.0.1:{self.port}", "--from", sender, "--to",
                               recipient, "--header", f"Subject: {subject}", "--body", "hello", "--timeout", "30",
                               *login], capture_output=True, timeout=60)
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")

    def log(self):
        with open(os.path.join(self.home, "log"), errors="replace") as log:
            return log.read()

    def _inside(self):
        """What runs a program in its network."""
        return ["nsenter", "--net", "--target", str(self._first_process())] if self.own_network else []

    def _first_process(self):
        if not self.own_network:
            return self.process.pid
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:
            return int(children.read())

    def _get_ready(self):
        ends = time.monotonic() + 30
        while "daemon started" not in self.log():
            assert time.monotonic() < ends, "Postfix did not start:\n" + self.log()
            try:
                self.process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError("Postfix ended:\n" + self.log())

    def _configure(self, socket, postbag, data, user):
        values = {"home": self.home, "socket": socket, "port": self.port, "postbag": postbag, "data": data, "user": user}
        for name in ("etc", "queue", "state"):
            os.makedirs(os.path.join(self.home, name))
        owner = pwd.getpwnam("postfix")
        os.chown(os.path.join(self.home, "state"), owner.pw_uid, owner.pw_gid)
        for name, text in (("main.cf", MAIN), ("master.cf", MASTER)):
            with open(os.path.join(self.home, "etc", name), "w") as file:
                file.write(text.format(**values))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
