"""How many instructions the server needs for quick workloads; fails when one needs 1.3 times as many as it should.

Counted, not timed (callgrind.py), so a busy machine makes hardly a difference. The figures are in instructions.toml; `--write`
writes them anew.
"""

import os
import tomllib
from random import Random

from tests.bench.callgrind import CountedServer
from tests.bench.four_kilobytes import letter
from tests.run.program import main, option

MOST, LEAST = 1.3, 0.77   # times the figure
FIGURES = os.path.join(os.path.dirname(__file__), "instructions.toml")
MANY = 1000               # messages of a mailbox
BATCH = 100               # messages of one APPEND
TIMES = 10                # a command about all of them
REPEATED = 100            # a command about one message, or about none
HEAD = "# Instructions of one operation, as `python3 -m tests.bench.instructions --write` counted them: README.md.\n"
LETTERS = [letter(Random(number), number, MANY) for number in range(MANY)]


def append(client, _):
    for message in LETTERS[:REPEATED]:
        client.command(b"APPEND Singles {%d+}\r\n" % len(message) + message)
    return REPEATED


def multiappend(client, _, mailbox=b"Batches"):
    for begin in range(0, MANY, BATCH):
        batch = b"".join(b" {%d+}\r\n" % len(message) + message for message in LETTERS[begin:begin + BATCH])
        client.command(b"APPEND " + mailbox + batch)
    return MANY


def of_all(command):
    """The workload of a command about MANY messages; an operation is one of them.

    It is repeated, because what happens beside it, now and then, is much for one quick command.
    """
    def work(client, _):
        for _ in range(TIMES):
            client.command(command)
        return TIMES * MANY
    return work


def of_each(command):
    """The workload of a command for each of REPEATED messages, the next ones in the next round."""
    def work(client, round_number):
        for n in range(1, REPEATED + 1):
            client.command(command.format(n + REPEATED * round_number))
        return REPEATED
    return work


def repeated(*commands):
    """The workload of commands that are repeated; an operation is all of them once."""
    def work(client, _):
        for _ in range(REPEATED):
            for command in commands:
                client.command(command)
        return REPEATED
    return work


# The mailbox Letters is selected. Logins are none of them: their password hash is all that would count.
WORKLOADS = {
    "append, a message of 4 kB": append,
    "multiappend, each of 100 messages": multiappend,
    "fetch flags, each of 1000 messages": of_all("FETCH 1:* (FLAGS)"),
    "fetch envelope, each of 1000 messages": of_all("FETCH 1:* (ENVELOPE)"),
    "fetch six header fields, each of 1000 messages":
        of_all("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (FROM TO CC SUBJECT DATE MESSAGE-ID)])"),
    "fetch body, one message": of_each("FETCH {} (BODY.PEEK[])"),
    "store flag, one message": of_each("STORE {} +FLAGS (\\Flagged)"),
    "search subject, each of 1000 messages": of_all("SEARCH SUBJECT \"report\""),
    "search flags, each of 1000 messages": of_all("SEARCH UNSEEN FLAGGED"),
    "status": repeated("STATUS Batches (MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ)"),
    "select and unselect": repeated("UNSELECT", "SELECT Letters"),
    "move, one message": of_each("MOVE {} Singles"),
}


def filled(server):
    """A connection that has Letters selected."""
    client = server.logged_in(server.add_user(), deadline=120)
    for mailbox in ("Singles", "Batches", "Letters"):
        client.command(f"CREATE {mailbox}")
    multiappend(client, 0, b"Letters")
    client.command("SELECT Letters")
    return client


def count(server, client, work):
    """The instructions of one operation, in the second round: the first one warms caches."""
    operations = work(client, 0)
    return round(server.instructions(client, lambda: work(client, 1)) / operations)


def row(name, figure, measured):
    ratio = measured / figure if figure else float("inf")
    too_many, few = ratio > MOST, ratio < LEAST
    remark = f"  more than {MOST} times" if too_many else "  fewer: lower the figure with --write" if few else ""
    return too_many, f"{name:48}{figure:>12}{measured:>12}{ratio:>8.3f}{remark}"


def workloads_need_no_more_instructions(server, write):
    client = filled(server)
    counts = {name: count(server, client, work) for name, work in WORKLOADS.items()}
    if write:
        with open(FIGURES, "w") as file:
            file.write(HEAD + "".join(f'"{name}" = {value}\n' for name, value in counts.items()))
    with open(FIGURES, "rb") as file:
        figures = tomllib.load(file)
    rows = [row(name, figures.get(name, 0), counted) for name, counted in counts.items()]
    print(f"{'instructions of':48}{'figure':>12}{'measured':>12}{'ratio':>8}")
    print("\n".join(text for _, text in rows), flush=True)
    assert figures.keys() == counts.keys(), f"{FIGURES} is about other workloads: --write"
    assert not any(too_many for too_many, _ in rows), f"some need more than {MOST} times their figure"


if __name__ == "__main__":
    main(workloads_need_no_more_instructions, world=CountedServer, options=[
        option("--write", action="store_true", help="take what is counted as the new figures"),
    ])
