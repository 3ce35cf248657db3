"""Reads a transcript file into scenarios. tests/transcripts/README.md describes the format."""

import re

NAME = r"[a-z][a-z0-9]*"
LINE = re.compile(rf"(?:({NAME})\s+)?([CS])([:|>~?])(?: (.*))?\Z")
DEFAULT_SESSION = "me"
HEX = re.compile(r"%\{((?:[0-9a-f]{2})+)\}")
REPEAT = re.compile(r"%\{([^{}]+)\*(\d+)\}")
COUNTED = re.compile(r"\{(\d+)\}\Z")
OPEN_COUNT = re.compile(r"\{(\+?)\}\Z")


class Malformed(Exception):
    """The transcript itself is wrong; the text begins with file:line."""


class Step:
    """One step of a scenario. `kind`: given, send, hang up, expect, eof."""

    def __init__(self, kind, line, session=None, text="", modes="", data=""):
        self.kind, self.line, self.session = kind, line, session
        self.text, self.modes, self.data = text, modes, data


class Scenario:
    def __init__(self, title, line):
        self.title, self.line, self.steps = title, line, []


class Transcript:
    """`config` is TOML for the server, `scenarios` what to play, each with an account of its own."""

    def __init__(self, path):
        self.path, self.config, self.scenarios = path, "", []


def read(path):
    """The transcript in the file. Malformed when a line has no meaning."""
    with open(path, encoding="latin-1", newline="\n") as file:
        return Reader(path, file.read().split("\n")).transcript()


class Reader:
    def __init__(self, path, lines):
        self.result = Transcript(path)
        self.lines = lines
        self.at = 0

    def transcript(self):
        while self.at < len(self.lines):
            line = self.lines[self.at].rstrip("\r")
            self.at += 1
            self._line(line)
        return self.result

    def _line(self, line):
        if line.startswith("=== "):
            self.result.scenarios.append(Scenario(line[4:], self.at))
        elif line.startswith("config "):
            self.result.config += line[7:] + "\n"
        elif line.startswith("given "):
            self._add(Step("given", self.at, text=line[6:], data=self._indented()))
        elif line and not line.startswith("#"):
            self._spoken(line)

    def _indented(self):
        """The bytes of the `| ` lines that follow, each ended with CRLF; a `\\` at the end of the last removes that."""
        data = ""
        while self.at < len(self.lines) and re.match(r"\|( |$)", self.lines[self.at]):
            data += unescaped(self.lines[self.at][2:]) + "\r\n"
            self.at += 1
        return without_last_break(data)

    def _spoken(self, line):
        found = LINE.match(line)
        if not found:
            self._fail("neither a comment, given, config, ===, C: nor S:")
        named, side, modes, text = found.groups()
        session, begin = named or DEFAULT_SESSION, self.at
        if side == "C" and (modes, text) == (":", "EOF"):
            self._add(Step("hang up", begin, session))
        elif side == "C":
            self._add(Step("send", begin, session, self._sent(named, modes, text or "")))
        elif text == "EOF":
            self._add(Step("eof", begin, session))
        else:
            self._add(Step("expect", begin, session, self._response(named, unescaped(text or "")), modes))

    def _sent(self, named, modes, text):
        """The bytes of a client's line; its data lines are a send of their own, `{}` counts those that come next."""
        if modes == "|":
            self.at -= 1
            return self._data(named, "C")
        if OPEN_COUNT.search(text):
            text = OPEN_COUNT.sub(lambda found: f"{{{self._size_ahead(named)}{found.group(1)}}}", text)
        return unescaped(text) + ("" if modes == ">" else "\r\n")

    def _size_ahead(self, named):
        """The octets of the session's next data lines."""
        here = self.at
        while self.at < len(self.lines) and not self._is_data(named, "C"):
            self.at += 1
        size = len(self._data(named, "C"))
        self.at = here
        return size

    def _response(self, named, text):
        """`text` and what belongs to its literals, taken from the lines that follow."""
        while True:
            counted = COUNTED.search(text)
            if OPEN_COUNT.search(text):
                data = self._data(named, "S")
                text = f"{OPEN_COUNT.sub('', text)}{{{len(data)}}}\r\n{data}{self._next(named)}"
            elif counted:
                text = self._counted(named, text + "\r\n", int(counted.group(1)))
            else:
                return text

    def _counted(self, named, text, size):
        want = len(text) + size
        while True:
            text += self._next(named)
            if len(text) >= want:
                return text
            text += "\r\n"

    def _is_data(self, named, side):
        found = LINE.match(self.lines[self.at])
        return bool(found) and found.group(1, 2, 3) == (named, side, "|")

    def _data(self, named, side):
        """The session's data lines from here on, each ended with CRLF; see without_last_break()."""
        data = ""
        while self.at < len(self.lines) and self._is_data(named, side):
            data += unescaped(LINE.match(self.lines[self.at]).group(4) or "") + "\r\n"
            self.at += 1
        return without_last_break(data)

    def _next(self, named):
        found = LINE.match(self.lines[self.at]) if self.at < len(self.lines) else None
        if not found or found.group(1) != named or found.group(2) != "S":
            self._fail("the response ends inside a literal")
        self.at += 1
        return unescaped(found.group(4) or "")

    def _add(self, step):
        if not self.result.scenarios:
            self._fail("a scenario begins with === and a title")
        self.result.scenarios[-1].steps.append(step)

    def _fail(self, why):
        raise Malformed(f"{self.result.path}:{self.at}: {why}")


def unescaped(text):
    """%{0d0a} gives those bytes, %{a*5} gives aaaaa."""
    text = REPEAT.sub(lambda found: found.group(1) * int(found.group(2)), text)
    return HEX.sub(lambda found: bytes.fromhex(found.group(1)).decode("latin-1"), text)


def without_last_break(data):
    return data[:-3] if data.endswith("\\\r\n") else data
