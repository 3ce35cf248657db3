"""Two sessions change the same messages at the same time."""

from tests.model.choices import some_flags
from tests.model.messages import MODIFIED, move_code
from tests.run.view import expanded


def rivals(client):
    """Another session that can write to the same mailbox, and the UIDs both know."""
    others = [other for other in client.world.clients
              if other is not client and other.writes and other.box is client.box and not other.idles and other.notice.messages]
    if not client.writes or not client.notice.messages or not others:
        return None, []
    other = client.world.chance.choice(others)
    for one in (client, other):
        one.run("NOOP", synced=True)
    both = {entry.uid for _, entry in client.entries()} & {entry.uid for _, entry in other.entries()}
    return other, sorted(both)


def at_once(clients, command):
    """Both send before either answer is read; returns the (tagged, lines) of each."""
    for client in clients:
        client.send_log("(at once) " + command)
        client.connection.send(f"race {command}\r\n".encode())
    answers = []
    for client in clients:
        lines = []
        while not (line := client.connection.response()).startswith(b"race "):
            lines.append(line)
        answers.append((line[5:], lines))
    return answers


def race_to_move(client):
    """Each message moves exactly once, no matter who moves it."""
    other, uids = rivals(client)
    if not uids:
        return False
    world, box = client.world, client.box
    target = world.model.boxes[world.chance.choice(world.active())]
    if target is box:
        return False
    chosen = world.chance.sample(uids, min(len(uids), 3))
    answers = at_once([client, other], f"UID MOVE {','.join(map(str, chosen))} {target.name}")
    pairs = []
    for one, (_, lines) in zip([client, other], answers):
        if code := move_code(one, lines):
            pairs += zip(expanded(code.group(3)), expanded(code.group(2)))
    assert sorted(old for _, old in pairs) == sorted(chosen), f"moved {pairs}, both were asked for {chosen}"
    for new, old in sorted(pairs):
        message = box.messages[old]
        target.add(new, message.message_id, message.flags)
    box.remove(chosen)
    world.model.touch(box, target)
    for one, (tagged, lines) in zip([client, other], answers):
        one.took(tagged, lines)
        one.notice.did([box, target])
        one.run("NOOP", synced=True)
    world.count("two sessions move the same")


def race_to_store(client):
    """Of two conditional changes from the same state one succeeds, and the other one gets MODIFIED. RFC 7162 section 3.1.3"""
    other, uids = rivals(client)
    if not uids or not client.world.has("CONDSTORE"):
        return False
    world, box = client.world, client.box
    uid, how = world.chance.choice(uids), "+"
    flags = some_flags(world.chance, least=1) - box.messages[uid].flags
    if not flags:
        return False
    client.modseqs = other.modseqs = True
    command = f"UID STORE {uid} (UNCHANGEDSINCE {box.messages[uid].modseq}) {how}FLAGS ({' '.join(sorted(flags))})"
    answers = at_once([client, other], command)
    lost = [MODIFIED.search(tagged) is not None for tagged, _ in answers]
    assert sorted(lost) == [False, True], f"one of two should win: {answers}"
    box.store([uid], how, flags)
    world.model.touch(box)
    for one, (tagged, lines) in zip([client, other], answers):
        one.took(tagged, lines)
        one.run("NOOP", synced=True)
    world.count("two sessions store on the same condition")
