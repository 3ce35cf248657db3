"""mbsync: two-way sync of several mailboxes, flags and deletions; a run after nothing changed changes nothing."""

import os
import re

from tests.clients.mail_program import run
from tests.run import given
from tests.run.program import equal

CHANGES = re.compile(rb"^\S+ (?:APPEND|CREATE|DELETE|EXPUNGE|UID (?:STORE|EXPUNGE|COPY|MOVE)) ", re.MULTILINE)

CONFIG = """
IMAPStore server
Host {host}
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs *

MaildirStore local
Path {home}/mail/
Inbox {home}/mail/INBOX
SubFolders Verbatim

Channel all
Far :server:
Near :local:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
CopyArrivalDate yes
"""


def configure(world):
    os.makedirs(os.path.join(world.home, "mail"))
    with open(os.path.join(world.home, "mbsyncrc"), "w") as file:
        file.write(CONFIG.format(host=world.proxy.host, port=world.proxy.port, user=world.user,
                                 password=world.password, home=world.home))


def sync(world):
    """Runs mbsync; returns what it sent."""
    before = len(world.proxy.sent)
    world.run("mbsync", "-c", os.path.join(world.home, "mbsyncrc"), "-a")
    return b"".join(bytes(sent) for sent in world.proxy.sent[before:])


def maildir(world, mailbox):
    """{Message-Id: (flag letters, path)} of the local side."""
    found = {}
    for sub in ("new", "cur"):
        folder = os.path.join(world.home, "mail", mailbox, sub)
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                message_id = re.search(rb"Message-Id: <([^>]*)>", file.read()).group(1)
            found[message_id] = ("".join(sorted(name.partition(":2,")[2])), path)
    return found


def local(world, mailbox):
    return {message_id: flags for message_id, (flags, _) in maildir(world, mailbox).items()}


def remote(world, mailbox):
    letters = {"\\Seen": "S", "\\Answered": "R", "\\Flagged": "F", "\\Deleted": "T", "\\Draft": "D"}
    return {re.search(rb"Message-Id: <([^>]*)>", message).group(1): "".join(sorted(letters[f] for f in flags))
            for flags, message in world.mail(mailbox)}


def set_flags(path, flags):
    folder, name = os.path.split(path)
    target = os.path.join(os.path.dirname(folder), "cur", name.partition(":2,")[0] + ":2," + flags)
    os.rename(path, target)


def deliver_local(world, mailbox, number):
    with open(os.path.join(world.home, "mail", mailbox, "cur", f"1.{number}.host:2,S"), "wb") as file:
        file.write(given.message(number).replace(b"\r\n", b"\n"))


def syncs_both_ways(world):
    configure(world)
    world.fill("INBOX", 4)
    second = world.direct()
    for mailbox in ("Work", "Work/Deep"):
        second.command(f"CREATE {mailbox}")
    world.fill("Work/Deep", 2)
    sync(world)
    equal(local(world, "INBOX"), {b"m%d@example.com" % n: "" for n in (1, 2, 3, 4)}, "INBOX after the first run")
    equal(local(world, "Work/Deep"), {b"m%d@example.com" % n: "" for n in (1, 2)}, "Work/Deep")

    files = maildir(world, "INBOX")
    set_flags(files[b"m1@example.com"][1], "FS")
    set_flags(files[b"m2@example.com"][1], "T")
    deliver_local(world, "INBOX", 8)
    deliver_local(world, "Work/Deep", 9)
    second.command("SELECT INBOX")
    second.command("STORE 3 +FLAGS.SILENT (\\Answered)")
    second.command("STORE 4 +FLAGS.SILENT (\\Deleted)")
    second.command("EXPUNGE")
    second.append("INBOX", given.message(5), "(\\Flagged)")
    second.close()
    sync(world)
    wanted = {b"m1@example.com": "FS", b"m3@example.com": "R", b"m5@example.com": "F", b"m8@example.com": "S"}
    equal(local(world, "INBOX"), wanted, "local INBOX")
    equal(remote(world, "INBOX"), wanted, "remote INBOX")
    equal(remote(world, "Work/Deep"), {b"m1@example.com": "", b"m2@example.com": "", b"m9@example.com": "S"}, "Work/Deep")


def creates_mailboxes_on_the_server(world):
    configure(world)
    sync(world)
    os.makedirs(os.path.join(world.home, "mail", "Made", "Here"))
    for sub in ("new", "cur", "tmp"):
        os.makedirs(os.path.join(world.home, "mail", "Made", sub))
    deliver_local(world, "Made", 3)
    sync(world)
    equal(remote(world, "Made"), {b"m3@example.com": "S"}, "Made")


def changes_nothing_the_second_time(world):
    configure(world)
    world.fill("INBOX", 3)
    world.fill("Archive", 2)
    sync(world)
    before = [world.mail(mailbox) for mailbox in ("INBOX", "Archive")], local(world, "INBOX"), local(world, "Archive")
    said = sync(world)
    after = [world.mail(mailbox) for mailbox in ("INBOX", "Archive")], local(world, "INBOX"), local(world, "Archive")
    equal(after, before, "both sides")
    equal(CHANGES.findall(said), [], "commands that change something")


if __name__ == "__main__":
    run(syncs_both_ways, creates_mailboxes_on_the_server, changes_nothing_the_second_time)
