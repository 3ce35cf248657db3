"""Structure, sizes, contents and envelopes of 2 000 made-up messages against Python's email package."""

import email
import re
from random import Random

from tests.messages import made_up, values
from tests.messages.made_up import PythonPart, shape
from tests.run.program import main

ENCODINGS = {"", "7bit", "8bit", "binary", "base64", "quoted-printable"}
FIELDS = [("from", 2), ("to", 5), ("cc", 6), ("bcc", 7)]


def same(got, want, what):
    assert got == want, f"{what}\n  got    {got!r}\n  Python {want!r}"


def compare(client, uid, raw):
    parsed = email.message_from_bytes(raw)
    want = PythonPart(parsed)
    leaves = dict(want.leaves())
    asked = ["RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE"]
    asked += [f"BODY.PEEK[{number}]" for number in leaves]
    asked += [f"BINARY.PEEK[{number}]" for number, leaf in leaves.items() if leaf.encoding in ENCODINGS]
    items = {}
    for line in client.command(f"UID FETCH {uid} ({' '.join(asked)})")[0]:
        items.update(values.fetched(line) or {})
    same(items["RFC822.SIZE"], len(raw), "RFC822.SIZE")
    got = values.Part(items["BODYSTRUCTURE"])
    if shape(got) != shape(want) and (ends_in_delimiter(raw) or cut_type(raw)):
        return
    same(shape(got), shape(want), "structure")
    parts = dict(got.numbered())
    for number, leaf in leaves.items():
        compare_leaf(number, parts[number], leaf, items, raw)
        if leaf.encoding not in ENCODINGS:                # RFC 3516 section 4.3
            refusal = client.any_command(f"UID FETCH {uid} BINARY.PEEK[{number}]")[1]
            assert refusal.startswith(b"NO [UNKNOWN-CTE]"), refusal
    compare_envelope(items["ENVELOPE"], parsed)


# The differences that DIFFERENCES.md explains, by their numbers there.


def ends_in_delimiter(raw):
    """6: the message ends within a line that begins as a delimiter does."""
    return raw.rpartition(b"\n")[2].startswith(b"--")


def cut_type(raw):
    """8: the message ends within Content-Type's type, of which Python accepts what is written."""
    return re.fullmatch(rb"Content-Type:[^;]*", raw.rpartition(b"\n")[2])


def cut_at_end(got, python, raw):
    """1: a multipart that is not closed; Python considers the last line end part of a delimiter."""
    return got in (python + b"\r\n", python + b"\n", python + b"\r") and raw.endswith(got)


def header_as_text(got, python, raw):
    """2: the message ends in a part's header, within a field's name."""
    return got == b"" and raw.endswith(python) and b":" not in python and b"\n" not in python


def after_padding(leaf):
    """3: base64 that goes on after its padding, where Python stops."""
    return leaf.encoding == "base64" and re.search(rb"=[^A-Za-z0-9+/]*[A-Za-z0-9+/]", leaf.body)


def half_unit(leaf):
    """4: base64 that ends with the first character of a unit, where Python gives up."""
    return leaf.encoding == "base64" and len(re.sub(rb"[^A-Za-z0-9+/]", b"", leaf.body)) % 4 == 1


def blank_at_end(leaf):
    """5: quoted-printable that ends with white space and no line end, which Python keeps."""
    return leaf.encoding == "quoted-printable" and leaf.body.endswith((b" ", b"\t"))


def empty_disposition(raw):
    """7: the message ends after the name of Content-Disposition, which Python considers a disposition without a name."""
    return re.search(rb"\nContent-Disposition:[ \t]*\Z", raw)


def compare_leaf(number, part, leaf, items, raw):
    body = items[f"BODY[{number}]"]
    same(part.size, len(body), f"size of {number}")
    alike = body == leaf.body
    if not alike:
        assert cut_at_end(body, leaf.body, raw) or header_as_text(body, leaf.body, raw), \
            f"BODY[{number}]\n  got    {body!r}\n  Python {leaf.body!r}"
    elif leaf.encoding in ENCODINGS and not (after_padding(leaf) or half_unit(leaf) or blank_at_end(leaf)):
        same(items[f"BINARY[{number}]"], leaf.content, f"BINARY[{number}]")
    same(part.parameters.get(b"name"), leaf.name, f"name of {number}")
    if leaf.charset:
        same(part.parameters.get(b"charset"), leaf.charset, f"charset of {number}")
    if not empty_disposition(raw):
        same(part.disposition and part.disposition[0], leaf.disposition, f"disposition of {number}")


def compare_envelope(envelope, parsed):
    for name, place in FIELDS:
        got = [(a[0] or b"", (a[2] or b"") + b"@" + (a[3] or b"")) for a in envelope[place] or []]
        same(got, made_up.addresses(parsed, name), name)
    for name, place in ("date", 0), ("subject", 1), ("in-reply-to", 8), ("message-id", 9):
        first = next(iter(made_up.raw_values(parsed, name)), None)
        want = None if first is None else re.sub(rb"\r?\n", b"", made_up.octets(first)).strip()
        same(envelope[place], want, name)


def the_server_reads_messages_as_python_does(server, seed, many):
    random = Random(seed)
    messages = [made_up.message(random, number) for number in range(many)]
    wrong = []
    client = server.logged_in(server.add_user(), deadline=60)
    made_up.append_all(client, "INBOX", messages)
    client.command("SELECT INBOX")
    for uid, raw in enumerate(messages, 1):
        try:
            compare(client, uid, raw)
        except (AssertionError, KeyError) as different:
            wrong.append(f"message {uid}: {different}\n{raw!r}")
    client.close()
    made_up.none_differs(wrong)
    return f"{len(messages)} messages"


if __name__ == "__main__":
    main(the_server_reads_messages_as_python_does, options=made_up.OPTIONS)
