"""Waiting clients: IDLE that never ends or ends wrong, reports that nobody reads."""

from tests.attack.attacker import MESSAGE, Attacker, closes, only_noop_follows, reset, until
from tests.attack.case import costs

EVENTS = b"(MessageNew MessageExpunge FlagChange)"

TABLES = [(Attacker.selected, [
    ("NOTIFY for 9000 mailboxes that do not exist",
     b"NOTIFY SET (mailboxes (" + b" ".join(b"n%d" % n for n in range(9_000)) + b") " + EVENTS + b")", b"OK"),
    ("NOTIFY with 4000 filters", b"NOTIFY SET" + b" (personal NONE)" * 4_000, b"OK"),
    ("NOTIFY with an unknown event", b"NOTIFY SET (personal (Nonsense))", b"NO [BADEVENT"),
    ("NOTIFY with a fetch of 4000 items", b"NOTIFY SET (selected (MessageNew ("
     + b" ".join(b"BODY.PEEK[%d]" % n for n in range(1, 4_000)) + b") MessageExpunge))", b"NO [LIMIT]"),
    ("NOTIFY of new messages only", b"NOTIFY SET (selected (MessageNew))", b"BAD"),
])]


def a_command_within_IDLE_is_not_run(attacker):
    connection = _idling(attacker)
    connection.send(b"a2 CREATE smuggled\r\n")
    assert until(connection, b"i ")[-1].startswith(b"i BAD")
    only_noop_follows(connection)
    lines, _ = connection.command('LIST "" smuggled')
    assert lines == [], lines


def garbage_within_IDLE_is_BAD(attacker):
    connection = _idling(attacker)
    connection.send(b"\0\xff\x1b[2J(((({{{{\r\n")
    assert until(connection, b"i ")[-1].startswith(b"i BAD")
    only_noop_follows(connection)


def a_line_of_a_megabyte_within_IDLE_is_not_kept(attacker):
    connection = _idling(attacker)
    try:
        connection.send(b"D" * 1_000_000 + b"\r\n")
    except ConnectionError:
        return
    assert connection.response().startswith((b"i BAD", b"* BYE", b"* BAD"))


def commands_sent_together_with_IDLE_are_no_DONE(attacker):
    connection = attacker.selected()
    connection.send(b"i IDLE\r\na1 CREATE smuggled\r\na2 NOOP\r\n")
    lines = until(connection, b"a2 ")
    assert lines[-1].startswith(b"a2 OK") and any(line.startswith(b"i BAD") for line in lines), lines
    lines, _ = connection.command('LIST "" smuggled')
    assert lines == [], lines


def a_thousand_IDLE_and_DONE_in_one_piece_are_answered(attacker):
    connection = attacker.selected()
    times = attacker.times(1000)
    connection.send(b"i IDLE\r\nDONE\r\n" * times + b"n NOOP\r\n")
    lines = until(connection, b"n ")
    assert sum(line.startswith(b"i OK") for line in lines) == times


def clients_cut_off_within_IDLE_free_what_they_held(attacker):
    for n in range(attacker.times(200)):
        connection = _idling(attacker)
        reset(connection) if n % 2 else connection.close()


def a_client_that_ends_its_side_within_IDLE_is_closed(attacker):
    connection = _idling(attacker)
    connection.hang_up()
    closes(connection)


@costs(seconds=10)
def changes_that_an_idle_client_does_not_read_are_not_gathered(attacker):
    """Others change flags some thousand times; the idle client has read nothing, and is sent the state that holds then."""
    _changes_beside(attacker, _idling(attacker), b"DONE\r\n")


@costs(seconds=10)
def changes_that_NOTIFY_reports_to_nobody_are_not_gathered(attacker):
    connection = attacker.selected()
    connection.command(b"NOTIFY SET (selected " + EVENTS + b") (personal " + EVENTS + b")")
    _changes_beside(attacker, connection, b"")


@costs(seconds=4)
def NOTIFY_set_again_and_again_costs_little(attacker):
    connection = attacker.selected()
    for _ in range(attacker.times(100)):
        connection.command(b"NOTIFY SET STATUS (personal " + EVENTS + b") (selected " + EVENTS + b")")
        connection.command("NOTIFY NONE")


def thirty_idle_clients_and_a_new_message_cost_little(attacker):
    idle = [_idling(attacker) for _ in range(attacker.times(28))]
    attacker.logged_in().append(attacker.mailbox, MESSAGE)
    for connection in idle:
        assert until(connection, b"* 2 EXISTS")


def _idling(attacker):
    connection = attacker.selected()
    connection.send(b"i IDLE\r\n")
    until(connection, b"+")
    return connection


def _changes_beside(attacker, connection, ending):
    """As many as fill what the kernel holds, and as many again; each makes a response of 1000 bytes."""
    other = attacker.selected()
    keywords = " ".join(f"{n:03d}" + "k" * 120 for n in range(8))
    other.command(f"COPY 1:* {attacker.mailbox}")
    times = attacker.times(2_000)
    for n in range(times // 50 + 1):
        sign = b"+-"[n % 2: n % 2 + 1]
        other.exchange([b"STORE 1:* %sFLAGS.SILENT (%s)" % (sign, keywords.encode()) if k % 2 else
                        b"STORE 1:* %sFLAGS.SILENT (%s)" % (b"-" if sign == b"+" else b"+", keywords.encode())
                        for k in range(50)])
    connection.send(ending + b"n NOOP\r\n")
    assert until(connection, b"n ")[-1].startswith(b"n OK")
