"""Passwords do not stay in the server's memory, and never reach the log: its memory is searched after logins."""

import base64
import contextlib
import crypt
import os

from tests.run.program import Skipped, equal, main
from tests.run.sasl import plain
from tests.run.wire import Refused

# Long enough to be on the heap in a std::string. Each way to log in has a password of its own.
RIGHT, WRONG = "correct-horse-battery-staple-{}", "Tr0ub4dor-and-three-more-words-{}"
# Prepared for SCRAM by the server, which copies them for it: it makes the keys of imported accounts.
IMPORTED = "kÖrreckt-hØrse-bättery-ståple-{}"
# In a std::string itself, so that a copy that is moved stays where it was.
SHORT_RIGHT, SHORT_WRONG = "q7ZxKpW2vM", "j4YbTnR8sD"
LEAST = 6   # bytes that are looked for; fewer are in any memory
WAYS = {}


def way(function):
    WAYS[function.__name__] = function
    return function


@way
def login(connection, user, password):
    connection.command(f"LOGIN {user} {password}")


@way
def login_quoted(connection, user, password):
    connection.command(f'LOGIN "{user}" "{password}"')


@way
def login_literals(connection, user, password):
    connection.command("LOGIN {%d}" % len(user), [user.encode() + b" {%d}" % len(password), password.encode()])


@way
def plain_at_once(connection, user, password):
    connection.command("AUTHENTICATE PLAIN " + plain(user, password))


@way
def plain_when_asked(connection, user, password):
    connection.command("AUTHENTICATE PLAIN", [plain(user, password).encode()])


@way
def login_in_pieces(connection, user, password):
    """The bytes arrive one by one, so that every buffer grows."""
    connection.send(b"t9 LOGIN " + user.encode() + b" ")
    for byte in password.encode() + b"\r\n":
        connection.send(bytes([byte]))
    if b" OK " not in connection.response():
        raise Refused("")


def traces(server, password):
    """Where in the server's memory a large part of it stands, as it is or in base64 as PLAIN sends it."""
    parts = [password[4:].encode(), *(base64.b64encode(b"x" * shift + password.encode())[8:-8] for shift in range(3))]
    parts = [part for part in parts if len(part) >= LEAST]
    pid, found = server.process.pid, []
    try:
        memory = open(f"/proc/{pid}/mem", "rb", buffering=0)
    except PermissionError:
        raise Skipped("only root may read the memory of the server") from None
    with memory, open(f"/proc/{pid}/maps") as maps:
        for line in maps:
            where, rights, *_, name = (line.split() + [""])[:6]
            if not rights.startswith("rw") or name.startswith("[v"):
                continue
            first, last = (int(end, 16) for end in where.split("-"))
            if last - first > 1 << 30:   # a sanitizer's shadow
                continue
            memory.seek(first)
            with contextlib.suppress(OSError):
                content = memory.read(last - first)
                found += [f"{name or 'memory'} {where}" for part in parts if part in content]
    return found


def the_search_finds_what_is_there(server):
    """A mailbox name is no secret: it stays as long as the mailbox is selected."""
    server.add_user("alice")
    session = server.logged_in("alice")
    session.command("CREATE " + RIGHT.format("name"))
    session.command("SELECT " + RIGHT.format("name"))
    assert traces(server, RIGHT.format("name")), "a name in use was not found"


def add_user(server, user, password):
    server.run("user", "add", user, "--dir", server.data, input=password.encode() + b"\n")


def import_user(server, user, password):
    """The first login replaces the hash, and makes keys of SCRAM."""
    path = os.path.join(server.home, "passwd")
    with open(path, "w") as file:
        file.write(f"{user}:{crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA512, rounds=1000))}\n")
    server.run("user", "import", "passwd-file", path, "--dir", server.data)


def attempts():
    """What is tried: its name, the way, how the account is made, the right and a wrong password."""
    for name, log_in in WAYS.items():
        yield name, log_in, add_user, RIGHT.format(name), WRONG.format(name)
    yield "imported", WAYS["plain_at_once"], import_user, IMPORTED.format("one"), IMPORTED.format("another")
    for number, name in enumerate(("login", "plain_at_once", "plain_when_asked")):
        yield "short_" + name, WAYS[name], add_user, SHORT_RIGHT + str(number), SHORT_WRONG + str(number)


def passwords_do_not_stay_in_memory(server):
    server.restart("[limits]\nfailed_login_delay = 0\n")
    stayed = {}
    for name, log_in, make_user, password, wrong in attempts():
        user = name.replace("_", "")
        make_user(server, user, password)
        session = server.connect(name)
        session.greet()
        log_in(session, user, password)
        session.command("SELECT INBOX")   # it goes on
        failing = server.connect(name)
        failing.greet()
        with contextlib.suppress(Refused):
            log_in(failing, user, wrong)
        failing.any_command("NOOP")
        stayed |= {f"{name}, {which}": places for which, secret in (("right", password), ("wrong", wrong))
                   if (places := traces(server, secret))}
    equal(stayed, {})
    for secret in ("correct-horse", "Tr0ub4dor", SHORT_RIGHT, base64.b64encode(b"correct-horse").decode()[:12]):
        assert secret not in server.log_tail(1 << 20), "a password is in the log"


if __name__ == "__main__":
    main(the_search_finds_what_is_there, passwords_do_not_stay_in_memory)
