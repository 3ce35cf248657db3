"""Python's imaplib: a session with every common command, checked through the second path."""

import imaplib

from tests.clients.mail_program import run
from tests.run import given
from tests.run.program import equal


def connected(world):
    client = imaplib.IMAP4(world.proxy.host, world.proxy.port)
    client.login(world.user, world.password)
    return client


def ok(answer):
    status, data = answer
    assert status == "OK", answer
    return data


def reads_and_files(world):
    world.fill("INBOX", 3)
    client = connected(world)
    equal(ok(client.select("INBOX")), [b"3"], "EXISTS")
    equal(ok(client.search(None, "SUBJECT", "message")), [b"1 2 3"], "search")
    equal(ok(client.fetch("2", "(RFC822)"))[0][1], given.message(2), "message 2")
    ok(client.store("1", "+FLAGS", "\\Deleted"))
    ok(client.copy("2", "Archive"))
    equal(ok(client.expunge()), [b"1"], "expunged")
    ok(client.close())
    ok(client.append("Sent", "(\\Seen)", imaplib.Time2Internaldate(0), b"Subject: sent\r\n\r\nx\r\n"))
    client.logout()
    equal(world.mail("INBOX"), [(frozenset({"\\Seen"}), given.message(2)), (frozenset(), given.message(3))], "INBOX")
    equal(world.mail("Archive"), [(frozenset({"\\Seen"}), given.message(2))], "Archive")
    equal(world.mail("Sent"), [(frozenset({"\\Seen"}), b"Subject: sent\r\n\r\nx\r\n")], "Sent")


def manages_mailboxes(world):
    client = connected(world)
    ok(client.create("Projects/One"))
    ok(client.rename("Projects/One", "Projects/Two"))
    ok(client.subscribe("Projects/Two"))
    ok(client.create("Gone"))
    ok(client.delete("Gone"))
    equal(ok(client.status("Projects/Two", "(MESSAGES UIDNEXT)")), [b'Projects/Two (MESSAGES 0 UIDNEXT 1)'], "status")
    equal(ok(client.namespace()), [b'(("" "/")) NIL NIL'], "namespace")
    assert any(b"Projects/Two" in line for line in ok(client.lsub())), "LSUB"
    client.logout()
    wanted = {"INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive", "Projects", "Projects/Two"}
    equal(world.mailboxes(), wanted, "mailboxes")


def searches_in_utf8(world):
    message = "Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nein wörd4\r\n".encode()
    second = world.direct()
    second.append("INBOX", message)
    second.close()
    client = connected(world)
    ok(client.select("INBOX", readonly=True))
    equal(ok(client.search("UTF-8", 'BODY "wörd4"'.encode())), [b"1"], "raw 8-bit in quotes")
    client.literal = "wörd4".encode()
    equal(ok(client.uid("SEARCH", "CHARSET", "UTF-8", "BODY")), [b"1"], "literal")
    client.logout()


def authenticates(world):
    client = imaplib.IMAP4(world.proxy.host, world.proxy.port)
    ok(client.authenticate("PLAIN", lambda _: f"\0{world.user}\0{world.password}".encode()))
    ok(client.noop())
    client.logout()
    client = imaplib.IMAP4(world.proxy.host, world.proxy.port)
    try:
        client.login(world.user, "wrong")
        raise AssertionError("a wrong password was taken")
    except imaplib.IMAP4.error as refused:
        assert "AUTHENTICATIONFAILED" in str(refused), refused
    client.logout()


if __name__ == "__main__":
    run(reads_and_files, manages_mailboxes, searches_in_utf8, authenticates)
