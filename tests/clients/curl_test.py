"""curl: list, fetch, append, search, store, each checked through the second path."""

import os

from tests.clients.mail_program import run
from tests.run import given
from tests.run.program import equal


def curl(world, path, *options):
    return world.run("curl", "--silent", "--show-error", "--max-time", "30", "--user", f"{world.user}:{world.password}",
                     f"imap://{world.proxy.host}:{world.proxy.port}/{path}", *options)


def lists(world):
    for name in ("INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive"):
        assert name.encode() in curl(world, ""), name


def fetches(world):
    world.fill("INBOX", 2)
    equal(curl(world, "INBOX;UID=2"), given.message(2), "by UID")
    equal(curl(world, "INBOX;MAILINDEX=1"), given.message(1), "by number")
    equal(curl(world, "INBOX;MAILINDEX=1;SECTION=TEXT"), b"body of message 1\r\n", "a section")
    equal([flags for flags, _ in world.mail("INBOX")], [frozenset({"\\Seen"})] * 2, "flags")


def appends(world):
    path = os.path.join(world.home, "message")
    with open(path, "wb") as file:
        file.write(given.message(7))
    curl(world, "Archive", "--upload-file", path)
    equal([message for _, message in world.mail("Archive")], [given.message(7)], "Archive")


def searches(world):
    world.fill("INBOX", 3)
    equal(curl(world, "INBOX?SUBJECT%20%22message%202%22").strip(), b"* SEARCH 2", "search")
    equal(curl(world, "INBOX?ALL").strip(), b"* SEARCH 1 2 3", "all")


def commands(world):
    world.fill("INBOX", 2)
    curl(world, "INBOX", "--request", "STORE 1 +Flags \\Flagged")
    equal(world.mail("INBOX")[0][0], frozenset({"\\Flagged"}), "STORE")
    curl(world, "", "--request", "CREATE Made")
    assert "Made" in world.mailboxes(), "CREATE"
    assert b"* STATUS" in curl(world, "", "--request", "STATUS INBOX (MESSAGES)"), "STATUS"


def authenticates_with_an_initial_response(world):
    assert b"INBOX" in curl(world, "", "--sasl-ir", "--login-options", "AUTH=PLAIN"), "list"
    assert b"AUTHENTICATE PLAIN " in world.proxy.said(), "initial response"


if __name__ == "__main__":
    run(lists, fetches, appends, searches, commands, authenticates_with_an_initial_response)
