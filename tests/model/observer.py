"""A session of its own that reads complete mailboxes, without \\Recent, with one write each."""

import re

from tests.run.view import normal_flags

ROW = re.compile(rb"\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\)(?: MODSEQ \((\d+)\))?\)\r\n")
CONTENT = re.compile(rb"\* \d+ FETCH \(UID (\d+) INTERNALDATE \"([^\"]*)\"(?: EMAILID \(([^)]*)\))? "
                     rb"BODY\[[^\]]*\] \{\d+\}\r\nMessage-Id: <([^>]*)>")
MAILBOXID = re.compile(rb"\[MAILBOXID \(([^)]*)\)\]")
LISTED = re.compile(rb"\* LIST \(([^)]*)\) \"/\" \"?([^\"\r\n]*)\"?\r\n")
LSUB = re.compile(LISTED.pattern.replace(b"LIST", b"LSUB"))
NUMBERS = {
    "exists": re.compile(rb"\* (\d+) EXISTS"),
    "validity": re.compile(rb"\[UIDVALIDITY (\d+)\]"),
    "next": re.compile(rb"\[UIDNEXT (\d+)\]"),
    "highest": re.compile(rb"\[HIGHESTMODSEQ (\d+)\]"),
}


class Look:
    """A mailbox as seen: numbers, and its messages as parallel lists."""

    def __init__(self, text, modseqs):
        numbers = {name: pattern.search(text) for name, pattern in NUMBERS.items()}
        self.validity, self.next = int(numbers["validity"].group(1)), int(numbers["next"].group(1))
        self.highest = int(numbers["highest"].group(1)) if modseqs else None
        rows = ROW.findall(text)
        self.uids = [int(uid) for uid, _, _ in rows]
        self.flags = [normal_flags(flags) for _, flags, _ in rows]
        self.modseqs = [int(modseq or 0) for _, _, modseq in rows]
        contents = CONTENT.findall(text)
        self.message_ids = {int(uid): message_id for uid, _, _, message_id in contents}
        self.identities = [(message_id, date.decode(), email_id) for _, date, email_id, message_id in contents]
        mailbox_id = MAILBOXID.search(text)
        self.mailbox_id = mailbox_id.group(1) if mailbox_id else None
        exists = int(numbers["exists"].group(1))
        assert exists == len(rows), f"{exists} EXISTS, {len(rows)} FETCH responses"


class Observer:
    def __init__(self, connection, modseqs, identities):
        """`modseqs`: the server has CONDSTORE; `identities`: it has OBJECTID."""
        self.connection, self.modseqs = connection, modseqs
        self.content = f"(INTERNALDATE {'EMAILID ' if identities else ''}BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"

    def look(self, box):
        """The mailbox now; the contents of its unverified messages."""
        commands = [f"EXAMINE {box.name}", "UID FETCH 1:* (UID FLAGS)"]
        if self.modseqs:
            commands = [f"EXAMINE {box.name} (CONDSTORE)", "UID FETCH 1:* (UID FLAGS MODSEQ)"]
        new = "1:*" if box.adopted else ",".join(map(str, box.unverified))
        if new:
            commands.append(f"UID FETCH {new} {self.content}")
        return Look(self.connection.exchange(commands + ["UNSELECT"]), self.modseqs)

    def subscribed(self):
        return {name.decode() for attributes, name in LSUB.findall(self.connection.exchange(['LSUB "" "*"']))
                if b"\\Noselect" not in attributes}

    def names(self):
        """The mailboxes that can be selected."""
        listed = LISTED.findall(self.connection.exchange(['LIST "" "*"']))
        return {name.decode() for attributes, name in listed
                if b"\\NonExistent" not in attributes and b"\\Noselect" not in attributes}
