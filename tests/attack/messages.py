"""Changes of messages: races, mailboxes that are only to be read, and growth by copying."""

import threading

from tests.attack.attacker import Attacker, answers
from tests.attack.case import costs


def _examined(attacker):
    connection = attacker.selected()
    connection.command(f"EXAMINE {attacker.mailbox}")
    return connection


TABLES = [(_examined, [
    ("MOVE in a mailbox that was EXAMINEd", b"MOVE 1 Trash", b"NO"),
    ("UID MOVE in a mailbox that was EXAMINEd", b"UID MOVE 1:* Trash", b"NO"),
    ("STORE in a mailbox that was EXAMINEd", b"STORE 1 +FLAGS (\\Deleted)", b"NO"),
    ("EXPUNGE in a mailbox that was EXAMINEd", b"EXPUNGE", b"NO"),
    ("UID EXPUNGE in a mailbox that was EXAMINEd", b"UID EXPUNGE 1:*", b"NO"),
    ("REPLACE in a mailbox that was EXAMINEd", b"REPLACE 1 Drafts {3+}\r\nabc", b"NO"),
]), (Attacker.selected, [
    ("a number beyond the mailbox", b"STORE 2 +FLAGS (\\Seen)", b"BAD"),
    ("COPY to a mailbox that is none", b"COPY 1 none", b"NO [TRYCREATE]"),
    ("MOVE to a name with NUL", b'MOVE 1 "a\0b"', b"BAD"),
    ("STORE of \\Recent", b"STORE 1 +FLAGS (\\Recent)", b"BAD"),
])]


def nothing_of_a_refused_MOVE_was_copied(attacker):
    lines, _ = attacker.logged_in().command("STATUS Trash (MESSAGES)")
    assert lines[0].endswith(b"(MESSAGES 0)"), lines


@costs(seconds=6)
def of_conditional_STOREs_that_race_exactly_one_wins_each_round(attacker):
    """Four sessions count up in keywords: each change that is answered without MODIFIED was based on the latest state."""
    rounds, sessions = attacker.times(30), [attacker.selected() for _ in range(4)]
    won = []
    for number in range(rounds):
        modseq = _modseq(sessions[0])
        threads = [threading.Thread(target=_store, args=(session, modseq, f"round{number}by{index}", won))
                   for index, session in enumerate(sessions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == number + 1, f"round {number}: {won}"


@costs(seconds=8)
def copying_a_mailbox_into_itself_twelve_times_costs_little_a_message(attacker):
    connection = attacker.selected()
    for _ in range(attacker.times(12) if attacker.small else 12):
        connection.command(f"COPY 1:* {attacker.mailbox}")
    lines, _ = connection.command(f"STATUS {attacker.mailbox} (MESSAGES)")
    assert attacker.small or lines[0].endswith(b"(MESSAGES 4096)"), lines


@costs(seconds=4)
def moving_in_circles_keeps_the_message(attacker):
    connection = attacker.selected()
    connection.command(f"CREATE {attacker.mailbox}/other")
    for _ in range(attacker.times(50)):
        connection.command(f"MOVE 1 {attacker.mailbox}/other")
        connection.command(f"SELECT {attacker.mailbox}/other")
        connection.command(f"MOVE 1 {attacker.mailbox}")
        connection.command(f"SELECT {attacker.mailbox}")
    answers(connection, b"FETCH 1 UID", b"OK")


def a_mailbox_deleted_while_it_is_selected_answers_NO(attacker):
    connection = attacker.selected()
    attacker.logged_in().command(f"DELETE {attacker.mailbox}")
    connection.send(b"a FETCH 1 BODY[]\r\n")
    lines = []
    while not lines or not lines[-1].startswith((b"a ", b"* BYE")):
        lines.append(connection.response())
    assert lines[-1].startswith((b"a NO", b"* BYE")), lines


def _modseq(session):
    lines, _ = session.command("FETCH 1 (MODSEQ)")
    return int(lines[-1].rpartition(b"MODSEQ (")[2].split(b")")[0])


def _store(session, modseq, keyword, won):
    _, tagged = session.any_command(f"STORE 1 (UNCHANGEDSINCE {modseq}) FLAGS.SILENT ({keyword})")
    if tagged.startswith(b"OK") and b"[MODIFIED" not in tagged:
        won.append(keyword)
