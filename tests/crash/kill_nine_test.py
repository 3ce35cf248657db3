"""Ends the server with SIGKILL while clients change mail; after the restart nothing acknowledged is missing.

Each round some clients APPEND one and several messages, MOVE, COPY, STORE, EXPUNGE, REPLACE, CREATE, RENAME and DELETE, and
the program delivers, each with messages of its own. After a random number of acknowledgements the server is killed and
started again on the same directory. Then all that was answered with OK holds, message by message, flags and bytes; what was
not answered was done entirely or not at all; and no UID, UIDVALIDITY or HIGHESTMODSEQ went back.
"""

import collections
import os
import random
import re
import time

from tests.crash.load import Client, Deliverer
from tests.crash.truth import Truth, place
from tests.run.program import main, option
from tests.run.server import Server

MESSAGE_ID = re.compile(rb"Message-Id: <([^>]*)>")
MESSAGE = re.compile(rb"FLAGS \(([^)]*)\).*?BODY\[\] \{\d+\}\r\n(.*)\)\Z", re.DOTALL)
LISTED = re.compile(rb'\* LIST \([^)]*\) "/" "?([^"]*)"?\Z')
NUMBERS = re.compile(rb"(UIDNEXT|UIDVALIDITY|HIGHESTMODSEQ) (\d+)")
KINDS = ["lost", "half-done", "in both or neither mailbox", "otherwise than acknowledged", "went back"]
CLIENTS = 4
MANY = 400     # messages from which on the account is emptied, so that a round stays short


def look(server, user, truth):
    """(what is there, as Truth.state; lines about other bytes and numbers that went back)"""
    found, wrong = collections.defaultdict(list), collections.defaultdict(list)
    connection = server.logged_in(user, "after", deadline=60)
    names = [LISTED.match(line).group(1).decode() for line in connection.command('LIST "" *')[0]]
    for name in names:
        went_back(connection, name, truth, wrong)
        if b"* 0 EXISTS" in connection.command(f"EXAMINE {name}")[0]:
            continue
        for line in connection.command("UID FETCH 1:* (FLAGS BODY.PEEK[])")[0]:
            whole = MESSAGE.search(line)
            if not whole:
                continue                         # others' news: FLAGS, EXISTS
            flags, message = whole.groups()
            message_id = MESSAGE_ID.search(message).group(1).decode()
            found[message_id].append(place(name, set(flags.decode().split()) - {"\\Recent"}))
            if message != truth.bytes[message_id]:
                wrong["otherwise than acknowledged"].append(f"{message_id} has other bytes than were appended")
    connection.close()
    state = {message_id: tuple(sorted(places)) for message_id, places in found.items()}
    state.update({("box", name): name for name in names if "-" in name})
    return state, wrong


def went_back(connection, name, truth, wrong):
    line = next(line for line in connection.command(f"STATUS {name} (UIDNEXT UIDVALIDITY HIGHESTMODSEQ)")[0])
    for what, number in NUMBERS.findall(line):
        if int(number) < truth.highest[name, what]:
            wrong["went back"].append(f"{what.decode()} of {name} is {int(number)}, was {truth.highest[name, what]}")
        truth.announced(name, what, int(number))


def empty(server, user, state):
    connection = server.logged_in(user, "empty", deadline=60)
    for name in ("INBOX", "Archive"):
        connection.command(f"SELECT {name}")
        connection.any_command("UID STORE 1:* +FLAGS.SILENT (\\Deleted)")
        connection.command("CLOSE")
    for name in [key[1] for key in state if isinstance(key, tuple)]:
        connection.command(f"DELETE {name}")
    connection.close()


def play_round(server, user, truth, number, chance):
    loads = [Client(server, user, truth, f"r{number}c{n}", chance.random()) for n in range(CLIENTS)]
    loads.append(Deliverer(server, user, truth, f"r{number}d", chance.random()))
    for load in loads:
        load.start()
    truth.wait_for(chance.randint(5, 150))       # the others are in the middle of something then
    server.kill()
    for load in loads:
        load.stopping = True
    for load in loads:
        load.join(timeout=30)
    before = time.monotonic()
    server.start()
    took = time.monotonic() - before
    state, wrong = look(server, user, truth)
    for kind, lines in truth.compare(state).items():
        wrong[kind] += lines
    broken = [f"{load.name_}: {load.wrong!r}" for load in loads if load.wrong]
    broken += [f"{load.name_} did not notice that the server was killed" for load in loads if load.is_alive()]
    if len(state) > MANY:
        empty(server, user, state)
        truth.state = {}
    return wrong, broken, took


def nothing_acknowledged_is_missing_after_a_kill(server, rounds, seed):
    chance, truth, totals, faults, slowest = random.Random(seed), Truth(), collections.Counter(), [], 0
    user = server.add_user()
    for number in range(1, rounds + 1):
        wrong, broken, took = play_round(server, user, truth, number, chance)
        slowest = max(slowest, took)
        totals.update({kind: len(lines) for kind, lines in wrong.items()})
        faults += [f"round {number}, {kind}: {line}" for kind, lines in wrong.items() for line in lines]
        faults += [f"round {number}: {line}" for line in broken]
        if number % 10 == 0:
            server.run("verify", "--dir", server.data)       # beside the server; ServerFailed unless clean
    print(f"{rounds} kills, seed {seed}, slowest restart {slowest:.2f} s; acknowledged:")
    print("".join(f"{count:8}  {what}\n" for what, count in sorted(truth.acknowledged.items())), end="")
    print(", ".join(f"{kind}: {totals[kind]}" for kind in KINDS))
    assert not faults, "\n".join(faults)
    every_kind_was_acknowledged(truth, rounds)


def every_kind_was_acknowledged(truth, rounds):
    kinds = ["append", "multiappend of 3", "move of 3", "copy of 1", "store", "expunge of 1", "replace", "create", "rename",
             "delete", "deliver"]
    missing = [kind for kind in kinds if not truth.acknowledged[kind]]
    assert not missing or rounds < 20, f"never acknowledged, this proved nothing: {missing}"


if __name__ == "__main__":
    main(nothing_acknowledged_is_missing_after_a_kill,
         options=[option("--rounds", type=int, default=500 if os.environ.get("POSTBAG_LONG") else 100),
                  option("--seed", type=int, default=1)],
         world=lambda postbag, wirecheck: Server(postbag, wirecheck, deadline=60))
