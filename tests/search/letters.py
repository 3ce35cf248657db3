"""Messages made up from a seed: threads, subjects that were answered and forwarded, names and texts in several charsets."""

import base64
import datetime
import quopri
import re

WORDS = ("alpha beta gamma delta Omega report Invoice lunch Übergröße naïve Ελλάδα Привет ångström façade _under zebra "
         "meeting Zürich 100% [draft] don't").split()
LATIN = [word for word in WORDS if word.encode("latin-1", "ignore").decode("latin-1") == word]
NAMES = ["", "Ann Bee", "Zed", "Änne Öst", "aaron", "Ноra"]
MAILBOXES = ["ann@example.com", "Bob@example.org", "zed@example.net", "_u@example.com", "mike.m@example.org"]
WRAPS = ["{}", "{}", "Re: {}", "RE: re: {}", "[list] {}", "Re: [list] {}", "{} (fwd)", "Fwd: {}", "[Fwd: {}]", "Re[2]: {}",
         "[a] [b] {}", "re : {}", "[{}]"]
ZONES = ["+0000", "-0500", "+0330", "+1300"]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def encoded(text, random):
    """As a header has it: as it is, or in encoded words."""
    if text.isascii() and random.random() < 0.8:
        return text
    if random.random() < 0.1:                             # not of its charset, or in an unknown one
        words = re.sub(r"[^A-Za-z0-9]", lambda c: "".join(f"={b:02X}" for b in c[0].encode()), text)
        return f"=?{random.choice(['x-none', 'iso-2022-jp', 'utf-8'])}?q?{words}{random.choice(['', '=FF'])}?="
    if random.random() < 0.5:
        return "=?UTF-8?B?" + base64.b64encode(text.encode()).decode() + "?="
    return "=?utf-8?q?" + "".join(chr(b) if chr(b).isalnum() and b < 128 else "_" if b == 32 else f"={b:02X}"
                                  for b in text.encode()) + "?="


def address(random):
    name, mailbox = random.choice(NAMES), random.choice(MAILBOXES)
    return f"{encoded(name, random)} <{mailbox}>" if name else mailbox


def phrase(random, words=WORDS, most=3):
    return " ".join(random.choice(words) for _ in range(random.randint(1, most)))


def date(random):
    return (f"{random.randint(1, 28)} {random.choice(MONTHS[:4])} 2026 {random.randint(0, 23):02d}:"
            f"{random.randint(0, 59):02d}:00 {random.choice(ZONES)}")


def header(random, number, many):
    near = lambda: f"<m{max(0, min(many - 1, number + random.randint(-8, 8)))}@example.com>"
    lines = []
    if random.random() < 0.9:
        lines.append("Message-ID: " + (f"<m{number}@example.com>" if random.random() < 0.95 else near()))
    if random.random() < 0.95:
        lines.append("Date: " + date(random))
    if random.random() < 0.95:
        lines.append("Subject: " + encoded(random.choice(WRAPS).format(phrase(random, most=2)), random))
    if random.random() < 0.6:
        lines.append("References: " + "\r\n ".join(near() for _ in range(random.randint(1, 4))))
    if random.random() < 0.3:
        lines.append("In-Reply-To: " + near())
    for name, odds in ("From", 0.95), ("To", 0.9), ("Cc", 0.4), ("Bcc", 0.1):
        if random.random() < odds:
            lines.append(f"{name}: " + ", ".join(address(random) for _ in range(random.randint(1, 2))))
    if random.random() < 0.3:
        lines.append("X-Label: " + phrase(random, LATIN))
    return lines


def text_part(random):
    """The lines of a part's header, and its body."""
    charset = random.choice(["us-ascii", "utf-8", "iso-8859-1", "koi8-r"])
    words = {"utf-8": WORDS, "iso-8859-1": LATIN, "koi8-r": ["Привет", "alpha", "beta"]}.get(
        charset, [word for word in WORDS if word.isascii()])
    octets = "\r\n".join(phrase(random, words, 8) for _ in range(random.randint(1, 4))).encode(charset) + b"\r\n"
    encoding = random.choice(["base64", "quoted-printable"] + (["7bit"] if octets.isascii() else ["8bit"]))
    if encoding == "base64":
        octets = base64.encodebytes(octets).replace(b"\n", b"\r\n")
    elif encoding == "quoted-printable":
        octets = quopri.encodestring(octets.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    subtype = random.choice(["plain", "plain", "html"])
    return [f"Content-Type: text/{subtype}; charset={charset}", f"Content-Transfer-Encoding: {encoding}"], octets


def part(random, depth):
    kind = random.random()
    if depth == 0 or kind < 0.6:
        return text_part(random)
    if kind < 0.7:
        octets = base64.encodebytes(bytes(random.randrange(256) for _ in range(60))).replace(b"\n", b"\r\n")
        return ["Content-Type: application/octet-stream; name=" + random.choice(MAILBOXES).partition("@")[0],
                "Content-Transfer-Encoding: base64"], octets
    if kind < 0.8:
        lines, body = part(random, depth - 1)
        return ["Content-Type: message/rfc822"], "\r\n".join(header(random, 0, 1) + lines).encode() + b"\r\n\r\n" + body
    boundary = f"b{depth}-{random.randrange(10**6)}"
    octets = b""
    for _ in range(random.randint(1, 3)):
        lines, body = part(random, depth - 1)
        octets += f"--{boundary}\r\n".encode() + "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"\r\n"
    return [f"Content-Type: multipart/{random.choice(['mixed', 'alternative'])}; boundary={boundary}"], \
        octets + f"--{boundary}--\r\n".encode()


def message(random, number, many):
    lines, body = part(random, 2)
    return "\r\n".join(header(random, number, many) + ["MIME-Version: 1.0"] + lines).encode() + b"\r\n\r\n" + body


def arrival(random):
    zone = random.choice(ZONES)
    minutes = int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[3:]))
    return datetime.datetime(2026, random.randint(1, 4), random.randint(1, 28), random.randint(0, 23), 30,
                             tzinfo=datetime.timezone(datetime.timedelta(minutes=minutes)))


def internal_date(when):
    return f"{when.day:2d}-{MONTHS[when.month - 1]}-{when.year} {when:%H:%M:%S %z}"
