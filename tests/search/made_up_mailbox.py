"""One made-up mailbox twice: on the server and as naive.Message objects."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "run"))

import letters  # noqa: E402
import naive  # noqa: E402

FLAGS = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$Junk", "work"]


def filled(server, random, many, flags=False):
    """A connection that has the mailbox selected, and the messages. Some UIDs are missing."""
    client = server.logged_in(server.add_user(), deadline=120)
    messages, uid = [], 0
    for number in range(many):
        raw, when = letters.message(random, number, many), letters.arrival(random)
        chosen = [flag for flag in FLAGS if flags and random.random() < 0.3]
        client.append("INBOX", raw, f"({' '.join(chosen)})", f'"{letters.internal_date(when)}"')
        uid += 1
        messages.append(naive.Message(raw, uid, when, chosen))
    client.command("SELECT INBOX")
    gone = [message for message in messages if random.random() < 0.05]
    if gone:
        client.command("UID STORE " + ",".join(str(m.uid) for m in gone) + " +FLAGS.SILENT (\\Deleted)")
        client.command("UID EXPUNGE " + ",".join(str(m.uid) for m in gone))
    return client, [message for message in messages if message not in gone]
