"""A session of its own that looks at whole mailboxes, without \\Recent and with everything in one write."""

import re

from view import normal_flags

ROW = re.compile(rb"\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\)(?: MODSEQ \((\d+)\))?\)\r\n")
ID = re.compile(rb"\* \d+ FETCH \(UID (\d+) BODY\[[^\]]*\] \{\d+\}\r\nMessage-Id: <([^>]*)>")
LISTED = re.compile(rb"\* LIST \(([^)]*)\) \"/\" \"?([^\"\r\n]*)\"?\r\n")
NUMBERS = {
    "exists": re.compile(rb"\* (\d+) EXISTS"),
    "validity": re.compile(rb"\[UIDVALIDITY (\d+)\]"),
    "next": re.compile(rb"\[UIDNEXT (\d+)\]"),
    "highest": re.compile(rb"\[HIGHESTMODSEQ (\d+)\]"),
}


class Look:
    """A mailbox as seen: numbers, and its messages as lists that go together."""

    def __init__(self, text, modseqs):
        numbers = {name: pattern.search(text) for name, pattern in NUMBERS.items()}
        self.validity, self.next = int(numbers["validity"].group(1)), int(numbers["next"].group(1))
        self.highest = int(numbers["highest"].group(1)) if modseqs else None
        rows = ROW.findall(text)
        self.uids = [int(uid) for uid, _, _ in rows]
        self.flags = [normal_flags(flags) for _, flags, _ in rows]
        self.modseqs = [int(modseq or 0) for _, _, modseq in rows]
        self.message_ids = {int(uid): message_id for uid, message_id in ID.findall(text)}
        exists = int(numbers["exists"].group(1))
        assert exists == len(rows), f"{exists} EXISTS, {len(rows)} FETCH responses"


class Observer:
    def __init__(self, connection, modseqs):
        """`modseqs`: the server has CONDSTORE."""
        self.connection, self.modseqs = connection, modseqs

    def look(self, box):
        """The mailbox now; the message ids of its unverified messages."""
        commands = [f"EXAMINE {box.name}", "UID FETCH 1:* (UID FLAGS)"]
        if self.modseqs:
            commands = [f"EXAMINE {box.name} (CONDSTORE)", "UID FETCH 1:* (UID FLAGS MODSEQ)"]
        new = "1:*" if box.adopted else ",".join(map(str, box.unverified))
        if new:
            commands.append(f"UID FETCH {new} (BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        return Look(self.connection.exchange(commands + ["UNSELECT"]), self.modseqs)

    def names(self):
        """The mailboxes that can be selected."""
        listed = LISTED.findall(self.connection.exchange(['LIST "" "*"']))
        return {name.decode() for attributes, name in listed
                if b"\\NonExistent" not in attributes and b"\\Noselect" not in attributes}
