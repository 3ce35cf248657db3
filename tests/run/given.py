"""What a `given` line sets up, by table. Mailboxes are written as they go over the wire."""

import re

from tests.run.server import PASSWORD

NAMES = r"(?P<names>[a-z][a-z0-9]*(?:, [a-z][a-z0-9]*)*)"


class Unknown(Exception):
    """No such `given`."""


def prepare(player, step):
    for form, action in FORMS:
        found = re.fullmatch(form, step.text)
        if found:
            action(player, step, **found.groupdict())
            return
    raise Unknown(f"given {step.text}")


def logged_in(player, name):
    """The session of that name, connected and logged in at its first mention."""
    if name not in player.sessions:
        opened(player, name).greet()
        player.sessions[name].login(player.accounts.get(name, player.user), PASSWORD)
    return player.sessions[name]


def opened(player, name):
    player.sessions[name] = player.server.connect(name)
    return player.sessions[name]


def message(number):
    """The text of the number-th message that `with N messages` makes."""
    day = 1 + (number - 1) % 28
    return (f"Date: {day:02d} Jan 2026 10:00:00 +0000\r\nFrom: Fred Foobar <fred@example.com>\r\n"
            f"To: mooch@example.org\r\nSubject: message {number}\r\nMessage-Id: <m{number}@example.com>\r\n"
            f"\r\nbody of message {number}\r\n").encode()


def internal_date(number):
    """From the 10th on: a server may write the 9th with a zero or with a space."""
    return f'"{10 + (number - 1) % 18}-Jan-2026 10:00:00 +0000"'


def _each(names):
    return names.split(", ")


def _open(player, _step, names):
    for name in _each(names):
        opened(player, name)


def _connect(player, _step, names):
    for name in _each(names):
        opened(player, name).greet()


def _log_in(player, _step, names):
    for name in _each(names):
        logged_in(player, name)


def _enable(player, _step, names, what):
    for name in _each(names):
        logged_in(player, name).command(f"ENABLE {what}")


def _select(player, _step, names, how, mailbox):
    verb = "SELECT" if how == "selected" else "EXAMINE"
    for name in _each(names):
        logged_in(player, name).command(f"{verb} ".encode() + mailbox.encode("latin-1"))


def _did(player, _step, names, command):
    for name in _each(names):
        logged_in(player, name).command(command.encode("latin-1"))


def _account(player, _step, names):
    """Each of the sessions gets an account of its own."""
    for name in _each(names):
        player.accounts[name] = player.server.add_user()


def _move(player, _step, url):
    player.server.run("user", "move", player.user, url, "--dir", player.server.data)


def _move_back(player, _step):
    player.server.run("user", "move", player.user, "--here", "--dir", player.server.data)


def _create(player, _step, mailboxes):
    for mailbox in mailboxes.split(", "):
        logged_in(player, "setup").command(b"CREATE " + mailbox.encode("latin-1"))


def _messages(player, _step, mailbox, count):
    for number in range(1, int(count) + 1):
        logged_in(player, "setup").append(mailbox, message(number), "", internal_date(number))


def _message(player, step, mailbox, flags, date):
    logged_in(player, "setup").append(mailbox, step.data.encode("latin-1"), flags or "", date or "")


FORMS = [
    (rf"{NAMES} opened", _open),
    (rf"{NAMES} connected", _connect),
    (rf"{NAMES} logged in", _log_in),
    (rf"{NAMES} enabled (?P<what>.+)", _enable),
    (rf"{NAMES} (?P<how>selected|examined) (?P<mailbox>.+)", _select),
    (rf"{NAMES} did (?P<command>.+)", _did),
    (rf"accounts? {NAMES}", _account),
    (r"account moved to (?P<url>\S+)", _move),
    (r"account moved back", _move_back),
    (r"mailbox(?:es)? (?P<mailboxes>.+)", _create),
    (r"(?P<mailbox>\S+) with (?P<count>\d+) messages?", _messages),
    (r"message in (?P<mailbox>\S+)(?: flags (?P<flags>\(.*?\)))?(?: date (?P<date>\".*?\"))?:", _message),
]
