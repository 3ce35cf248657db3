"""One mailbox twice: on the server and as naive.Message objects; made-up messages, and those of ../messages."""

import datetime

from tests.messages import corpus, values
from tests.search import letters, naive

FLAGS = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$Junk", "work"]

ADDRESSES = ["From", "To", "Cc", "Bcc"]


def corpus_messages():
    return [message.raw for path in corpus.files() for message in corpus.messages(path)]


def can_be_stored(raw):
    """RFC 3516 section 4.4: the store keeps no binary content."""
    return raw and b"\0" not in raw


def append(client, raw, flags, date):
    """As a literal8, which may hold anything. True if it was accepted."""
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
    messages, recent_from = [], random.randrange(len(raws))
    for number, raw in enumerate(raws):
        if number == recent_from:                         # what exists by now is recent for this SELECT only
            client.command("SELECT INBOX")
            client.command("UNSELECT")
        when = letters.arrival(random)
        chosen = [flag for flag in FLAGS if flags and random.random() < 0.3]
        if append(client, raw, chosen, f'"{letters.internal_date(when)}"'):
            messages.append(naive.Message(raw, len(messages) + 1, when, chosen))
            messages[-1].recent = number >= recent_from
    client.command("SELECT INBOX")
    gone = [message for message in messages[1:] if random.random() < 0.05]
    if gone:
        client.command("UID STORE " + ",".join(str(m.uid) for m in gone) + " +FLAGS.SILENT (\\Deleted)")
        client.command("UID EXPUNGE " + ",".join(str(m.uid) for m in gone))
    return client, learnt(client, [message for message in messages if message not in gone])


def learnt(client, messages):
    """The messages, with what only the server can know of them. Loses no message on the way."""
    answers = map(values.fetched, client.command("UID FETCH 1:* (UID EMAILID THREADID MODSEQ SAVEDATE ENVELOPE)")[0])
    known = {items["UID"]: items for items in answers if items and "EMAILID" in items}
    for message in messages:
        items = known[message.uid]
        (message.email_id,), (message.thread_id,) = items["EMAILID"], items["THREADID"]
        (message.modseq,) = items["MODSEQ"]
        message.told_addresses = dict(zip(ADDRESSES, (items["ENVELOPE"][n] for n in (2, 5, 6, 7))))
        message.saved_on = datetime.datetime.strptime(items["SAVEDATE"].decode()[:11].strip(), "%d-%b-%Y").date()
    return messages
