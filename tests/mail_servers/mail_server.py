"""What the mail servers in front of postbag share: a process with a network of its own, mail for it, and its log."""

import os
import shutil
import signal
import socket
import subprocess
import time

from tests.run.program import Skipped

PORT = 2525   # in a network of its own; else one that is free
NAMESPACES = ["unshare", "--net", "--pid", "--fork", "--mount-proc"]


def needed(*programs):
    """Skipped where this test cannot run."""
    if os.geteuid() != 0:
        raise Skipped("a mail server starts as root only")
    for program in programs:
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin") is None:
            raise Skipped(f"{program} is not installed")


def namespaces_work():
    """May this process make what NAMESPACES says?"""
    return subprocess.run([*NAMESPACES, "true"], stderr=subprocess.DEVNULL).returncode == 0


class MailServer:
    """All its files are below `home`. A subclass names the `command` that runs it in the foreground, what its log says when
    it is `ready`, shell commands of its namespaces that go before (`prepared`), and its `logs`; "log" has its output."""

    command, ready, prepared, logs = (), "", (), ("log",)

    def __init__(self, home):
        self.home, self.process = home, None
        self.own_network = namespaces_work()
        self.port = PORT if self.own_network else free_port()

    def __enter__(self):
        command = list(self.command)
        if self.own_network:
            # Nothing outlives the first process of its own.
            steps = ["ip link set lo up", *self.prepared, "exec " + " ".join(command)]
            command = [*NAMESPACES, "sh", "-c", " && ".join(steps)]
        with open(os.path.join(self.home, "log"), "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            start_new_session=True)
        try:
            self.await_log(self.ready)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.kill(self._first_process(), signal.SIGKILL if self.own_network else signal.SIGTERM)
        self.process.wait(timeout=30)

    def know(self, users):
        """Tells it who gets mail, before it starts, unless it takes mail for everybody."""

    def submit(self, sender, recipient, subject, *login):
        """Sends a mail with swaks: its exit code, and the conversation."""
        done = subprocess.run([*self._inside(), "swaks", "--server", f"127.0.0.1:{self.port}", "--from", sender, "--to",
                               recipient, "--header", f"Subject: {subject}", "--body", "hello", "--timeout", "30",
                               *login], capture_output=True, timeout=60)
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")

    def log(self):
        text = ""
        for path in filter(os.path.exists, (os.path.join(self.home, name) for name in self.logs)):
            with open(path, errors="replace") as log:
                text += log.read()
        return text

    def await_log(self, text, seconds=30):
        """Returns when the log, which is written a moment later, has the text."""
        ends = time.monotonic() + seconds
        while text not in self.log():
            assert time.monotonic() < ends, f"{text!r} is not in the log:\n" + self.log()
            try:
                self.process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError("the mail server ended:\n" + self.log())

    def _inside(self):
        """What runs a program in its network."""
        return ["nsenter", "--net", "--target", str(self._first_process())] if self.own_network else []

    def _first_process(self):
        if not self.own_network:
            return self.process.pid
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:
            return int(children.read() or self.process.pid)   # none yet


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
