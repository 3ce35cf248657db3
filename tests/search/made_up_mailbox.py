"""One mailbox twice: on the server and as naive.Message objects; made-up messages, and those of ../messages."""

import os
import re
import sys

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(TESTS, "run"), os.path.join(TESTS, "messages")]

import corpus  # noqa: E402
import letters  # noqa: E402
import naive  # noqa: E402

FLAGS = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$Junk", "work"]


# The server takes white space off both ends of a header's line, and each CR alone out of it, before TEXT looks for a
# string there; both are text. Until it does not, messages with such a line stay out.
OPEN = re.compile(rb"\A[ \t]|[ \t]\r?\n|\r(?!\n)")


def corpus_messages():
    found = [message.raw for path in corpus.files() for message in corpus.messages(path)]
    return [raw for raw in found if not OPEN.search(raw)]


def can_be_stored(raw):
    """RFC 3516 section 4.4: the store keeps no binary content."""
    return raw and b"\0" not in raw


def append(client, raw, flags, date):
    """As a literal8, which may hold anything. Whether it was taken."""
    tagged = client.any_command(f"APPEND INBOX ({' '.join(flags)}) {date} ~{{{len(raw)}}}", [raw])[1]
    assert tagged.startswith(b"OK") == bool(can_be_stored(raw)), f"APPEND of {raw!r}: {tagged}"
    return tagged.startswith(b"OK")


def filled(server, random, many, flags=False, with_corpus=False):
    """A connection that has the mailbox selected, and the messages. Some UIDs are missing."""
    client = server.logged_in(server.add_user(), deadline=120)
    raws = [letters.message(random, number, many) for number in range(many)]
    if with_corpus:
        raws += corpus_messages()
        random.shuffle(raws)
    messages = []
    for raw in raws:
        when = letters.arrival(random)
        chosen = [flag for flag in FLAGS if flags and random.random() < 0.3]
        if append(client, raw, chosen, f'"{letters.internal_date(when)}"'):
            messages.append(naive.Message(raw, len(messages) + 1, when, chosen))
    client.command("SELECT INBOX")
    gone = [message for message in messages if random.random() < 0.05]
    if gone:
        client.command("UID STORE " + ",".join(str(m.uid) for m in gone) + " +FLAGS.SILENT (\\Deleted)")
        client.command("UID EXPUNGE " + ",".join(str(m.uid) for m in gone))
    return client, [message for message in messages if message not in gone]
