"""The real server as a child process in a directory of its own, on a port of the kernel's choice."""

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

from tests.run.wire import Connection

PASSWORD = "secret"
# `postbag serve` as root wants to be asked for it by name.
AS_ROOT = ["--user", "root"] if os.geteuid() == 0 else []
# A sanitizer slows the parser down: what one call has to parse is bounded, not its time.
STREAMS_AT_ONCE = 50


class ServerFailed(Exception):
    """The server did not start, did not end well, or a wire stream does not parse."""


class Server:
    """Start it, use it, stop() it; as a context manager it stops at the end. All its files are below `self.home`."""

    def __init__(self, postbag, wirecheck=None, config="", below=None, deadline=30.0):
        """`config` is the text of its configuration file; its home is made in the directory `below`."""
        assert postbag, "--postbag says which program to test"
        self.postbag = postbag
        self.wirecheck = wirecheck
        self.deadline = deadline
        self.home = tempfile.mkdtemp(prefix="postbag-test-", dir=below)
        self.data = os.path.join(self.home, "data")
        self.wire = os.path.join(self.home, "wire")
        self.under = []   # the command of a program that runs it
        self.process = None
        self.address = None
        self.tls_address = None   # of the first in listen_tls
        self.streams = 0
        self.accounts = 0
        os.makedirs(self.wire, exist_ok=True)
        self.configure(config)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
            self.check_wire()
        else:
            if self.process and self.process.poll() is not None:
                print("the server died:\n" + self.log_tail())
            self.kill()
        self.clean()

    def start(self):
        """Returns when the server accepts connections."""
        log = open(os.path.join(self.home, "log"), "ab")
        command = [*self.under, self.postbag, "serve", "--dir", self.data, "--listen", "127.0.0.1:0", *AS_ROOT]
        if self.config:
            command += ["--config", self.config]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        log.close()
        self._get_ready()

    def _get_ready(self):
        ready = json.loads(self._first_line())
        if ready.get("ready") is not True or ready.get("pid") != self.process.pid:
            raise ServerFailed(f"the ready line is {ready}")
        self.address = split(ready["imap"][0])
        self.tls_address = split(ready["imaps"][0]) if ready["imaps"] else None

    def restart(self, config=""):
        """Stops the server and starts it with another configuration."""
        self.stop()
        self.configure(config)
        self.start()

    def add_user(self, name=None):
        """Adds an account with PASSWORD and returns its name; without `name` that is a new one of 7 letters."""
        self.accounts += 1
        name = name or f"user{self.accounts:03d}"
        self.run("user", "add", name, "--dir", self.data, input=PASSWORD.encode() + b"\n")
        return name

    def run(self, *arguments, input=b""):
        """Runs another `postbag` subcommand and returns its stdout. ServerFailed when it does not exit with 0."""
        done = subprocess.run([self.postbag, *arguments], input=input, capture_output=True, timeout=self.deadline)
        if done.returncode != 0:
            raise ServerFailed(f"postbag {' '.join(arguments)}: exit {done.returncode}: {done.stderr.decode()}")
        return done.stdout

    def connect(self, name="session", deadline=10.0):
        """A new connection whose bytes are kept for check_wire(); the greeting is not yet read."""
        return Connection(self.address, self.stream_path(name), deadline)

    def connect_tls(self, context, host="localhost", name="session", deadline=10.0):
        """The same with implicit TLS: `context` is an ssl.SSLContext. ssl.SSLError when the handshake fails."""
        connection = Connection(self.tls_address, self.stream_path(name), deadline)
        try:
            connection.start_tls(context, host)
        except OSError:
            connection.close()
            raise
        return connection

    def logged_in(self, user, name="session", deadline=10.0):
        connection = self.connect(name, deadline)
        connection.greet()
        connection.login(user, PASSWORD)
        return connection

    def stream_path(self, name):
        """A fresh path for the bytes of one connection."""
        self.streams += 1
        return os.path.join(self.wire, f"{self.streams:04d}-{name}")

    def stop(self):
        """Ends the server as an administrator does; ServerFailed unless it exits with 0."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=self.deadline)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerFailed("the server did not end after SIGTERM\n" + self.log_tail()) from None
        self._close()
        if code != 0:
            raise ServerFailed(f"the server ended with {code}\n" + self.log_tail())

    def kill(self):
        """Ends the server without warning."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._close()

    def check_wire(self):
        """Parses every recorded stream with the response grammar."""
        streams = sorted(os.path.join(self.wire, name) for name in os.listdir(self.wire))
        streams = [path for path in streams if os.path.getsize(path) > 0]
        if not self.wirecheck or not streams:
            return
        for first in range(0, len(streams), STREAMS_AT_ONCE):
            self._check_streams(streams[first:first + STREAMS_AT_ONCE])

    def _check_streams(self, streams):
        # A program may hang up, and a killed server fall silent, in the middle of a response.
        done = subprocess.run([self.wirecheck, "--may-end-early", *streams], capture_output=True, timeout=300)
        if done.returncode != 0:
            raise ServerFailed("wirecheck: " + (done.stdout + done.stderr).decode(errors="replace"))

    def clean(self):
        if not os.environ.get("POSTBAG_KEEP"):
            shutil.rmtree(self.home, ignore_errors=True)

    def log_tail(self, size=6000):
        with open(os.path.join(self.home, "log"), "rb") as log:
            return log.read()[-size:].decode(errors="replace")

    def await_log(self, text, count=1, seconds=20):
        """The lines of the log that have the text, once these are `count`: the log is written a moment later. ServerFailed
        when there are not so many in time."""
        until = time.monotonic() + seconds
        while len(found := [line for line in self.log_tail(1_000_000).splitlines() if text in line]) < count:
            if time.monotonic() > until:
                raise ServerFailed(f"{text!r} is not {count} times in the log: {self.log_tail()}")
            time.sleep(0.02)
        return found

    def _close(self):
        self.process.stdout.close()
        self.process = None

    def _first_line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], self.deadline)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.kill()
            raise ServerFailed("the server did not get ready\n" + self.log_tail())
        return line

    def configure(self, text):
        """The text of the configuration file that the next start() uses."""
        self.config = os.path.join(self.home, "postbag.toml") if text else None
        if self.config:
            with open(self.config, "w") as file:
                file.write(text)


def split(address):
    """"127.0.0.1:143" as a pair."""
    host, _, port = address.rpartition(":")
    return host, int(port)
