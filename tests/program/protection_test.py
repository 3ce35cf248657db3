"""What the server takes from itself: root, privileges, core dumps, files, system calls; and the last tenth of its descriptors.

The kernel's view of the process (/proc) is what counts. That a release is restricted at all shows restrictions_test.py, and
that the restrictions bite tests/server/protection_test.cc.
"""

import contextlib
import os
import pwd
import resource
import shutil
import socket
import stat
import subprocess

from tests.run.process import Process
from tests.run.program import Skipped, equal, main
from tests.run.server import AS_ROOT, Server

BAD_CONFIG = 78
FEW_DESCRIPTORS = 100


class OpenServer(Server):
    """A server whose home everybody may enter, that is started with other options and limits."""

    def __init__(self, postbag, wirecheck):
        super().__init__(postbag, wirecheck)
        os.chmod(self.home, 0o755)
        self.options, self.limits = AS_ROOT, {}

    def __enter__(self):
        return self

    def command(self, *arguments):
        return [self.postbag, "serve", "--dir", self.data, "--listen", "127.0.0.1:0", *arguments]

    def start(self):
        with open(os.path.join(self.home, "log"), "ab") as log:
            self.process = subprocess.Popen(self.command(*self.options), stdout=subprocess.PIPE, stderr=log,
                                            preexec_fn=self._set_limits)
        self._get_ready()

    def serve(self, *options):
        self.options = options or AS_ROOT
        self.start()

    def status(self):
        names = ("Uid", "Gid", "Groups", "CapEff", "CapPrm", "NoNewPrivs", "Seccomp")
        return Process(self.process.pid).of_all_threads(*names)

    def log(self):
        return self.log_tail(100_000)

    def _set_limits(self):
        for which, value in self.limits.items():
            resource.setrlimit(which, value)


def world(postbag, wirecheck):
    return OpenServer(postbag, wirecheck)


def need_root():
    if os.geteuid() != 0:
        raise Skipped("only root can become somebody else")


def as_root_it_warns_unless_told_by_name(server):
    need_root()
    warnings = 0
    for options, warned in (("--user", "root"), False), (("--user", ""), True):
        server.serve(*options)
        server.stop()
        warnings += warned
        equal(server.log().count("serving as root"), warnings, f"warnings with {options}")
    done = subprocess.run(server.command("--user", "nobody-of-this-name"), capture_output=True, timeout=60)
    equal((done.returncode, b"no such user" in done.stderr), (BAD_CONFIG, True), done.stderr)


def privileged_port():
    """A free one; the kernel gives none of these by itself."""
    for port in range(1023, 600, -1):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise Skipped("no free port below 1024")


def root_binds_the_ports_and_becomes_the_user(server):
    need_root()
    nobody, port = pwd.getpwnam("nobody"), privileged_port()
    parent = os.path.dirname(server.data)
    socket_path = os.path.join(parent, "sockets", "imap")
    os.mkdir(os.path.dirname(socket_path))
    os.chown(os.path.dirname(socket_path), nobody.pw_uid, nobody.pw_gid)
    server.serve("--user", "nobody", "--listen", f"127.0.0.1:{port}", "--listen", "unix:" + socket_path)
    status = server.status()
    equal(status["Uid"], " ".join([str(nobody.pw_uid)] * 4))
    equal(status["Gid"], " ".join([str(nobody.pw_gid)] * 4))
    equal(set(status["Groups"].split()), {str(group) for group in os.getgrouplist("nobody", nobody.pw_gid)})
    equal((status["CapEff"], status["CapPrm"]), ("0" * 16, "0" * 16))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        assert client.recv(100).startswith(b"* OK")
    # what cannot be traced and leaves no core belongs to root in /proc, whoever it runs as: proc(5)
    equal(os.stat(f"/proc/{server.process.pid}/environ").st_uid, 0, "the process may be traced")

    # root manages the accounts, and no file becomes root's
    server.add_user("alice")
    server.logged_in("alice").command("LOGOUT")
    server.run("deliver", "alice", "--dir", server.data, input=b"Subject: a\r\n\r\nb\r\n")
    equal(os.stat(socket_path).st_uid, nobody.pw_uid)
    server.stop()
    server.run("deliver", "alice", "--dir", server.data, input=b"Subject: a\r\n\r\nb\r\n")
    assert not os.path.exists(socket_path), "the Unix socket stays"
    for path, _, files in os.walk(server.data):
        for name in [path, *(os.path.join(path, file) for file in files)]:
            found = os.lstat(name)
            equal((found.st_uid, stat.S_IMODE(found.st_mode) & 0o077), (nobody.pw_uid, 0), name)


def only_root_becomes_somebody_else(server):
    need_root()
    if not shutil.which("setpriv"):
        raise Skipped("setpriv is not installed")
    done = subprocess.run(["setpriv", "--reuid=nobody", "--clear-groups", *server.command("--user", "daemon")],
                          capture_output=True, timeout=60)
    equal(done.returncode, BAD_CONFIG, done.stderr)


def no_privileges_no_core_and_all_descriptors(server):
    server.serve()
    equal(server.status()["NoNewPrivs"], "1")
    limits = {line[:26].strip(): line[26:].split() for line in open(f"/proc/{server.process.pid}/limits")}
    equal(limits["Max core file size"][:2], ["0", "0"])
    equal(limits["Max open files"][0], limits["Max open files"][1])


def what_is_in_force_is_logged(server):
    server.serve()
    seccomp = server.status()["Seccomp"] == "2"
    server.stop()   # the log is complete then
    started, = [line for line in server.log().splitlines() if " started " in line]
    assert ("no seccomp" in started) != seccomp, started
    with open(os.path.join(server.home, "off.toml"), "w") as file:
        file.write("[process]\nseccomp = false\nlandlock = false\n")
    server.serve(*AS_ROOT, "--config", file.name)
    equal(server.status()["Seccomp"], "0")
    server.stop()
    assert "no landlock, no seccomp" in server.log().splitlines()[-1], server.log()
    return started.split("detail=")[1]


def the_last_tenth_of_the_descriptors_is_not_for_new_clients(server):
    server.limits = {resource.RLIMIT_NOFILE: (FEW_DESCRIPTORS, FEW_DESCRIPTORS)}
    with open(os.path.join(server.home, "many.toml"), "w") as file:
        file.write("[limits]\nconnections_per_address = 1000\nconnections_per_address_not_logged_in = 1000\n")
    server.serve(*AS_ROOT, "--config", file.name)
    server.add_user("alice")
    alice = server.logged_in("alice")
    clients = [server.connect(f"waiting{n}") for n in range(FEW_DESCRIPTORS)]
    greeted = 0
    with contextlib.suppress(Exception):
        for client in clients:
            client.deadline = 2
            client.greet()
            greeted += 1
    used = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    assert 10 < greeted < FEW_DESCRIPTORS and used <= FEW_DESCRIPTORS * 9 // 10, f"{greeted} greeted, {used} used"
    alice.command("SELECT INBOX")
    for client in clients[:greeted]:
        client.close()
    clients[greeted].deadline = 10
    clients[greeted].greet()
    for client in clients[greeted:]:
        client.close()
    server.stop()
    equal(server.log().count("descriptors or memory used up"), 1)
    return f"{greeted} of {FEW_DESCRIPTORS} were greeted with {used} descriptors in use"


if __name__ == "__main__":
    main(as_root_it_warns_unless_told_by_name, root_binds_the_ports_and_becomes_the_user,
         only_root_becomes_somebody_else, no_privileges_no_core_and_all_descriptors, what_is_in_force_is_logged,
         the_last_tenth_of_the_descriptors_is_not_for_new_clients, world=world)
