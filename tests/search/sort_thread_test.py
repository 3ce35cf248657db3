"""SORT and THREAD of made-up mailboxes against a naive reference: 5 040 messages, more with POSTBAG_LONG=1."""

import os
import sys
from random import Random

from tests.run.program import main, option
from tests.search import made_up_mailbox, naive

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


def sort_and_thread_answer_as_the_reference_does(server, seed):
    sys.setrecursionlimit(100_000)  # the reference walks its trees by recursion
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
    return f"{messages_seen} messages"


if __name__ == "__main__":
    main(sort_and_thread_answer_as_the_reference_does, options=[option("--seed", type=int, default=1)])
