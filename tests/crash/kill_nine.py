#!/usr/bin/env python3
"""Ends the server with SIGKILL while clients append and move; after the restart nothing acknowledged is missing.

    kill_nine.py --postbag build/postbag [--rounds N] [--seed N]

Each round: some clients APPEND messages of their own to INBOX and move them on to Archive; after a random number of
acknowledgements the server is killed and started again on the same directory. Then every message whose APPEND was answered with OK is in
exactly one of the two mailboxes (an acknowledged move: in Archive), whole and byte for byte, and what was not
acknowledged is there once or not at all.
"""

import argparse
import collections
import os
import random
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "run"))

from server import PASSWORD, Server  # noqa: E402
from wire import Closed, Late, Refused  # noqa: E402

MESSAGE_ID = re.compile(rb"Message-Id: <([^>]*)>")
BODY = re.compile(rb"UID (\d+) .*?BODY\[\] \{\d+\}\r\n(.*)\)\Z", re.DOTALL)
APPENDUID = re.compile(rb"\[APPENDUID (\d+) (\d+)\]")
COPYUID = re.compile(rb"\[COPYUID \d+ (\S+) (\S+)\]")


class Truth:
    """What the server has acknowledged. `where` has the mailbox, or both for a move that was not answered."""

    def __init__(self):
        self.lock = threading.Condition()
        self.messages = {}     # message id -> bytes
        self.where = {}        # message id -> set of mailboxes where it may be; None among them: nowhere
        self.acknowledged = collections.Counter()
        self.highest = {"INBOX": 0, "Archive": 0}

    def may_be(self, message_id, mailboxes, acknowledged=None):
        with self.lock:
            self.where[message_id] = set(mailboxes)
            if acknowledged:
                self.acknowledged[acknowledged] += 1
                self.lock.notify_all()

    def wait_for(self, more):
        """Until so many more acknowledgements have come, or none came for a minute."""
        with self.lock:
            target = self.acknowledged.total() + more
            self.lock.wait_for(lambda: self.acknowledged.total() >= target, timeout=60)

    def announced(self, mailbox, uid):
        with self.lock:
            self.highest[mailbox] = max(self.highest[mailbox], uid)


class Client(threading.Thread):
    """Appends and moves until the server dies."""

    def __init__(self, server, user, truth, name, seed):
        super().__init__(daemon=True)
        self.server, self.user, self.truth, self.random = server, user, truth, random.Random(seed)
        self.prefix, self.count, self.mine, self.wrong = name, 0, {}, None

    def run(self):
        connection = self.server.connect(self.prefix)
        try:
            connection.greet()
            connection.login(self.user, PASSWORD)
            connection.command("SELECT INBOX")
            while True:
                self.act(connection)
        except (Closed, Late, OSError):
            pass                                 # the server was killed
        except Exception as problem:
            self.wrong = problem

    def act(self, connection):
        if self.mine and self.random.random() < 0.5:
            self.move(connection)
        else:
            self.append(connection)

    def append(self, connection):
        self.count += 1
        message_id = f"{self.prefix}-{self.count}".encode()
        # some lie in the database, some in files of their own
        size = self.random.choice([10, 500, 5000, 50_000, 200_000])
        message = b"Message-Id: <" + message_id + b">\r\n\r\n" + message_id * (size // len(message_id)) + b"\r\n"
        self.truth.messages[message_id] = message
        self.truth.may_be(message_id, {"INBOX", None})
        tagged = connection.append("INBOX", message)
        uid = int(APPENDUID.search(tagged).group(2))
        self.truth.announced("INBOX", uid)
        self.truth.may_be(message_id, {"INBOX"}, "appends")
        self.mine[message_id] = uid

    def move(self, connection):
        chosen = self.random.sample(sorted(self.mine), min(len(self.mine), self.random.choice([1, 1, 3])))
        for message_id in chosen:
            self.truth.may_be(message_id, {"INBOX", "Archive"})
        uids = ",".join(str(self.mine.pop(message_id)) for message_id in chosen)
        lines, _ = connection.command(f"UID MOVE {uids} Archive")
        new = next(found.group(2) for line in lines if (found := COPYUID.search(line)))
        self.truth.announced("Archive", int(re.split(rb"[:,]", new)[-1]))
        for message_id in chosen:
            self.truth.may_be(message_id, {"Archive"}, "moves")


def found_in(server, user, mailbox):
    """{message id: [(uid, bytes)]}"""
    connection = server.logged_in(user, "after", deadline=60)
    exists = connection.command(f"EXAMINE {mailbox}")[0]
    found = collections.defaultdict(list)
    if b"* 0 EXISTS" not in exists:
        for line in connection.command("UID FETCH 1:* (UID BODY.PEEK[])")[0]:
            uid, message = BODY.search(line).groups()
            found[MESSAGE_ID.search(message).group(1)].append((int(uid), message))
    connection.close()
    return found


def deviations(truth, found):
    """What is not as it was acknowledged, as lines."""
    for message_id, may_be in truth.where.items():
        places = [(box, uid, message) for box in found for uid, message in found[box].get(message_id, [])]
        if len(places) > 1:
            yield f"{message_id} is there {len(places)} times: {[place[:2] for place in places]}"
        elif (places[0][0] if places else None) not in may_be:
            yield f"{message_id} is in {places[0][0] if places else 'no mailbox'}, should be in one of {may_be}"
        elif places and places[0][2] != truth.messages[message_id]:
            yield f"{message_id} has other bytes than were appended"
    for box in found:
        for message_id in set(found[box]) - set(truth.where):
            yield f"{message_id} in {box} was never appended"


def uids_used_again(server, user, truth):
    """Each mailbox gives the next message a UID above all that were announced."""
    connection = server.logged_in(user, "uids")
    for mailbox, highest in truth.highest.items():
        line, = connection.command(f"STATUS {mailbox} (UIDNEXT)")[0]
        following = int(re.search(rb"UIDNEXT (\d+)", line).group(1))
        if following <= highest:
            yield f"UIDNEXT of {mailbox} is {following}, UID {highest} was announced"
    connection.close()


def play_round(server, user, truth, number, chance):
    clients = [Client(server, user, truth, f"r{number}c{n}", chance.random()) for n in range(4)]
    for client in clients:
        client.start()
    truth.wait_for(chance.randint(5, 200))       # the others are in the middle of something then
    server.kill()
    for client in clients:
        client.join(timeout=30)
    before = time.monotonic()
    server.start()
    took = time.monotonic() - before
    wrong = [f"{client.prefix}: {client.wrong}" for client in clients if client.wrong]
    wrong += deviations(truth, {box: found_in(server, user, box) for box in ("INBOX", "Archive")})
    wrong += uids_used_again(server, user, truth)
    # what was open is now as found
    for box in ("INBOX", "Archive"):
        for message_id in found_in(server, user, box):
            truth.where[message_id] = {box}
    for message_id, may_be in truth.where.items():
        if None in may_be:
            truth.where[message_id] = {None}
    return wrong, took


def main():
    options = arguments()
    chance, truth, failed = random.Random(options.seed), Truth(), False
    with Server(options.postbag, options.wirecheck, deadline=60) as server:
        user = server.add_user()
        for number in range(1, options.rounds + 1):
            wrong, took = play_round(server, user, truth, number, chance)
            print(f"round {number}: {dict(truth.acknowledged)} acknowledged, restart {took:.2f} s", flush=True)
            print("".join(f"  {line}\n" for line in wrong), end="")
            failed = failed or bool(wrong)
    if not truth.acknowledged["moves"]:
        print("no move was acknowledged: this proved nothing")
        failed = True
    return 1 if failed else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postbag", required=True)
    parser.add_argument("--wirecheck")
    parser.add_argument("--rounds", type=int, default=60 if os.environ.get("POSTBAG_LONG") else 8)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
