"""One IMAP connection as bytes: cuts what the server sends into responses and records every byte of it."""

import re
import socket
import time
import zlib

TAGGED_REFUSAL = re.compile(rb"(?:\A|\r\n)t\d+ (?:NO|BAD) ")
LITERAL_AT_END = re.compile(rb"~?\{(\d+)\}\Z")


class Closed(Exception):
    """The server closed the connection."""


class Late(Exception):
    """The deadline passed before a complete response arrived; the text says what had arrived."""


class Refused(Exception):
    """A tagged NO or BAD, or BYE, where OK was needed."""


class Connection:
    """Responses are bytes without the final CRLF, literals included. Not safe for several threads."""

    spoil = None   # for tests of the tests: a function that changes what was received

    def __init__(self, address, record=None, deadline=10.0, source=""):
        """`address` is (host, port); `record` a path that gets each byte received; `deadline` seconds; `source` the own
        host, empty for any."""
        self.socket = socket.create_connection(address, timeout=deadline, source_address=(source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.deadline = deadline
        self.buffer = b""
        self.tags = 0
        self.record = open(record, "wb") if record else None
        self.deflater = self.inflater = None   # while both directions are compressed

    def send(self, data):
        if self.deflater:
            data = self.deflater.compress(data) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        self.socket.sendall(data)

    def start_tls(self, context, host="localhost"):
        """Encrypts the connection from here on; `context` is an ssl.SSLContext. ssl.SSLError when the handshake fails."""
        self.socket.settimeout(self.deadline)
        self.socket = context.wrap_socket(self.socket, server_hostname=host)

    def start_compression(self):
        """From here on both directions are compressed. RFC 4978: raw DEFLATE."""
        self.deflater, self.inflater = zlib.compressobj(wbits=-15), zlib.decompressobj(wbits=-15)

    def stop_compression(self):
        self.deflater = self.inflater = None

    def hang_up(self):
        """Sends nothing more; what the server still sends can be read."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()
        if self.record:
            self.record.close()
            self.record = None

    def response(self, deadline=None):
        """The next whole response. Closed at the end of the stream, Late after `deadline` seconds."""
        until = time.monotonic() + (deadline or self.deadline)
        at = 0
        while True:
            end = self._find_line_end(at, until)
            literal = LITERAL_AT_END.search(self.buffer, at, end)
            if not literal:
                break
            at = end + 2 + int(literal.group(1))
        whole, self.buffer = self.buffer[:end], self.buffer[end + 2:]
        return whole

    def at_end(self, deadline=None):
        """True if the server closes the connection without sending anything more."""
        until = time.monotonic() + (deadline or self.deadline)
        try:
            while not self.buffer:
                self._receive(until)
        except Closed:
            return True
        return False

    def greet(self):
        """Reads the greeting and returns it."""
        return self.response()

    def command(self, text, literals=()):
        """Sends `text`, with each literal at the next "+", and gives (untagged responses, tagged rest).

        Anything but a tagged OK raises Refused.
        """
        lines, tagged = self.any_command(text, literals)
        if not tagged.startswith(b"OK"):
            raise Refused(f"{text!r}: {tagged!r}")
        return lines, tagged

    def any_command(self, text, literals=()):
        """As command(), but returns a NO or BAD as well."""
        self.tags += 1
        tag = b"t%d" % self.tags
        self.send(tag + b" " + _bytes(text) + b"\r\n")
        return self._until_tagged(tag, list(literals))

    def exchange(self, commands):
        """Sends commands in one write and returns all that comes as one piece, after the last one's tagged line.

        For answers without literals that hold such a line. A tagged NO or BAD among them raises Refused.
        """
        tags = [b"t%d" % (self.tags + n) for n in range(1, len(commands) + 1)]
        self.tags += len(commands)
        self.send(b"".join(tag + b" " + _bytes(text) + b"\r\n" for tag, text in zip(tags, commands)))
        whole = self._until_line(b"\r\n" + tags[-1] + b" ")
        if whole.count(b" OK ") < len(tags) or TAGGED_REFUSAL.search(whole):
            raise Refused(f"{commands}: {whole!r}")
        return whole

    def login(self, user, password):
        return self.command(f"LOGIN {user} {password}")

    def append(self, mailbox, message, flags="", date=""):
        """APPENDs `message` (bytes); returns the tagged rest, which holds APPENDUID."""
        head = " ".join(part for part in ("APPEND", mailbox, flags, date, "{%d}" % len(message)) if part)
        return self.command(head, [message])[1]

    def _until_tagged(self, tag, literals):
        lines = []
        while True:
            line = self.response()
            if line.startswith(b"+") and literals:
                self.send(literals.pop(0) + b"\r\n")
            elif line.startswith(tag + b" "):
                return lines, line[len(tag) + 1:]
            else:
                lines.append(line)

    def _until_line(self, start):
        """All up to the end of the line that begins with `start`, a line break and what follows it."""
        until = time.monotonic() + self.deadline
        self.buffer = b"\r\n" + self.buffer
        searched = 0
        while (at := self.buffer.find(start, searched)) < 0:
            searched = max(0, len(self.buffer) - len(start))
            self._receive(until)
        end = self._find_line_end(at + 2, until) + 2
        whole, self.buffer = self.buffer[2:end], self.buffer[end:]
        return whole

    def _find_line_end(self, at, until):
        while True:
            end = self.buffer.find(b"\r\n", at) if len(self.buffer) > at else -1
            if end >= 0:
                return end
            self._receive(until)

    def _receive(self, until):
        left = until - time.monotonic()
        if left <= 0:
            raise Late(f"had only {self.buffer!r}")
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(65536)
        except socket.timeout:
            raise Late(f"had only {self.buffer!r}") from None
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(f"closed after {self.buffer!r}")
        if self.inflater:
            data = self.inflater.decompress(data)
        if Connection.spoil:
            data = Connection.spoil(data)
        if self.record:
            self.record.write(data)
            self.record.flush()
        self.buffer += data


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode()
