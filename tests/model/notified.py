"""NOTIFY, RFC 5465: what a client asked for, and what was reported to it about mailboxes that it has not selected."""

import re

from tests.run.view import expanded

EARLIER = re.compile(rb"\* VANISHED \(EARLIER\) (\S+)\Z")
SELECTED = re.compile(r"\(selected(-delayed)? (.*)\)\Z")
STATUS = re.compile(rb"\* STATUS \"?([^\" ]+)\"? \((.*)\)\Z")
ITEM = re.compile(rb"(MESSAGES|UIDNEXT|UNSEEN|HIGHESTMODSEQ) (\d+)")
LISTED = re.compile(rb"\* LIST \(([^)]*)\) \"/\" \"?([^\" ]+)\"?(?: \(\"OLDNAME\" \(\"?([^\")]+)\"?\)\))?\Z")

OF_MESSAGES = ["(MessageNew MessageExpunge)", "(MessageNew MessageExpunge FlagChange)"]
OF_THE_SELECTED = OF_MESSAGES + [
    "NONE", "MessageNew", "(MessageNew (UID FLAGS) MessageExpunge)", "MessageNew (UID FLAGS) MessageExpunge FlagChange",
    "(MessageNew (UID FLAGS) MessageExpunge FlagChange)"]
OF_OTHERS = OF_MESSAGES + [
    "NONE", "MessageNew", "(MailboxName)", "(SubscriptionChange)", "(MailboxName SubscriptionChange)",
    "(MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange)"]


class Group:
    """One event group about mailboxes that are not selected, as sent, and what it asks for a name."""

    def __init__(self, chance, names):
        self.kind = chance.choice(["personal", "personal", "inboxes", "subscribed", "subtree", "mailboxes"])
        self.names = chance.sample(names, chance.randint(1, 2)) if self.kind in ("subtree", "mailboxes") else []
        self.events = chance.choice(OF_OTHERS)
        named = "" if not self.names else f" ({' '.join(self.names)})" if len(self.names) > 1 else f" {self.names[0]}"
        self.text = f"({self.kind}{named} {self.events})"

    def covers(self, name, subscribed):
        if self.kind == "subscribed":
            return subscribed
        if self.kind == "mailboxes":
            return name in self.names
        return self.kind != "subtree" or any(name == top or name.startswith(top + "/") for top in self.names)


class Notice:
    """What one client is notified of. Before the first NOTIFY: everything of the selected mailbox, with each command."""

    def __init__(self, status_modseqs):
        """`status_modseqs`: STATUS has HIGHESTMODSEQ, since CONDSTORE is enabled. Section 5.1."""
        self.status_modseqs = status_modseqs
        self.messages = self.flags = True      # of the selected mailbox
        self.unasked = False                   # and also between commands
        self.fetches = False                   # UID and FLAGS of new ones
        self.at_once = False                   # removals come at any time, so numbers mean nothing
        self.groups, self.reported = [], {}        # reported: mailbox -> its numbers, as far as STATUS reported them
        self.names, self.subscribed = set(), set()
        self.age = None                        # of the names, when `reported` was begun

    def ask(self, selected, groups):
        """NOTIFY SET; `selected` is its group or None."""
        delayed, events = SELECTED.match(selected).groups() if selected else (None, "NONE")
        self.messages, self.flags, self.fetches = events != "NONE", "FlagChange" in events, "UID FLAGS" in events
        self.unasked, self.at_once, self.groups = self.messages, self.messages and not delayed, groups

    def events_of(self, model, name):
        return " ".join(g.events for g in self.groups if g.covers(name, name in model.subscribed))

    def begin(self, model):
        """What was asked for holds from here on, when the client knows everything."""
        self.reported = {box: numbers(box) for box in model.boxes.values()}
        self.names, self.subscribed, self.age = set(model.boxes), set(model.subscribed), model.age

    def receive(self, model, lines):
        for line in lines:
            if status := STATUS.match(line):
                box = model.boxes.get(status.group(1).decode())
                if box in self.reported:
                    self.reported[box].update({item.decode(): int(value) for item, value in ITEM.findall(status.group(2))})
            elif listed := LISTED.match(line):
                self._receive_name(*listed.groups())

    def did(self, boxes):
        """It is not notified of what it changed itself in these. Section 5"""
        self.reported.update((box, numbers(box)) for box in boxes)

    def _receive_name(self, attributes, name, old):
        name = name.decode()
        (self.subscribed.add if b"\\Subscribed" in attributes else self.subscribed.discard)(name)
        if b"\\NonExistent" in attributes:
            return self.names.discard(name)
        self.names.add(name)
        if old:                                     # no events for what is below: section 5.4
            self.renamed(old.decode(), name)

    def renamed(self, old, new):
        if old == "INBOX":                          # it stays: RFC 9051 section 6.3.6
            return self.names.add(new)
        below = {name for name in self.names if name == old or name.startswith(old + "/")}
        self.names = self.names - below | {new + name[len(old):] for name in below}

    def check(self, world, who, selected):
        """At a point of synchronisation the client knows everything it asked for; AssertionError if it does not."""
        model, everywhere = world.model, " ".join(g.events for g in self.groups if g.kind in ("personal", "inboxes"))
        if "MailboxName" in everywhere:
            assert self.names == set(model.boxes), f"{who} got the names {self.names}, not {set(model.boxes)}"
            world.count("NOTIFY of names")
        if "SubscriptionChange" in everywhere:
            assert self.subscribed == model.subscribed, f"{who}: subscribed {self.subscribed}, not {model.subscribed}"
            world.count("NOTIFY of subscriptions")
        if self.age != model.age:      # which STATUS was meant for which mailbox is hard to say when names move
            return self.begin(model)
        self.reported.pop(selected, None)      # of that one it learns otherwise
        for name, box in model.boxes.items():
            events = self.events_of(model, name)
            if box is selected:
                continue
            if box not in self.reported:       # it was selected until now
                self.reported[box] = numbers(box)
            elif "MessageNew" in events:
                self._check_status(world, who, box, "FlagChange" in events)

    def _check_status(self, world, who, box, flags):
        items = ["MESSAGES", "UIDNEXT"] + ["UNSEEN"] * flags + ["HIGHESTMODSEQ"] * (flags and self.status_modseqs)
        reported, meant = self.reported[box], numbers(box)
        assert all(reported[item] == meant[item] for item in items), f"{who}: STATUS {box.name} {reported}, not {meant} ({items})"
        world.count("NOTIFY of another mailbox")


def numbers(box):
    return {"MESSAGES": len(box.messages), "UIDNEXT": box.next, "HIGHESTMODSEQ": box.highest,
            "UNSEEN": len(box.messages) - len(box.with_flag("\\Seen"))}


def notify(client):
    """NOTIFY NONE, or SET with groups of all kinds."""
    world, chance = client.world, client.world.chance
    if not world.has("NOTIFY"):
        return False
    client.run("NOOP", synced=True)
    if chance.random() < 0.25:
        client.run("NOTIFY NONE", lambda tagged, lines: client.notice.ask(None, []), synced=True)
        return world.count("NOTIFY NONE")
    kind = chance.choice(["selected", "selected-delayed", None])
    selected = kind and f"({kind} {chance.choice(OF_THE_SELECTED)})"
    groups = [Group(chance, world.names) for _ in range(chance.randint(0 if selected else 1, 3))]
    status = chance.choice(["", "STATUS "])
    texts = [selected] * bool(selected) + [group.text for group in groups]

    def effect(tagged, lines):
        assert tagged.startswith(b"OK"), tagged
        client.notice.ask(selected, groups)
        client.notice.begin(world.model)

    client.run(f"NOTIFY SET {status}{' '.join(texts)}", effect, synced=True)
    world.count(f"NOTIFY SET of {kind or 'others only'}")


def subscribe(client):
    """SUBSCRIBE or UNSUBSCRIBE; the mailbox need not exist."""
    world = client.world
    name = world.chance.choice(world.names)
    verb = "UNSUBSCRIBE" if name in world.model.subscribed else "SUBSCRIBE"

    def effect(tagged, lines):
        assert tagged.startswith(b"OK"), tagged
        for subscribed in (world.model.subscribed, client.notice.subscribed):
            (subscribed.add if verb == "SUBSCRIBE" else subscribed.discard)(name)
        world.model.age += 1

    client.run(f"{verb} {name}", effect)
    world.count(verb)


def fetch_vanished(client):
    """What NOTIFY holds back can be asked for. RFC 7162 section 3.2.6"""
    if client.kind != "qresync" or client.notice.messages or client.box.dead or not client.view.highest:
        return False
    moment = client.moment()
    _, lines = client.run(f"UID FETCH 1:* (FLAGS) (CHANGEDSINCE {moment.modseq} VANISHED)")
    gone = {uid for line in lines if (reported := EARLIER.match(line)) for uid in expanded(reported.group(1))}
    unreported = moment.known.keys() - client.box.messages.keys() - gone
    assert not unreported, f"{client.name} asked what vanished since {moment.modseq} and did not get {sorted(unreported)}"
    client.world.count("UID FETCH VANISHED under NOTIFY NONE")
