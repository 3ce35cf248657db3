"""Envelopes, structures and sizes of 2 000 made-up messages against Dovecot. Skipped where there is none."""

import collections
import re
from random import Random

from tests.messages import made_up, values
from tests.run import dovecot
from tests.run.program import Skipped, main

ITEMS = "RFC822.SIZE ENVELOPE BODYSTRUCTURE"


def fetched(client, messages):
    client.command("CREATE Made-up")
    made_up.append_all(client, "Made-up", messages)
    client.command("SELECT Made-up")
    items = [values.fetched(line) for line in client.command(f"FETCH 1:* ({ITEMS})")[0] if b" FETCH (" in line]
    assert len(items) == len(messages), f"{len(items)} answers for {len(messages)} messages"
    return items


class Pair:
    """One part, as both have it, and which one: the first part of the second is 2.1."""

    def __init__(self, ours, theirs, raw, parent=None, number=""):
        self.ours, self.theirs, self.raw, self.parent, self.number = ours, theirs, raw, parent, number

    def children(self):
        dot = "." if self.number else ""
        for n, (ours, theirs) in enumerate(zip(self.ours.children, self.theirs.children), 1):
            yield Pair(ours, theirs, self.raw, self, f"{self.number}{dot}{n}")


def with_crlf(raw):
    """The line ends that Dovecot counts, whatever there was; CR alone only stays in the middle."""
    return re.sub(rb"\r?\n", b"\r\n", raw).removesuffix(b"\r")


def last_line(raw):
    return raw.rpartition(b"\n")[2]


# The differences that DIFFERENCES.md explains, by their numbers there.

def line_ends(pair):
    """1: a bare LF, or CR at the end: Dovecot tells sizes as if the lines ended in CRLF."""
    return pair.ours.type == pair.theirs.type and with_crlf(pair.raw) != pair.raw


def cut_type(pair):
    """2: the message ends within the value of Content-Type, which thus has no subtype."""
    return re.fullmatch(rb"Content-Type:[^/]*/?", last_line(pair.raw)) \
        and (pair.theirs.type.endswith(b"/") or pair.theirs.type == b"application/octet-stream")


def cut_charset(pair):
    """3: a text without a charset that can be read, as the message ends within its Content-Type."""
    return (pair.ours.parameters, pair.theirs.parameters) == ({}, {b"charset": b"us-ascii"}) \
        and last_line(pair.raw).startswith(b"Content-Type: text/")


def open_quote(pair):
    """4: the message ends within the quoted value of a parameter, which Dovecot leaves out."""
    return last_line(pair.raw).count(b'"') % 2 == 1


def cut_delimiter(pair):
    """5: the message ends within a line that begins as a delimiter does."""
    return last_line(pair.raw).startswith(b"--")


def no_delimiter(pair):
    """6: a multipart that ends before its first delimiter: Dovecot sees an empty text instead of what there is."""
    boundary = pair.parent and pair.parent.ours.multipart and pair.parent.ours.parameters.get(b"boundary")
    return boundary and b"--" + boundary not in pair.raw and (pair.theirs.size, pair.theirs.lines) == (0, 0)


def but_last_addresses(envelope):
    return [item[:-1] if isinstance(item, list) else item for item in envelope]


def cut_address(pair):
    """7: the message ends within an address: one without a host, or without the end of it."""
    return re.match(rb"(From|To|Cc|Bcc):", last_line(pair.raw)) \
        and but_last_addresses(pair.ours.envelope) == but_last_addresses(pair.theirs.envelope)


def empty_disposition(pair):
    """8: the message ends after the name of Content-Disposition, which Dovecot considers a disposition without a name."""
    return re.fullmatch(rb"Content-Disposition:[ \t]*", last_line(pair.raw))


def blank_at_end(pair):
    """9: the message ends with white space in a field, which Dovecot keeps."""
    return pair.raw.endswith((b" ", b"\t")) and pair.ours.envelope \
        == [item.rstrip(b" \t") if isinstance(item, bytes) else item for item in pair.theirs.envelope]


def compare_part(pair, explained):
    """Yields what differs without a reason."""
    ours, theirs = pair.ours, pair.theirs
    if ours.type != theirs.type or len(ours.children) != len(theirs.children):
        reasons = [cut_type, cut_delimiter]
        yield from unless(reasons, pair, explained, "shape", made_up.shape(ours), made_up.shape(theirs))
        return
    if (ours.size, ours.lines) != (theirs.size, theirs.lines):
        reasons = [line_ends, no_delimiter]
        yield from unless(reasons, pair, explained, "size", (ours.size, ours.lines), (theirs.size, theirs.lines))
    if ours.parameters != theirs.parameters:
        yield from unless([cut_charset, open_quote], pair, explained, "parameters", ours.parameters, theirs.parameters)
    if ours.extension != theirs.extension:
        yield from unless([open_quote, cut_charset, empty_disposition], pair, explained, "extension", ours.extension, theirs.extension)
    if ours.encoding != theirs.encoding:
        yield from unless([], pair, explained, "encoding", ours.encoding, theirs.encoding)
    if ours.envelope != theirs.envelope:
        yield from unless([cut_address, blank_at_end], pair, explained, "envelope", ours.envelope, theirs.envelope)
    for child in pair.children():
        yield from compare_part(child, explained)


def unless(reasons, pair, explained, what, ours, theirs):
    for reason in reasons:
        if reason(pair):
            explained[reason.__name__] += 1
            return
    yield f"{what} of {pair.number or 'the message'}: {ours!r}, Dovecot {theirs!r}"


def sections(part):
    return [number for number, found in part.numbered() if found.size is not None]


def compare_line_ends(client, uid, ours, theirs):
    """After line_ends(): Dovecot's sizes are those of the same bytes with CRLF, and no others."""
    numbers = sections(ours)
    lines = client.command(f"FETCH {uid} ({' '.join(f'BODY.PEEK[{number}]' for number in numbers)})")[0]
    bodies = next(items for items in map(values.fetched, lines) if items)
    theirs = dict(theirs.numbered())
    for number in numbers:
        want = len(with_crlf(bodies[f"BODY[{number}]"]))
        if number in theirs and theirs[number].size not in (want, 0):   # 0: as in no_delimiter()
            yield f"size of {number} with CRLF: {want}, Dovecot {theirs[number].size}"


def compare(client, uid, raw, ours, theirs, explained):
    """Yields what differs without a reason."""
    if ours["ENVELOPE"] != theirs["ENVELOPE"]:            # the message's own header is whole
        yield f"envelope: {ours['ENVELOPE']!r}\n  Dovecot {theirs['ENVELOPE']!r}"
    if theirs["RFC822.SIZE"] != len(with_crlf(raw)):
        yield f"RFC822.SIZE: {ours['RFC822.SIZE']}, Dovecot {theirs['RFC822.SIZE']}"
    parts = [values.Part(items["BODYSTRUCTURE"]) for items in (ours, theirs)]
    yield from compare_part(Pair(*parts, raw), explained)
    if with_crlf(raw) != raw:
        yield from compare_line_ends(client, uid, *parts)


def the_server_reads_messages_as_dovecot_does(server, seed, many):
    if not dovecot.is_there():
        raise Skipped("no Dovecot to compare with, or not root")
    random = Random(seed)
    messages = [made_up.message(random, number) for number in range(many)]
    explained, wrong = collections.Counter(), []
    with dovecot.Dovecot() as peer:
        theirs = fetched(peer.logged_in("user"), messages)
        client = server.logged_in(server.add_user(), deadline=60)
        ours = fetched(client, messages)
        for uid, (raw, mine, other) in enumerate(zip(messages, ours, theirs), 1):
            for different in compare(client, uid, raw, mine, other, explained):
                wrong.append(f"message {uid}: {different}\n{raw!r}")
        client.close()
    made_up.none_differs(wrong)
    return f"{len(messages)} messages, explained {dict(explained)}"


if __name__ == "__main__":
    main(the_server_reads_messages_as_dovecot_does, options=made_up.OPTIONS)
