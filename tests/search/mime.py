"""What a message says, broken or not: its parts, and the readable text of its fields and parts. Written from the RFCs
and from "What broken messages mean" in ../messages/README.md; shares nothing with the server."""

import codecs
import re

from tests.messages import rules

LONGEST_BOUNDARY = 200
LINE_END = re.compile(rb"\r?\n\Z")
EMPTY_LINE = re.compile(rb"\r*\n\Z")
REPORTS = {"message/" + subtype for subtype in (
    "delivery-status", "disposition-notification", "feedback-report", "global-delivery-status", "global-headers",
    "global-disposition-notification", "tracking-status")}
PASSED_ON = {"", "us-ascii", "utf-8", "utf8"}
# What writers mean by these names: "Charset names" in ../messages/README.md.
MEANT = {"ks_c_5601-1987": "cp949", "euc-kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "x-sjis": "cp932",
         "shift_jis": "cp932", "iso-8859-1": "cp1252"}
WORD = re.compile(r"=\?([^?*]+)(?:\*[^?]*)?\?([bBqQ])\?([^?]*)\?=")
WORDS = re.compile(rf"{WORD.pattern}(?:\s*{WORD.pattern})*")
COMMENT_OR_QUOTED = re.compile(r'"(?:\\.|[^"\\])*(?:"|\Z)|\([^()]*\)', re.S)


class Part:
    """`header` and `body` are bytes; a multipart and an embedded message have `children` instead of a text."""

    def __init__(self, header, default):
        self.header, self.body, self.children = header, b"", []
        self.fields = fields_of(header)
        self.type, self.parameters = content_type(self.first("content-type"), default)
        self.encoding = uncommented(self.first("content-transfer-encoding") or "").strip().lower() or "7bit"
        self.searched = self.type.startswith("text/") or self.type in REPORTS
        if self.type == "message/global" and self.encoding in ("base64", "quoted-printable"):
            self.hide()

    def hide(self):
        """A message that is encoded is no message to clients, but searched."""
        self.type, self.searched = "application/octet-stream", True

    def first(self, name):
        return next((value.strip(" \t") for field, value in self.fields if field.lower() == name), None)

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def texts(self):
        """What a reader sees of a text, and its octets when they are not of its charset; none when this is no text."""
        if not self.searched:
            return []
        encoding = self.encoding.encode()
        octets = rules.decoded(self.body, encoding) if encoding in rules.DECODABLE else self.body
        charset = self.parameters.get("charset", "")
        return [in_charset(octets, charset)] + ([] if is_of_charset(octets, charset) else [utf8(octets)])


class Reader:
    """Goes through the lines of a message once. `open` holds the boundaries of the multiparts that are not
    closed, and the white space that was written at their ends."""

    def __init__(self, raw):
        self.lines, self.at, self.open = lines_of(raw), 0, []

    def delimiter(self):
        """(place in `open`, whether it closes) of this line's delimiter: the longest, of equal ones the innermost."""
        line = self.lines[self.at]
        fits = [(len(boundary), place) for place, (boundary, _) in enumerate(self.open) if line.startswith(b"--" + boundary)]
        if not fits:
            return None
        size, place = max(fits)
        return place, line[2 + size:].removeprefix(self.open[place][1]).startswith(b"--")

    def ended(self):
        return self.at == len(self.lines) or self.delimiter() is not None

    def until_delimiter(self):
        """All lines up to there; the line end before a delimiter is the delimiter's."""
        begin = self.at
        while not self.ended():
            self.at += 1
        return self.taken(begin)

    def taken(self, begin):
        octets = b"".join(self.lines[begin:self.at])
        return octets if self.at == len(self.lines) else LINE_END.sub(b"", octets)

    def header(self, default):
        begin = self.at
        while not self.ended() and not self.at_own_parts(b"".join(self.lines[begin:self.at]), default):
            self.at += 1
            if EMPTY_LINE.match(self.lines[self.at - 1]):
                break
        return b"".join(self.lines[begin:self.at])

    def at_own_parts(self, header, default):
        """True if this line is the first delimiter of the multipart whose header is read."""
        if not self.lines[self.at].startswith(b"--"):
            return False
        part = Part(header, default)
        own = boundary_of(part) if part.type.startswith("multipart/") else b""
        return bool(own) and self.lines[self.at].startswith(b"--" + own)

    def part(self, default="text/plain"):
        part = Part(self.header(default), default)
        begin = self.at
        if part.type == "message/rfc822" and part.encoding == "base64" and not self.ended() \
                and b":" not in self.lines[self.at]:
            part.hide()
        if part.type.startswith("multipart/"):
            part.children = self.parts(part)
        elif part.type in ("message/rfc822", "message/global"):
            part.children = [self.part()]
        else:
            self.until_delimiter()
        part.body = self.taken(begin)
        return part

    def parts(self, part):
        boundary, begin, children = boundary_of(part), self.at, []
        if boundary:
            self.open.append((boundary, written_boundary(part)[len(boundary):]))
            children = self.between_delimiters(part)
            self.open.pop()
        self.until_delimiter()
        if not children:
            children = [Part(b"", "text/plain")]
            children[0].body = self.taken(begin)
        return children

    def between_delimiters(self, part):
        own, children = len(self.open) - 1, []
        self.until_delimiter()
        while self.at < len(self.lines):
            place, closes = self.delimiter()
            if place < own:
                break
            self.at += 1
            if closes:
                break
            children.append(self.part("message/rfc822" if part.type == "multipart/digest" else "text/plain"))
        return children


def written_boundary(part):
    return part.parameters.get("boundary", "").encode("utf-8", "surrogateescape")


def boundary_of(part):
    """Without white space at its end; none when it is too long."""
    boundary = written_boundary(part).rstrip(b" \t")
    return boundary if len(boundary) <= LONGEST_BOUNDARY else b""


def parsed(raw):
    return Reader(raw).part()


def lines_of(raw):
    """Each with its line end, CRLF or LF; CR alone is none."""
    return re.findall(rb"[^\n]*\n|[^\n]+\Z", raw)


def utf8(octets):
    return octets.decode("utf-8", "surrogateescape")


# Fields


def header_lines(header):
    """Unfolded, as text; lines that are no field are among them."""
    unfolded = re.sub(rb"\r?\n(?=[ \t])", b"", header)
    return [utf8(LINE_END.sub(b"", line)) for line in lines_of(unfolded) if LINE_END.sub(b"", line)]


def fields_of(header):
    """(name, value) as they are written, but unfolded."""
    pairs = (line.partition(":") for line in header_lines(header) if ":" in line and not line.startswith((" ", "\t")))
    return [(name.rstrip(" \t"), value) for name, _, value in pairs if name.strip(" \t")]


def readings(text):
    """With the words decoded, and as octets when some are not of their charset. RFC 5255 section 4.6 (c)."""
    doubtful = []

    def check(octets, charset):
        doubtful.extend([] if is_of_charset(octets, charset) else [octets])
        return utf8(octets)

    octets = decoded_words(text, check)
    return [decoded_words(text)] + ([octets] if doubtful else [])


def decoded_words(text, convert=None):
    """RFC 2047. Space between two words goes (section 6.2); words in one charset are decoded together."""
    convert = convert or in_charset

    def of_run(run):
        pieces = []
        for charset, encoding, content in WORD.findall(run[0]):
            octets = word_octets(encoding, content)
            if pieces and pieces[-1][0].lower() == charset.lower():
                pieces[-1][1] += octets
            else:
                pieces.append([charset, octets])
        return "".join(convert(octets, charset) for charset, octets in pieces)

    return WORDS.sub(of_run, text)


def word_octets(encoding, content):
    octets = content.encode("utf-8", "surrogateescape")
    if encoding in "bB":
        return rules.base64_of(octets)
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), octets.replace(b"_", b" "))


def codec_of(charset):
    """Python's; None for a charset that nobody knows."""
    try:
        return codecs.lookup(MEANT.get(charset.lower(), charset)).name
    except LookupError:
        return None


def in_charset(octets, charset):
    """Octets in a charset that nobody knows are taken as they are."""
    codec = None if charset.lower() in PASSED_ON else codec_of(charset)
    return octets.decode(codec, "replace") if codec else utf8(octets)


def is_of_charset(octets, charset):
    codec = "latin-1" if charset.lower() in PASSED_ON else codec_of(charset)
    try:
        octets.decode(codec or "")
    except (LookupError, UnicodeDecodeError):
        return False
    return True


def uncommented(value):
    """Comments, also in each other, become a space; those in quoted strings are text."""
    while True:
        shorter = COMMENT_OR_QUOTED.sub(lambda m: m[0] if m[0].startswith('"') else " ", value)
        if shorter == value:
            return value
        value = shorter


def content_type(value, default):
    """(type, {name: value}). RFC 2045 section 5; what cannot be read is text/plain."""
    if value is None:
        return default, {}
    first, *rest = re.findall(r'((?:"(?:\\.|[^"\\])*(?:"|\Z)|[^;"])*)(?:;|\Z)', uncommented(value)) or [""]
    match = re.fullmatch(r"([^\s/]+)\s*/\s*([^\s/]+)", first.strip())
    return (f"{match[1]}/{match[2]}".lower(), parameters(rest)) if match else ("text/plain", {})


def parameters(pieces):
    """Of equal names the first; boundary*0, boundary*1 (RFC 2231 section 3) are joined."""
    found = {}
    for piece in pieces:
        name, sign, value = (side.strip() for side in piece.partition("="))
        if not sign or not name or not value:
            continue
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", re.match(r'"((?:\\.|[^"\\])*)', value)[1])
        found.setdefault(name.lower(), value)
    for name in [name[:-2] for name in found if name.endswith("*0")]:
        continued = [found[f"{name}*{n}"] for n in range(len(found)) if f"{name}*{n}" in found]
        found.setdefault(name, "".join(continued))
    return found
