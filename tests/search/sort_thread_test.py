#!/usr/bin/env python3
"""SORT and THREAD of made-up mailboxes against a naive reference: 5 040 messages, more with POSTBAG_LONG=1.

    sort_thread_test.py --postbag build/postbag [--wirecheck PATH] [--seed N]
"""

import argparse
import os
import sys
from random import Random

import made_up_mailbox
import naive
from server import Server

SIZES = [1, 2, 7, 30, 120, 400]
ROUNDS = 9 * (10 if os.environ.get("POSTBAG_LONG") else 1)


def criteria_of(random):
    return [(random.choice(list(naive.SORT_KEYS)), random.random() < 0.4) for _ in range(random.randint(1, 3))]


def answer(client, command, word):
    line = next(line for line in client.command(command)[0] if line.startswith(b"* " + word))
    return line[2 + len(word):].strip().decode()


def compare_sort(client, messages, random):
    criteria = criteria_of(random)
    written = " ".join(("REVERSE " if reverse else "") + name for name, reverse in criteria)
    got = answer(client, f"UID SORT ({written}) UTF-8 ALL", b"SORT")
    want = " ".join(str(message.uid) for message in naive.sort(messages, criteria))
    assert got == want, f"SORT ({written}):\n  got  {got}\n  want {want}"


def compare_threads(client, messages, random):
    for algorithm in "ORDEREDSUBJECT", "REFERENCES", "REFS":
        some = messages if random.random() < 0.5 else [m for m in messages if random.random() < 0.7] or messages
        uids = ",".join(str(message.uid) for message in some)
        got = answer(client, f"UID THREAD {algorithm} UTF-8 UID {uids}", b"THREAD")
        want = naive.threads(some, algorithm)
        assert got == want, f"THREAD {algorithm} of {uids}:\n  got  {got}\n  want {want}"


def play(server, seed):
    random = Random(seed)
    messages_seen = 0
    for number in range(ROUNDS):
        for size in SIZES:
            client, messages = made_up_mailbox.filled(server, random, size)
            messages_seen += size
            for _ in range(12):
                compare_sort(client, messages, random)
            for _ in range(3):
                compare_threads(client, messages, random)
            client.close()
    return messages_seen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--postbag", required=True)
    parser.add_argument("--wirecheck")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.setrecursionlimit(100_000)  # the reference walks its trees by recursion
    with Server(options.postbag, options.wirecheck) as server:
        try:
            print(f"seed {options.seed}: {play(server, options.seed)} messages sorted and threaded alike")
        except AssertionError as wrong:
            print(f"seed {options.seed}: {wrong}")
            server.kill()
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
