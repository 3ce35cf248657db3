"""What stays the same for a message after COPY, MOVE and RENAME, and for a mailbox under any name."""


class Identities:
    """Messages are known by their unique Message-Id. AssertionError when an identity changes or is used twice."""

    def __init__(self):
        self.dates = {}         # message id -> date-time
        self.email_ids = {}     # message id -> EMAILID
        self.mailbox_ids = {}   # MAILBOXID -> mailbox

    def appended(self, message_id, date):
        """`date` as given to APPEND, None for none."""
        if date:
            self.dates[message_id] = date

    def message(self, message_id, date, email_id):
        """Learns what the server says of a message; True if the message was known before."""
        meant = self.dates.setdefault(message_id, date)
        assert date == meant, f"INTERNALDATE of {message_id} was {meant}, is {date}"
        known = message_id in self.email_ids
        if not known:
            assert email_id not in self.email_ids.values() or not email_id, f"EMAILID {email_id} is given twice"
            self.email_ids[message_id] = email_id
        meant = self.email_ids[message_id]
        assert email_id == meant, f"EMAILID of {message_id} was {meant}, is {email_id}"   # RFC 8474 section 5.1
        return known

    def mailbox(self, box, mailbox_id):
        """A MAILBOXID outlives RENAME and is never used again. RFC 8474 section 4"""
        assert mailbox_id not in self.mailbox_ids or self.mailbox_ids[mailbox_id] is box, \
            f"MAILBOXID {mailbox_id} of {box.name} was that of another"
        new = box not in self.mailbox_ids.values()
        assert new or mailbox_id in self.mailbox_ids, f"MAILBOXID of {box.name} is now {mailbox_id}"
        self.mailbox_ids[mailbox_id] = box
