"""A client comes back with what it knew at some moment, and must end up equal to a full fetch. RFC 7162 section 3.2."""

import re

from tests.run.view import normal_flags, ranges

EARLIER = re.compile(rb"\* VANISHED \(EARLIER\) (\S+)\r\n")
CHANGED = re.compile(rb"\* (\d+) FETCH \(([^\r\n]*)\)\r\n")
ITEMS = {name: re.compile(pattern) for name, pattern in
         {"uid": rb"UID (\d+)", "flags": rb"FLAGS \(([^)]*)\)", "modseq": rb"MODSEQ \((\d+)\)"}.items()}


def as_set(uids):
    """A compact set: runs as ranges."""
    runs = []
    for uid in sorted(uids):
        if runs and runs[-1][1] == uid - 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)


class Request:
    """What is asked since a moment, and how the answer changes what was known then."""

    def __init__(self, world, box, moment, complete=False):
        """`complete`: asks for everything since; otherwise, at random, only for some of the known UIDs."""
        self.world, self.box, self.moment = world, box, moment
        self.since = moment.modseq
        if not complete and world.chance.random() < 0.2:      # a client may have lost its last mod-sequences
            self.since = world.chance.randint(1, moment.modseq)
        self.asked = None
        if not complete and moment.known and world.chance.random() < 0.4:
            self.asked = set(world.chance.sample(sorted(moment.known), world.chance.randint(1, len(moment.known))))

    def parameter(self):
        """The parameter of SELECT, sometimes with known UIDs and sequence match data. Section 3.2.5"""
        chance, known = self.world.chance, sorted(self.moment.known)
        parts = [str(self.moment.validity), str(self.since)]
        named = self.asked
        if named is None and known and chance.random() < 0.3:
            named = range(1, self.box.next)       # all messages, as the client sees them
        if named:
            parts.append(as_set(named))
            self.world.count("QRESYNC with known UIDs")
        if known and not self.moment.unknown and chance.random() < 0.5:      # else the numbers are not known
            places = sorted(chance.sample(range(len(known)), chance.randint(1, min(4, len(known)))))
            parts.append(f"({as_set(n + 1 for n in places)} {as_set(known[n] for n in places)})")
            self.world.count("QRESYNC with match data")
        both = "CONDSTORE " if chance.random() < 0.1 else ""
        return f"({both}QRESYNC ({' '.join(parts)}))"

    def fetch(self):
        """The same question for a selected mailbox. Section 3.2.6"""
        return f"UID FETCH {as_set(self.asked) if self.asked else '1:*'} (FLAGS) (CHANGEDSINCE {self.since} VANISHED)"

    def answered(self, text):
        """uid -> flags after the answer, which must be the truth; AssertionError if it is not."""
        known = {uid: flags for uid, flags in self.moment.known.items() if self.asked is None or uid in self.asked}
        gone = [run for uids in EARLIER.findall(text) for run in ranges(uids)]
        self._check_gone(gone)
        known = {uid: flags for uid, flags in known.items() if not any(a <= uid <= b for a, b in gone)}
        known.update(self._changed(text))
        truth = self.box.flags_by_uid()
        if self.asked is not None:
            truth = {uid: flags for uid, flags in truth.items() if uid in self.asked}
        # What the client knows to be there, but not what it is, it fetches anyway.
        missing = truth.keys() - known.keys()
        assert len(missing) <= self.moment.unknown, self._difference(known, truth)
        assert known == {uid: truth[uid] for uid in truth if uid not in missing}, self._difference(known, truth)
        return known

    def _difference(self, known, truth):
        uids = [uid for uid in sorted(known.keys() | truth.keys()) if known.get(uid) != truth.get(uid)]
        what = [f"{uid}: {known.get(uid, 'missing')}, not {truth.get(uid, 'present')}" for uid in uids]
        return f"resynchronised {self.box.name} since {self.since}, UIDs {what}"

    def _check_gone(self, gone):
        """What is reported to have vanished does not exist; it is more than was known only beyond the history."""
        wrong = [uid for uid in self.box.messages if any(a <= uid <= b for a, b in gone)]
        assert not wrong, f"VANISHED (EARLIER) names {wrong}, which exist"
        assert all(b < self.box.next for _, b in gone), f"VANISHED (EARLIER) {gone} up to UIDNEXT {self.box.next}"
        if self.asked is not None:
            strange = [run for run in gone if not set(range(run[0], run[1] + 1)) <= self.asked]
            assert not strange, f"VANISHED (EARLIER) {strange}, asked only for {sorted(self.asked)}"
        below = [(a, b) for a, b in gone if a < self.moment.next]
        more = any(uid not in self.moment.known for a, b in below for uid in range(a, min(b + 1, self.moment.next)))
        if more and self.since == self.moment.modseq:
            self.world.count("an answer beyond the history")
        elif gone and self.since == self.moment.modseq:
            self.world.count("an answer out of the history")

    def _changed(self, text):
        """uid -> flags of the FETCH responses: those above the mod-sequence, and no other."""
        reported = {}
        numbers = {uid: n for n, uid in enumerate(self.box.messages, 1)}
        for number, items in CHANGED.findall(text):
            uid, flags, modseq = (ITEMS[name].search(items) for name in ("uid", "flags", "modseq"))
            assert uid and flags and modseq, f"FETCH ({items}) lacks UID, FLAGS or MODSEQ"
            uid = int(uid.group(1))
            assert numbers.get(uid) == int(number), f"UID {uid} is reported as number {number}"
            assert int(modseq.group(1)) == self.box.messages[uid].modseq, f"MODSEQ {modseq.group(1)} of UID {uid}"
            reported[uid] = normal_flags(flags.group(1))
        meant = {uid for uid, message in self.box.messages.items()
                 if message.modseq > self.since and (self.asked is None or uid in self.asked)}
        assert reported.keys() == meant, f"FETCH of {sorted(reported)} since {self.since}, it should be {sorted(meant)}"
        return reported


class Resyncer:
    """A QRESYNC session that comes back from any moment that was kept of a mailbox, below and above the low-water
    mark of its history."""

    def __init__(self, world):
        self.world = world
        self.connection = world.server.logged_in(world.user, "resyncer", deadline=60)
        self.connection.command("ENABLE QRESYNC")

    def come_back(self, box):
        chance, world = self.world.chance, self.world
        selecting, fetching = (Request(world, box, chance.choice(box.snapshots)) for _ in range(2))
        since = chance.choice([0, 1, box.highest, chance.randint(1, box.highest)])
        text = self.connection.exchange([
            f"EXAMINE {box.name} {selecting.parameter()}", fetching.fetch(), f"UID SEARCH MODSEQ {since}", "UNSELECT"])
        world.log.append(f"resyncer: {selecting.since} {selecting.asked} {fetching.fetch()} MODSEQ {since} {text}")
        selected, fetched, searched = after_tagged(text)[:3]
        selecting.answered(selected)
        fetching.answered(fetched)
        check_found(box, since, searched)
        world.count("resynchronised by SELECT")
        world.count("resynchronised by UID FETCH")

    def come_back_as(self, client):
        """The connection of `client` is lost: it comes back with what it knows, and that is enough."""
        moment = client.moment()
        if moment is None:
            return
        self.world.remember(client.box, moment)
        request = Request(self.world, client.box, moment, complete=True)
        text = self.connection.exchange([f"EXAMINE {client.box.name} {request.parameter()}", "UNSELECT"])
        self.world.log.append(f"resyncer, as {client.name}: {request.since} {text}")
        request.answered(after_tagged(text)[0])
        self.world.count("came back from what a step had reported")

    def come_back_from(self, box, moments):
        """The same from each of these moments, on one connection."""
        requests = {}
        for moment in moments:
            requests.setdefault(moment.modseq, []).append(Request(self.world, box, moment, complete=True))
        fetches = [same[0].fetch() for same in requests.values()]
        self.world.log.append(f"resyncer: {box.name} since {list(requests)}")
        answers = after_tagged(self.connection.exchange([f"EXAMINE {box.name}", *fetches, "UNSELECT"]))[1:-1]
        for same, answer in zip(requests.values(), answers, strict=True):
            for request in same:
                request.answered(answer)
        self.world.count("came back from moments of before")

    def come_back_to_namesake(self, box, former):
        """The UIDVALIDITY is another one: nothing that was known counts, and nothing has vanished."""
        request = Request(self.world, box, former)
        text = self.connection.exchange([f"EXAMINE {box.name} {request.parameter()}", "UNSELECT"])
        assert b"VANISHED" not in text and b" FETCH " not in text, f"another UIDVALIDITY, but {text}"
        self.world.count("resynchronised with an old UIDVALIDITY")


def after_tagged(text):
    """The answers of pipelined commands, each with its tagged line."""
    parts, at = [], 0
    for end in re.finditer(rb"(?:\A|(?<=\r\n))t\d+ [^\r\n]*\r\n", text):
        parts.append(text[at:end.end()])
        at = end.end()
    return parts


def found_modseq(text):
    """(UIDs, MODSEQ or None) of SEARCH or ESEARCH; RFC 7162 sections 3.1.5 and 3.1.10."""
    if plain := re.search(rb"\* SEARCH((?: \d+)*)(?: \(MODSEQ (\d+)\))?\r\n", text):
        return {int(uid) for uid in plain.group(1).split()}, plain.group(2)
    extended = re.search(rb"\* ESEARCH([^\r\n]*)\r\n", text)
    assert extended, f"no SEARCH response in {text}"
    uids = re.search(rb" ALL (\S+)", extended.group(1))
    modseq = re.search(rb" MODSEQ (\d+)", extended.group(1))
    found = {uid for a, b in ranges(uids.group(1)) for uid in range(a, b + 1)} if uids else set()
    return found, modseq.group(1) if modseq else None


def check_found(box, since, text):
    found, modseq = found_modseq(text)
    meant = {uid: m.modseq for uid, m in box.messages.items() if m.modseq >= since}
    assert found == meant.keys(), f"SEARCH MODSEQ {since} found {sorted(found)}, not {sorted(meant)}"
    if meant:
        assert modseq and int(modseq) == max(meant.values()), f"SEARCH returns MODSEQ {modseq} of {meant}"
