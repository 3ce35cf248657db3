"""The commands that change names, and what a client has selected."""

from tests.model import resync


def create(client):
    world = client.world
    free = [name for name in world.names if name not in world.model.boxes]
    if not free or len(world.active()) >= world.most:
        return False
    name = world.chance.choice(free)
    named(client, f"CREATE {name}", lambda: (world.model.create(name), client.notice.names.add(name)))


def delete(client):
    world = client.world
    existing = [name for name in world.active() if name != "INBOX"]
    if not existing or len(world.active()) <= 2:
        return False
    name = world.chance.choice(existing)
    named(client, f"DELETE {name}", lambda: (world.model.delete(name), client.notice.names.discard(name)))


def rename(client):
    """With all below it; INBOX only when one more mailbox has room."""
    world = client.world
    full = len(world.active()) >= world.most
    source = world.chance.choice([name for name in world.active() if not (name == "INBOX" and full)] or ["INBOX"])
    target = world.chance.choice(world.names)
    if not world.model_allows(source, target) or source == "INBOX" and full:
        return False
    named(client, f"RENAME {source} {target}",
          lambda: (world.model.rename(source, target), client.notice.renamed(source, target)))
    world.count("RENAME INBOX" if source == "INBOX" else "RENAME of a mailbox")


def named(client, command, change):
    def effect(tagged, lines):
        assert tagged.startswith(b"OK"), f"{command}: {tagged}"
        change()
        client.world.count(command.split()[0])

    client.run(command, effect)


def keep_moment(client):
    """Before leaving: remembers the moment that a QRESYNC client comes back from."""
    if client.box is None or client.box.dead:
        return
    client.learn()
    client.run("NOOP", synced=True)
    client.learn()
    moment = client.snapshot()
    if moment:
        client.memory[client.box] = moment
        client.world.remember(client.box, moment)


def select(client):
    """SELECT or EXAMINE in the way of the client's kind: with CONDSTORE, or by QRESYNC from where the client had left."""
    world = client.world
    keep_moment(client)
    name = world.chance.choice(world.active() if world.chance.random() < 0.9 else world.names)
    verb = world.chance.choice(["SELECT", "SELECT", "SELECT", "EXAMINE"])
    moment = client.memory.get(world.model.boxes.get(name))
    if moment and moment.validity == world.model.boxes[name].validity and world.chance.random() < 0.7:
        return reselect(client, verb, world.model.boxes[name], moment)
    condstore = world.has("CONDSTORE") and world.chance.random() < 0.2
    client.modseqs = client.modseqs or condstore
    lines, tagged = send(client, f"{verb} {name}{' (CONDSTORE)' if condstore else ''}")
    box = world.model.boxes.get(name)
    if box is None:
        assert tagged.startswith(b"NO"), tagged
        client.leave()                       # RFC 9051 section 6.3.2: a failed SELECT leaves nothing selected
        return world.count("SELECT of nothing")
    entered(client, verb, box, tagged)
    client.view.receive(lines)
    client.view.answered(tagged)
    client.compare()
    world.count(verb)


def reselect(client, verb, box, moment):
    """The view is what the client knew and what the server reported since; nothing is fetched."""
    request = resync.Request(client.world, box, moment, complete=True)
    lines, tagged = send(client, f"{verb} {box.name} {request.parameter()}")
    entered(client, verb, box, tagged)
    known = request.answered(b"".join(line + b"\r\n" for line in lines))
    client.view.receive([line for line in lines if b"EXISTS" not in line and b" FETCH " not in line])
    client.view.answered(tagged)
    client.restore(known)
    client.compare()
    client.world.count("a live client came back by QRESYNC")


def entered(client, verb, box, tagged):
    assert tagged.startswith(b"OK"), tagged
    client.enter(box, verb == "EXAMINE")
    assert (b"[READ-ONLY]" if client.read_only else b"[READ-WRITE]") in tagged, tagged


def send(client, text):
    """(lines after CLOSED, tagged)"""
    client.send_log(text)
    lines, tagged = client.connection.any_command(text)
    client.world.log.append(f"    -> {tagged.decode(errors='replace')} {lines}")
    # IMAP4rev2 answers SELECT with a LIST too, behind HIGHESTMODSEQ; it says nothing of subscriptions.
    received = [line for before, line in zip([b"", *lines], lines)
             if not (b"[HIGHESTMODSEQ" in before and b"* LIST" in line)]
    client.notice.receive(client.world.model, received)
    closed = [n for n, line in enumerate(lines) if b"[CLOSED]" in line]
    return lines[closed[0] + 1:] if closed else lines, tagged


def unselect(client):
    keep_moment(client)
    client.run("UNSELECT", lambda tagged, lines: client.leave())
    client.world.count("UNSELECT")


def close(client):
    """Expunges without EXPUNGE responses, unless read-only. RFC 9051 section 6.4.1"""
    world, box = client.world, client.box

    def effect(tagged, lines):
        if not box.dead:
            assert tagged.startswith(b"OK"), tagged
            reported = any(b"EXPUNGE" in line or b"VANISHED" in line for line in lines)
            assert client.notice.at_once or not reported, lines
            if not client.read_only:
                box.remove(box.with_flag("\\Deleted"))
            world.model.touch(box)
        if tagged.startswith(b"OK"):
            client.leave()

    client.run("CLOSE", effect)
    if client.box is not None:
        client.run("UNSELECT", lambda tagged, lines: client.leave())
    world.count("CLOSE")
