"""The server under a service manager: what it notifies, the watchdog, sockets that are passed to it. sd_notify(3)

The test is the manager. Nothing of systemd is needed.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys

from tests.run.program import Skipped, equal, main
from tests.run.server import AS_ROOT, Server
from tests.run.wire import Connection

OS_ERROR = 71
# Starts the program with LISTEN_PID as its own pid, and with the descriptors of the arguments as 3, 4, ...
PASS_SOCKETS = """
import os, sys
descriptors, program = sys.argv[1].split(","), sys.argv[2:]
spare = [os.dup(int(fd)) for fd in descriptors if fd]
high = [os.dup2(fd, 100 + n) for n, fd in enumerate(spare)]
for n, fd in enumerate(high):
    os.dup2(fd, 3 + n)
    os.set_inheritable(3 + n, True)
    os.close(fd)
os.environ.setdefault("LISTEN_PID", str(os.getpid()))
os.environ["LISTEN_FDS"] = str(len(high))
os.execv(program[0], program)
"""


class Manager(Server):
    """Starts the server with a socket for its notifications."""

    def __init__(self, postbag, wirecheck):
        super().__init__(postbag, wirecheck)
        self.path = os.path.join(self.home, "notify")
        self.notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notifications.settimeout(self.deadline)

    def __enter__(self):
        return self

    def __exit__(self, *how):
        self.notifications.close()
        return super().__exit__(*how)

    def start_under(self, name=None, **variables):
        """`name` of the notification socket; the default is a path."""
        self.notifications.bind(("\0" + name[1:]) if name else self.path)
        self._start([self.postbag, "serve", "--dir", self.data, "--listen", "127.0.0.1:0", *AS_ROOT],
                    NOTIFY_SOCKET=name or self.path, **variables)

    def start_with(self, sockets, **variables):
        """Passes these sockets; there is no other address."""
        numbers = ",".join(str(one.fileno()) for one in sockets)
        self._start([sys.executable, "-c", PASS_SOCKETS, numbers, self.postbag, "serve", "--dir", self.data, *AS_ROOT],
                    pass_fds=[one.fileno() for one in sockets], **variables)

    def next(self):
        return self.notifications.recv(4096).decode()

    def nothing_for(self, seconds):
        ready, _, _ = select.select([self.notifications], [], [], seconds)
        assert not ready, f"unexpected: {self.next()}"

    def _start(self, command, pass_fds=(), **variables):
        with open(os.path.join(self.home, "log"), "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, pass_fds=pass_fds,
                                            env={**os.environ, **variables})
        self.ready = json.loads(self._first_line())


def listening(where=("127.0.0.1", 0)):
    one = socket.socket(socket.AF_UNIX if isinstance(where, str) else socket.AF_INET, socket.SOCK_STREAM)
    one.bind(where)
    one.listen()
    return one


def greeted(address):
    """A client that was greeted, closed again."""
    client = Connection(address)
    assert client.greet().startswith(b"* OK"), "no greeting"
    client.close()


def ready_reload_and_stop_are_notified(manager):
    manager.start_under()
    equal(manager.next(), "READY=1")
    manager.process.send_signal(signal.SIGHUP)
    reloading, moment = manager.next().split("\n")
    equal(reloading, "RELOADING=1")
    assert moment.startswith("MONOTONIC_USEC="), moment
    equal(manager.next(), "READY=1")
    manager.stop()
    equal(manager.next(), "STOPPING=1")
    manager.nothing_for(0)


def an_abstract_socket_is_notified_too(manager):
    manager.start_under(name=f"@postbag-test-{os.getpid()}")
    equal(manager.next(), "READY=1")
    manager.stop()
    equal(manager.next(), "STOPPING=1")


def the_watchdog_hears_from_a_loop_that_runs(manager):
    manager.start_under(WATCHDOG_USEC="200000")
    equal(manager.next(), "READY=1")
    for _ in range(5):
        equal(manager.next(), "WATCHDOG=1")


def a_watchdog_of_another_process_is_left_alone(manager):
    manager.start_under(WATCHDOG_USEC="20000", WATCHDOG_PID="1")
    equal(manager.next(), "READY=1")
    manager.nothing_for(0.5)


class StoppedThreads(contextlib.AbstractContextManager):
    """All threads of a process but its first do not run: ptrace(2)."""

    SEIZE, INTERRUPT, DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000

    def __init__(self, pid):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.threads = [int(thread) for thread in os.listdir(f"/proc/{pid}/task") if int(thread) != pid]
        for thread in self.threads:
            if self._ptrace(self.SEIZE, thread) != 0:
                raise Skipped(f"ptrace: {os.strerror(ctypes.get_errno())}")
            self._ptrace(self.INTERRUPT, thread)
            os.waitpid(thread, self.WALL)

    def __exit__(self, *_):
        for thread in self.threads:
            self._ptrace(self.DETACH, thread)

    def _ptrace(self, request, thread):
        return self.libc.ptrace(request, ctypes.c_long(thread), None, None)


def the_watchdog_notices_a_stuck_loop(manager):
    manager.start_under(WATCHDOG_USEC="200000")
    equal([manager.next(), manager.next()], ["READY=1", "WATCHDOG=1"])
    with StoppedThreads(manager.process.pid):   # the first thread still asks for the notification
        while select.select([manager.notifications], [], [], 0)[0]:
            manager.next()
        manager.nothing_for(1.0)
    equal(manager.next(), "WATCHDOG=1")


def a_notification_socket_that_is_not_there_is_an_error(manager):
    done = subprocess.run([manager.postbag, "serve", "--dir", manager.data, *AS_ROOT], capture_output=True, timeout=60,
                          env={**os.environ, "NOTIFY_SOCKET": manager.path})
    assert done.returncode != 0 and b"NOTIFY_SOCKET" in done.stderr, done


def passed_sockets_are_served_and_stay_with_the_manager(manager):
    path = os.path.join(manager.home, "imap.sock")
    with listening() as tcp, listening(path) as local:
        early = Connection(tcp.getsockname())   # waits with the kernel until the server is there
        manager.start_with([tcp, local], LISTEN_FDNAMES="imap:imap")
        equal(manager.ready["imap"], ["127.0.0.1:%d" % tcp.getsockname()[1], "unix:" + path])
        assert early.greet().startswith(b"* OK")
        early.close()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            assert client.recv(100).startswith(b"* OK")
        manager.stop()
        assert os.path.exists(path), "the server removed the manager's socket"
        manager.start_with([tcp, local])
        greeted(tcp.getsockname())


def sockets_for_another_process_are_left_alone(manager):
    with listening() as tcp, listening() as busy:
        own = "127.0.0.1:%d" % busy.getsockname()[1]
        done = subprocess.run([sys.executable, "-c", PASS_SOCKETS, str(tcp.fileno()), manager.postbag, "serve", "--dir",
                               manager.data, "--listen", own, *AS_ROOT],
                              pass_fds=[tcp.fileno()], capture_output=True, timeout=60,
                              env={**os.environ, "LISTEN_PID": "1"})
        equal(done.returncode, OS_ERROR)   # it tried its own address
        assert own.encode() in done.stderr, done.stderr


def what_does_not_listen_is_refused(manager):
    with socket.socket() as idle, open(os.devnull) as file:
        for passed in (idle, file):
            done = subprocess.run([sys.executable, "-c", PASS_SOCKETS, str(passed.fileno()), manager.postbag, "serve",
                                   "--dir", manager.data, *AS_ROOT],
                                  pass_fds=[passed.fileno()], capture_output=True, timeout=60)
            equal(done.returncode, OS_ERROR)
            assert b"fd:3 is not a listening socket" in done.stderr, done.stderr


if __name__ == "__main__":
    main(ready_reload_and_stop_are_notified, an_abstract_socket_is_notified_too,
         the_watchdog_hears_from_a_loop_that_runs, a_watchdog_of_another_process_is_left_alone,
         the_watchdog_notices_a_stuck_loop, a_notification_socket_that_is_not_there_is_an_error,
         passed_sockets_are_served_and_stay_with_the_manager, sockets_for_another_process_are_left_alone,
         what_does_not_listen_is_refused, world=Manager)
