"""The commands that change messages. Each action returns False when it had nothing to do."""

import re

from tests.model.choices import flag_list, message, moment, pick, some_flags
from tests.run.view import expanded

COPYUID = re.compile(rb"\[COPYUID (\d+) (\S+) (\S+)\]")
APPENDUID = re.compile(rb"\[APPENDUID (\d+) (\S+)\]")
MODIFIED = re.compile(rb"\[MODIFIED (\S+)\]")


def refused(client, tagged, target="INBOX"):
    """True if the command must be refused, because of the selected mailbox or the target; AssertionError if it was not."""
    world = client.world
    if client.box is not None and client.box.dead:
        return must_be_no(world, tagged, "refused: the mailbox was deleted")
    if client.read_only:
        return must_be_no(world, tagged, "refused: read-only")
    return refused_target(world, tagged, target)


def refused_target(world, tagged, target):
    if target not in world.model.boxes:
        must_be_no(world, tagged, "refused: no such target")
        assert b"[TRYCREATE]" in tagged, tagged
        return True
    return False


def must_be_no(world, tagged, what):
    assert tagged.startswith(b"NO"), f"{what}, but {tagged}"
    world.count(what)
    return True


def appended(world, target, tagged, contents):
    """`contents`: (message id, flags) of each, in order. APPENDUID names the UIDs in this order."""
    code = APPENDUID.search(tagged)
    assert code, f"no APPENDUID in {tagged}"
    box, uids = world.model.boxes[target], expanded(code.group(2))
    assert len(uids) == len(contents), f"{len(contents)} messages, {tagged}"
    assert box.validity in (None, int(code.group(1))), tagged
    for uid, (message_id, flags) in zip(uids, contents):
        box.add(uid, message_id, flags)
    world.model.touch(box)


def append(client):
    """APPEND of one; of several when the server has MULTIAPPEND."""
    world = client.world
    count = world.chance.choice([1, 1, 2, 3, 6]) if world.has("MULTIAPPEND") else 1
    target = world.target()
    cancelled = count > 1 and world.chance.random() < 0.2
    parts, contents = [], []
    for _ in range(count):
        (message_id, data), flags, date = message(world), some_flags(world.chance, most=2), moment(world.chance)
        parts.append((flag_list(flags) + (f' "{date}"' if date else ""), data))
        world.model.identities.appended(message_id, date)
        contents.append((message_id, flags))
    if cancelled:
        parts[-1] = ("()", b"")       # RFC 3502 section 6.3.11: a zero-length literal cancels all

    def effect(tagged, lines):
        if refused_target(world, tagged, target):
            return
        world.model.touch(world.model.boxes[target])
        if cancelled:
            must_be_no(world, tagged, "MULTIAPPEND cancelled at the last message")
            return
        assert tagged.startswith(b"OK"), tagged
        appended(world, target, tagged, contents)
        world.count("APPEND" if count == 1 else "MULTIAPPEND")

    if world.chance.random() < 0.5:
        client.run(b"APPEND " + target.encode() + b"".join(
            b" %s {%d+}\r\n%s" % (head.encode(), len(data), data) for head, data in parts), effect)
    else:
        heads = [f" {head} {{{len(data)}}}".encode() for head, data in parts]
        literals = [data + head for (_, data), head in zip(parts, heads[1:] + [b""])]
        client.run(b"APPEND " + target.encode() + heads[0], effect, literals)


def condition(client, picked):
    """The n of UNCHANGEDSINCE: right, too low for some, or 0 (RFC 7162 section 3.1.3); or None."""
    world = client.world
    if not world.has("CONDSTORE") or world.chance.random() < 0.5:
        return None
    modseqs = [client.box.messages[uid].modseq for uid in client.box.present(picked.uids)]
    right = [max(modseqs, default=1), client.box.highest]
    stale = modseqs + [max(1, min(modseqs, default=2) - 1)]
    return world.chance.choice([0, world.chance.choice(right), world.chance.choice(stale)])


def store(client):
    if client.notice.unasked:         # what was reported before must not count as an answer
        client.run("NOOP", synced=True)
    world, picked = client.world, pick(client, client.world.chance)
    if picked is None:
        return False
    how = world.chance.choice(["+", "+", "-", ""])
    flags = some_flags(world.chance, least=0 if how == "" else 1)
    silent = world.chance.choice(["", ".SILENT"])
    since = condition(client, picked)
    if since is not None:
        client.modseqs = True     # RFC 7162 section 3.1: UNCHANGEDSINCE enables CONDSTORE
    before = {entry.uid: entry.flags for entry in client.view.entries}
    stored = []

    def effect(tagged, lines):
        if refused(client, tagged):
            return
        box, present = client.box, client.box.present(picked.uids)
        if not tagged.startswith(b"OK"):
            assert len(present) < len(picked.uids), f"nothing is expunged, but {tagged}"
            world.count("STORE refused for an expunged message")
            return world.model.touch(box)
        modified = [uid for uid in present if since is not None and box.messages[uid].modseq > since]
        check_modified(world, picked, tagged, modified, set(present))
        stored.extend(uid for uid in present if uid not in modified)
        box.store(stored, how, flags)
        world.model.touch(box)
        world.count("STORE" if since is None else "STORE UNCHANGEDSINCE 0" if since == 0 else "STORE UNCHANGEDSINCE")

    modifier = "" if since is None else f"(UNCHANGEDSINCE {since}) "
    client.run(f"{picked.command('STORE')} {modifier}{how}FLAGS{silent} {flag_list(flags)}", effect,
               by_number=not picked.by_uid)
    if silent and not client.box.dead:
        client.assume(set(stored), how, flags, before)


def check_modified(world, picked, tagged, modified, present):
    """MODIFIED names exactly those that changed since; an expunged message may be among them."""
    code = MODIFIED.search(tagged)
    reported = set(expanded(code.group(1))) if code else set()
    if not picked.by_uid:
        assert reported <= set(picked.numbers), f"{tagged}: it was asked for {picked.text}"
        reported = {picked.uid_of[number] for number in reported}
    assert reported & present == set(modified), f"{tagged}: it should name the UIDs {modified}"
    if modified:
        world.count("STORE with MODIFIED")


def transferred(client, picked, target, code, way):
    """The messages that COPYUID names exist now; the observer compares the contents later."""
    world, source = client.world, client.box
    present = source.present(picked.uids)
    world.model.touch(source, world.model.boxes[target])
    if code is None:
        assert not present, f"no COPYUID for the UIDs {present}"
        return
    olds, news = expanded(code.group(2)), expanded(code.group(3))
    assert sorted(olds) == present, f"COPYUID of {olds}, it should be {present}"
    assert len(olds) == len(news), f"COPYUID pairs {olds} with {news}"
    box = world.model.boxes[target]
    assert box.validity in (None, int(code.group(1))), code.group(0)
    pairs = sorted(zip(news, (source.messages[old] for old in olds)))
    if way == "MOVE":
        source.remove(olds)
    for new, old in pairs:
        box.add(new, old.message_id, old.flags)
    world.count(f"{way}{' to itself' if box is source else ''} {'UID' if picked.by_uid else 'by number'}")


def copy(client):
    world, picked = client.world, pick(client, client.world.chance)
    if picked is None:
        return False
    target = world.target()

    def effect(tagged, lines):
        if client.box.dead:
            return must_be_no(world, tagged, "refused: the mailbox was deleted")
        if not refused_target(world, tagged, target):
            code = COPYUID.search(tagged)
            assert tagged.startswith(b"OK") or not client.box.present(picked.uids), tagged
            transferred(client, picked, target, code, "COPY")

    client.run(f"{picked.command('COPY')} {target}", effect)


def move(client):
    world, picked = client.world, pick(client, client.world.chance)
    if picked is None:
        return False
    target = world.target()

    def effect(tagged, lines):
        if not refused(client, tagged, target):
            code = move_code(client, lines)
            assert tagged.startswith(b"OK") or not client.box.present(picked.uids), tagged
            transferred(client, picked, target, code, "MOVE")

    client.run(f"{picked.command('MOVE')} {target}", effect, synced=True)


def move_code(client, lines):
    """COPYUID, which comes before any EXPUNGE or VANISHED of this command. RFC 6851 section 4.3"""
    gone = [n for n, line in enumerate(lines) if b" EXPUNGE" in line or b"* VANISHED" in line]
    for n, line in enumerate(lines):
        if code := COPYUID.search(line):
            assert client.notice.at_once or not gone or n < gone[0], f"COPYUID after removals: {lines}"
            return code
    return None


def replace(client):
    """RFC 8508: the new message is added and the old one removed, in one step."""
    world, entries = client.world, client.entries()
    if not world.has("REPLACE") or not entries:
        return False
    number, entry = world.chance.choice(entries)
    by_uid = not client.numbers or world.chance.random() < 0.5
    target, (message_id, data), flags = world.target(), message(world), some_flags(world.chance, most=2)

    def effect(tagged, lines):
        if refused(client, tagged, target):
            return
        world.model.touch(client.box, world.model.boxes[target])
        if entry.uid not in client.box.messages:
            must_be_no(world, tagged, "REPLACE of an expunged message")
            return
        assert tagged.startswith(b"OK"), tagged
        client.box.remove([entry.uid])
        code = next((line for line in [*lines, tagged] if APPENDUID.search(line)), tagged)
        appended(world, target, code, [(message_id, flags)])
        world.count("REPLACE")

    what = f"UID REPLACE {entry.uid}" if by_uid else f"REPLACE {number}"
    head = f"{what} {target} {flag_list(flags)} {{{len(data)}+}}\r\n"
    client.run(head.encode() + data, effect)


def expunge(client):
    """Messages that the client does not know may be \\Deleted too, so first everything is reported to it."""
    world = client.world
    client.run("NOOP", synced=True)
    picked = pick(client, world.chance)
    by_uid = picked is not None and (not client.numbers or world.chance.random() < 0.5)
    if by_uid:
        picked.by_uid = True
        picked.text = ",".join(map(str, picked.uids))
    asked = set(picked.uids) if by_uid else None

    def effect(tagged, lines):
        if refused(client, tagged):
            return
        assert tagged.startswith(b"OK"), tagged
        client.box.remove([uid for uid in client.box.with_flag("\\Deleted") if asked is None or uid in asked])
        world.model.touch(client.box)
        world.count("UID EXPUNGE" if by_uid else "EXPUNGE")

    client.run(picked.command("EXPUNGE") if by_uid else "EXPUNGE", effect, synced=True)
