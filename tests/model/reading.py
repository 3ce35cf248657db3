"""The commands that change nothing: what they return is the truth."""

import re

from tests.model import resync
from tests.model.choices import pick


def noop(client):
    world = client.world
    client.run(world.chance.choice(["NOOP", "CHECK"] if client.kind != "rev2" else ["NOOP"]), synced=True)
    moment = client.snapshot() if not client.box.dead else None
    if moment:
        world.remember(client.box, moment)
    world.count("a view compared")


def fetch(client):
    picked = pick(client, client.world.chance)
    if picked is None:
        return False
    items = "(FLAGS UID)" if not client.modseqs else "(UID FLAGS MODSEQ)"
    client.run(picked.command("FETCH") + " " + items, by_number=not picked.by_uid)
    client.world.count("FETCH")


def fetch_all(client):
    """The view is the truth, contents included."""
    client.run("NOOP", synced=True)
    if client.box.dead or not client.box.messages or not client.notice.messages:
        return False
    items = "(UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]" + (" MODSEQ)" if client.modseqs else ")")
    client.run(f"{'' if client.numbers else 'UID '}FETCH 1:* {items}", by_number=client.numbers)
    client.compare()
    for (uid, message), entry in zip(client.box.messages.items(), client.view.entries):
        assert (entry.uid, entry.message_id) == (uid, message.message_id), f"{entry.uid} {entry.message_id} for {uid}"
    client.world.count("a view compared with contents")


def changed_since(client):
    """FETCH CHANGEDSINCE returns what is above, and nothing else; RFC 7162 section 3.1.4.1."""
    client.run("NOOP", synced=True)
    world, box = client.world, client.box
    if not world.has("CONDSTORE") or box.dead or not box.messages or not client.notice.messages:
        return False
    client.learn()
    since = world.chance.choice([1, box.highest, world.chance.randint(1, box.highest)])
    client.modseqs = True
    client.run(f"{'' if client.numbers else 'UID '}FETCH 1:* (FLAGS) (CHANGEDSINCE {since})",
               by_number=client.numbers)
    reported = {entry.uid for entry in client.view.reported}
    meant = {uid for uid, message in box.messages.items() if message.modseq > since}
    assert reported == meant, f"CHANGEDSINCE {since} reported {sorted(reported)}, not {sorted(meant)}"
    world.count("FETCH CHANGEDSINCE")


def changed_and_vanished(client):
    """A live session asks what vanished earlier: that does not change its numbers."""
    world, box = client.world, client.box
    if client.kind != "qresync" or box.dead or not box.snapshots or not client.notice.messages:
        return False
    client.run("NOOP", synced=True)
    request = resync.Request(world, box, world.chance.choice(box.snapshots))
    tagged, lines = client.run(request.fetch())
    request.answered(b"".join(line + b"\r\n" for line in lines))
    world.count("UID FETCH VANISHED by a live session")


def search(client):
    world, box = client.world, client.box
    client.run("NOOP", synced=True)
    if not world.has("CONDSTORE") or box.dead or not client.notice.messages:
        return False
    since = world.chance.choice([0, box.highest, world.chance.randint(0, box.highest)])
    entry = world.chance.choice(["", '"/flags/\\\\Seen" all ', '"/flags/$Work" shared '])
    client.modseqs = True
    _, lines = client.run(f"UID SEARCH MODSEQ {entry}{since}", synced=True)
    resync.check_found(box, since, b"".join(line + b"\r\n" for line in lines))
    world.count("SEARCH MODSEQ")


STATUS = re.compile(rb"(MESSAGES|UIDNEXT|UIDVALIDITY|UNSEEN|HIGHESTMODSEQ) (\d+)")


def status(client):
    world = client.world
    box = world.model.boxes[world.chance.choice(world.active())]
    modseq = world.has("CONDSTORE") and world.chance.random() < 0.5
    client.modseqs = client.modseqs or modseq
    _, lines = client.run(f"STATUS {box.name} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN{' HIGHESTMODSEQ' if modseq else ''})")
    reported = [{name: int(value) for name, value in STATUS.findall(line)} for line in lines if line.startswith(b"* STATUS")]
    meant = {b"MESSAGES": len(box.messages), b"UIDNEXT": box.next, b"UIDVALIDITY": box.validity,
             b"UNSEEN": len(box.messages) - len(box.with_flag("\\Seen"))}
    if modseq:
        meant[b"HIGHESTMODSEQ"] = box.highest
    assert meant in reported, f"STATUS {box.name} has {reported}, not {meant}"    # NOTIFY may report others
    world.count("STATUS")


def start_idle(client):
    client.send_log("IDLE")
    client.connection.send(b"idle IDLE\r\n")
    client.idle_lines = []
    while not (line := client.connection.response()).startswith(b"+"):
        client.idle_lines.append(line)
    client.idles = True


def end_idle(client):
    """What the others did meanwhile was reported."""
    client.connection.send(b"DONE\r\n")
    lines = client.idle_lines
    while not (line := client.connection.response()).startswith(b"idle "):
        lines.append(line)
    client.idles = False
    if client.box is not None and client.box.dead:
        client.view.receive(lines)      # what was reported before it was deleted
        client.notice.receive(client.world.model, lines)
    else:
        client.took(line[5:], lines, synced=True)
    client.world.count("IDLE")
