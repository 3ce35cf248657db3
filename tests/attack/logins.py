"""Logins: storms of wrong passwords, user names that are no names, SASL that never ends."""

import base64
import os
import threading
import time

from tests.attack.attacker import answers, ends, reset, soon, until
from tests.attack.case import costs
from tests.run.process import Process
from tests.run.sasl import plain
from tests.run.server import PASSWORD

HASHES = True   # of wrong passwords


def line_breaks_in_a_user_name_make_no_second_line_of_the_log(attacker):
    said = _logged(attacker, b"bob\r\n2026-11-29T00:00:00Z info login peer=\"1.2.3.4:5\" user=\"root\"")
    assert b"\n2026-11-29T00:00:00Z" not in said, said


def escapes_in_a_user_name_do_not_reach_a_terminal(attacker):
    said = _logged(attacker, b"bob\x1b[2J\x1b]0;evil\x07\xc2\x9b31m")
    assert not set(said) & {0x1b, 0x07, 0xc2}, said


def quotes_in_a_user_name_stay_within_its_field(attacker):
    said = _logged(attacker, b'bob" peer="9.9.9.9:9')
    assert b' peer="9.9.9.9:9' not in said.replace(b'\\"', b"'"), said


def formats_in_a_user_name_are_letters(attacker):
    said = _logged(attacker, b"%n%s%s%n${HOME}%u{{7*7}}$(id)")
    assert b"%n%s%s%n${HOME}%u{{7*7}}$(id)" in said, said


def directions_of_writing_in_a_user_name_are_escaped(attacker):
    said = _logged(attacker, "bob\u202egpj.exe\u2066".encode())
    assert b"bob\\u202egpj.exe\\u2066" in said, said


def a_user_name_that_is_SQL_is_a_name(attacker):
    _refused(attacker, b"' OR '1'='1", b"attacker'--", b"attacker\" OR \"\"=\"", b"%", b"_", b"*")


def a_user_name_that_is_a_path_is_a_name(attacker):
    _refused(attacker, b"../attacker", b"attacker/../attacker", b"/etc/passwd", b"1")


def a_user_name_that_begins_like_another_is_not_that_one(attacker):
    _refused(attacker, b"attacker\0", b"attacke", b"attackerr", b"attacker ", b" attacker", b"attacker@")


def a_password_with_NUL_after_the_right_one_is_wrong(attacker):
    _refused(attacker, b"attacker", password=PASSWORD.encode() + b"\0more")


def a_user_name_of_3000_bytes_is_refused(attacker):
    _refused(attacker, b"u" * 3000)


def a_user_name_that_is_not_UTF_8_is_refused(attacker):
    _refused(attacker, b"\xff\xfe\xc0\xaf", b"attacker\xff")


def a_password_of_2000_bytes_costs_no_more_than_another(attacker):
    _refused(attacker, b"attacker", password=b"p" * 2000)


def another_users_mail_is_not_reached_by_an_authorization_identity(attacker):
    connection = attacker.connect()
    connection.send(b"a1 AUTHENTICATE PLAIN " + plain("attacker", PASSWORD, "neighbour").encode() + b"\r\n")
    assert until(connection, b"a1 ")[-1].startswith(b"a1 NO")


def messages_of_PLAIN_with_too_many_parts_are_refused(attacker):
    for n, text in enumerate((b"\0" * 1000, b"attacker", b"", b"\0\0", b"\0attacker\0", b"\0\0secret")):
        command = b"AUTHENTICATE PLAIN " + (base64.b64encode(text) or b"=")
        answers(attacker.connect(attacker.host(n + 1)), command, (b"NO", b"BAD"))


@costs(seconds=4, hashes=True)
def an_unknown_user_and_a_wrong_password_get_the_same_answer(attacker):
    heard = set()
    for n, user in enumerate(("attacker", "nobody-of-that-name")):
        connection = attacker.connect(attacker.host(n + 1))
        heard.add(connection.any_command(f"LOGIN {user} wrong")[1])
    assert len(heard) == 1, heard


@costs(seconds=4, hashes=True)
def three_wrong_passwords_end_with_BYE(attacker):
    connection = attacker.connect()
    connection.send(b"a LOGIN attacker wrong\r\n" * 4)
    assert sum(line.startswith(b"a NO") for line in ends(connection)) <= 3


@costs(seconds=4, hashes=True)
def guessing_from_one_address_delays_no_other(attacker):
    guesser = attacker.connect()
    guesser.send(b"a LOGIN attacker wrong\r\n")
    begun = time.monotonic()
    attacker.logged_in(host=attacker.host(2))
    assert time.monotonic() - begun < 0.9 or attacker.small, "it waited for another address's delay"


@costs(seconds=20, hashes=True)
def in_a_storm_of_wrong_passwords_a_known_user_logs_in_at_once(attacker):
    with _Storm(attacker, attacker.times(200)) as storm:
        for n in range(10):
            begun, used = time.monotonic(), storm.seconds()
            attacker.logged_in(host=attacker.host(1000 + n), recorded=False)
            waited = min(time.monotonic() - begun, storm.seconds() - used)
            assert attacker.small or waited < 1.0, f"{waited:.2f} s"


@costs(seconds=30, hashes=True)
def in_a_storm_of_wrong_passwords_a_new_user_logs_in_within_seconds(attacker):
    """One whose password is not yet known to be right waits for those that came before."""
    user, tries = attacker.new_user(), 0
    with _Storm(attacker, attacker.times(200)) as storm:
        begun, used, tagged = time.monotonic(), storm.seconds(), b""
        while not tagged.startswith(b"OK"):
            tries += 1
            time.sleep(0.05)
            tagged = attacker.connect(attacker.host(1000 + tries), recorded=False).any_command(f"LOGIN {user} {PASSWORD}")[1]
        waited = min(time.monotonic() - begun, storm.seconds() - used)
        assert attacker.small or waited < 10, f"{waited:.2f} s, {tries} tries"


@costs(seconds=10, hashes=True)
def clients_that_leave_while_their_login_is_delayed_hold_nothing(attacker):
    for n in range(attacker.times(100)):
        connection = attacker.connect(attacker.host(1 + n // 10), recorded=False)
        connection.send(b"a LOGIN attacker wrong\r\n" * 3)
        reset(connection)


def AUTHENTICATE_cut_off_a_thousand_times_leaves_nothing(attacker):
    for n in range(attacker.times(1000)):
        connection = attacker.connect(attacker.host(1 + n // 10), recorded=False)
        connection.send(b"a AUTHENTICATE PLAIN\r\n" + b"AGE" * (n % 2))
        reset(connection)


def a_second_LOGIN_changes_nobody(attacker):
    connection = attacker.logged_in()
    for command in (b"LOGIN neighbour secret", b"AUTHENTICATE PLAIN " + plain("neighbour", PASSWORD).encode()):
        connection.send(b"a " + command + b"\r\n")
        assert connection.response().startswith(b"a BAD")


def _refused(attacker, *users, password=PASSWORD.encode()):
    """None of them logs in with it; they come at the same time, from an address each."""
    connections = []
    for n, user in enumerate(users):
        connections.append(attacker.connect(attacker.host(n + 1)))
        connections[-1].send(b"a1 AUTHENTICATE PLAIN " + plain(user, password).encode() + b"\r\n")
    for user, connection in zip(users, connections):
        tagged = until(connection, b"a1 ")[-1]
        assert tagged.startswith((b"a1 NO", b"a1 BAD")), f"{user[:40]!r}: {tagged!r}"


def _logged(attacker, user):
    """What the log says about this user name, which is refused."""
    before = len(_log(attacker))
    _refused(attacker, user)
    return soon(lambda: _log(attacker)[before:].rpartition(b"\n")[0], "nothing in the log", seconds=30)


def _log(attacker):
    with open(os.path.join(attacker.server.home, "log"), "rb") as log:
        return log.read()


class _Storm:
    """Logins with wrong passwords, each from an address of its own: so many at first, and some more all the time."""

    def __init__(self, attacker, connections):
        self.attacker, self.connections = attacker, connections
        self.seconds = Process(attacker.server.process.pid).seconds
        self.ended, self.addresses = threading.Event(), iter(range(2000, 3000))
        self.thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self):
        self._begin(self.connections)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def _go_on(self):
        while not self.ended.wait(0.5):
            self._begin(self.connections // 8)

    def _begin(self, count):
        for _, number in zip(range(count), self.addresses):
            connection = self.attacker.connect(self.attacker.host(number), greeted=False, recorded=False)
            connection.send(b"a LOGIN attacker wrong\r\n")
