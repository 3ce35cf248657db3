"""A mail server's side of the Dovecot authentication protocol, written from its description and from nothing of ours."""

import base64
import socket

from tests.run.sasl import b64, plain
from tests.run.wire import Late

REMOTE = "203.0.113.9"
HELLO = "VERSION\t1\t1\nCPID\t4711\n"


class Asker:
    """A connection to one of the sockets. `greeting` is what the server said first, up to DONE or SPID."""

    def __init__(self, path, last="DONE", hello=HELLO, deadline=20.0):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(deadline)
        self.socket.connect(path)
        self.rest = b""
        self.kept = []
        self.greeting = [self.line()]
        while self.greeting[-1][0] != last:
            self.greeting.append(self.line())
        self.send(hello)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def line(self):
        """The fields of the next line; None at the end of the connection."""
        while b"\n" not in self.rest:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            except TimeoutError:
                raise Late("no line from the authentication socket") from None
            if not more:
                return None
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return line.decode().split("\t")

    def auth(self, id, mechanism, *options, initial=None, remote=REMOTE, service="smtp", secured=True):
        """Begins an exchange as Postfix does."""
        fields = ["AUTH", str(id), mechanism, f"service={service}", "nologin", "lip=127.0.0.1"]
        fields += [f"rip={remote}"] if remote else []
        fields += ["secured"] if secured else []
        fields += [*options] + ([] if initial is None else [f"resp={initial}"])
        self.send("\t".join(fields) + "\n")

    def answer(self, id):
        """The next line about this request; those about others are kept for theirs."""
        for at, line in enumerate(self.kept):
            if line[1] == str(id):
                return self.kept.pop(at)
        while True:
            line = self.line()
            if line is None or line[1] == str(id):
                return line
            self.kept.append(line)

    def exchange(self, id, mechanism, answers, **how):
        """Runs a whole exchange; `answers` gets each challenge and gives the response. The last line."""
        self.auth(id, mechanism, **how)
        while True:
            line = self.answer(id)
            if line is None or line[0] != "CONT":
                return line
            self.send(f"CONT\t{id}\t{b64(answers(base64.b64decode(line[2], validate=True)))}\n")

    def plain(self, user, password, id=1, authzid="", **how):
        self.auth(id, "PLAIN", initial=plain(user, password, authzid), **how)
        return self.answer(id)

    def at_end(self):
        return self.line() is None
