"""One client of the account: what it has selected, and its view, which is built only from untagged responses."""

from tests.model.model import changed_flags
from tests.model.notified import Notice
from tests.run.view import Entry, View

# What each kind enables; the first capability must be announced for the kind to take part.
KINDS = {
    "rev1": ("IMAP4rev1", ""),
    "rev2": ("IMAP4rev2", "IMAP4rev2"),
    "condstore": ("CONDSTORE", "CONDSTORE"),
    "qresync": ("QRESYNC", "QRESYNC"),
    "uidonly": ("UIDONLY", "UIDONLY CONDSTORE"),
}


class Client:
    """Commands go through run(), which keeps model, server and view together."""

    def __init__(self, world, name, kind):
        self.world, self.name, self.kind = world, f"{name}({kind})", kind
        self.connection = world.server.logged_in(world.user, name, deadline=60)
        if KINDS[kind][1]:
            self.connection.command(f"ENABLE {KINDS[kind][1]}")
        self.by_number = kind != "uidonly"
        self.modseqs = kind in ("condstore", "qresync", "uidonly")   # MODSEQ must come with flags
        self.notice = Notice(status_modseqs=self.modseqs)
        self.memory = {}          # mailbox -> the last moment known of it when it was left
        self.idles, self.idle_lines = False, []
        self.leave()

    def leave(self):
        self.box, self.read_only = None, False
        self.view = View(vanishing=self.kind in ("qresync", "uidonly"), uid_only=not self.by_number)

    def enter(self, box, read_only):
        self.leave()
        self.box, self.read_only = box, read_only

    @property
    def numbers(self):
        """True if sequence numbers can be used: RFC 5465 section 5.3, RFC 9586."""
        return self.by_number and not self.notice.at_once

    @property
    def writes(self):
        return self.box is not None and not self.read_only and not self.box.dead

    def run(self, text, effect=None, literals=(), by_number=False, synced=False):
        """(tagged text, untagged lines). `effect(tagged, lines)` applies the result to the model, before the view
        receives the lines; `by_number` forbids EXPUNGE; `synced`: afterwards the view must be the truth."""
        self.send_log(text)
        lines, tagged = self.connection.any_command(text, literals)
        self.took(tagged, lines, effect, by_number, synced)
        return tagged, lines

    def send_log(self, text):
        """Before each command: the connection may be lost here, with what was reported until now."""
        self.world.log.append(f"{self.name}: {text}")
        if moment := self.moment():
            self.world.remember(self.box, moment)

    def took(self, tagged, lines, effect=None, by_number=False, synced=False):
        self.world.log.append(f"    -> {tagged.decode(errors='replace')} {lines}")
        assert not tagged.startswith(b"BAD"), f"{self.name} got {tagged}"
        box, dead = self.box, self.box is not None and self.box.dead
        following = box.next if box else None
        self.notice.receive(self.world.model, lines)
        if dead and not self.notice.unasked:
            self.see_nothing(lines)
        if effect:
            effect(tagged, lines)
        done = list(self.world.model.touched)
        self.world.settle()
        self.notice.did(done)
        if self.box is not None and not self.box.dead and not dead:
            before = set(map(id, self.view.entries))
            self.view.receive(lines, expunge_allowed=not by_number)
            self.view.answered(tagged)
            self.check_told()
            if self.box is box:
                self.check_new([entry for entry in self.view.entries if id(entry) not in before],
                               {uid for uid in box.messages if uid >= following})
            if synced:
                self.compare()
        elif self.box is not None and self.box is box:
            self.view.receive(lines)      # what was reported before it was deleted
        if synced:
            self.notice.check(self.world, self.name, self.box)

    def see_nothing(self, lines):
        """Of a deleted mailbox nothing is reported."""
        reported = [line for line in lines if b"EXISTS" in line or b"EXPUNGE" in line or b"FETCH" in line]
        assert not reported, f"{self.name} got {reported} about a deleted mailbox"
        namesake = self.world.model.boxes.get(self.box.name)
        if namesake:
            self.world.count("deleted and made again")
            self.world.model.touch(namesake)

    def check_told(self):
        """What is reported of a message is its state now, unless later changes are held back."""
        if not self.notice.flags:
            return
        for entry in self.view.reported:
            message = self.box.messages.get(entry.uid)
            if message is None:
                continue
            assert entry.flags == message.flags, f"reported {set(entry.flags)} of UID {entry.uid}: {set(message.flags)}"
            assert not self.modseqs or entry.modseq, f"{self.name} got flags of {entry.uid} without MODSEQ"
            assert entry.modseq in (None, message.modseq), f"reported MODSEQ {entry.modseq} for {message.modseq}"

    def check_new(self, arrived, own):
        """MessageNew (UID FLAGS): each is fetched but for those that the command itself made. RFC 5465 section 5.2"""
        if not self.notice.fetches or not arrived or not self.by_number:
            return      # from UIDs alone it is unknown which of the unknown ones are new
        bare = [entry for entry in arrived if entry.uid is None or entry.flags is None]
        assert len(bare) <= len(own), f"{self.name}: {len(bare)} of {len(arrived)} new messages not fetched, own {own}"
        assert not own & {entry.uid for entry in arrived}, f"{self.name}: its own {own} were fetched"
        self.world.count("NOTIFY fetched new messages")

    def compare(self):
        """At a point of synchronisation the view is the truth, as far as it was reported."""
        if not self.notice.messages:
            return
        messages = self.box.messages
        assert len(self.view) == len(messages), f"{self.name} sees {len(self.view)} of {len(messages)}"
        if not self.by_number:
            return self.compare_known()
        for (uid, message), entry in zip(messages.items(), self.view.entries):
            assert entry.uid in (None, uid), f"{self.name} has UID {entry.uid} for {uid}"
            self.compare_entry(entry, uid, message)

    def compare_known(self):
        for entry in self.view.entries:
            if entry.uid is not None:
                assert entry.uid in self.box.messages, f"{self.name} still has UID {entry.uid}"
                self.compare_entry(entry, entry.uid, self.box.messages[entry.uid])

    def compare_entry(self, entry, uid, message):
        if not self.notice.flags:
            return
        assert entry.flags in (None, message.flags), \
            f"{self.name}, UID {uid}: {set(entry.flags)}, not {set(message.flags)}"
        assert entry.modseq in (None, message.modseq), \
            f"{self.name}, UID {uid}: MODSEQ {entry.modseq}, not {message.modseq}"

    def learn(self):
        """Fetches what was announced and not yet reported."""
        unknown = self.view.unknown()
        if not unknown or self.box.dead:
            return
        items = "(UID FLAGS MODSEQ)" if self.modseqs else "(UID FLAGS)"
        if self.numbers:
            self.run(f"FETCH {','.join(map(str, unknown))} {items}", by_number=True)
        else:
            self.run(f"UID FETCH 1:* {items}")

    def entries(self):
        """(number, entry) of what is known; messages expunged elsewhere may stay unknown, and are left out."""
        self.learn()
        return [(n, entry) for n, entry in enumerate(self.view.entries, 1)
                if entry.uid is not None and entry.flags is not None]

    def snapshot(self):
        """The moment that the client knows, if it knows it completely."""
        moment = self.moment()
        return moment if self.kind == "qresync" and moment and not moment.unknown else None

    def moment(self):
        """What the client would come back with if the connection were lost now; None if it knows nothing."""
        if self.box is None or self.box.dead or not self.view.highest:
            return None
        moment = self.box.snapshot()
        moment.modseq = self.view.highest
        moment.known = {entry.uid: entry.flags for entry in self.view.entries
                        if entry.uid is not None and entry.flags is not None}
        moment.unknown = len(self.view) - len(moment.known)
        return moment

    def restore(self, known):
        """The view after a resynchronisation, from uid -> flags of all messages."""
        self.view.entries = [Entry(uid, known[uid]) for uid in sorted(known)]

    def assume(self, uids, how, flags, before):
        """After .SILENT a client assumes its own change, unless something else was reported."""
        for entry in self.view.entries:
            if entry.uid in uids and entry not in self.view.reported:
                entry.flags = changed_flags(before[entry.uid], how, flags)
