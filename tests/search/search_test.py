#!/usr/bin/env python3
"""Random searches of made-up mailboxes and of ../messages against a naive reference: 5 000, more with POSTBAG_LONG=1.

    search_test.py --postbag build/postbag [--wirecheck PATH] [--seed N]
"""

import argparse
import os
import sys
from random import Random

import made_up_mailbox
from queries import Maker
from server import Server

# How many made-up messages, and whether those of ../messages are among them.
MAILBOXES = [(1, False), (15, False), (0, True), (40, True), (120, False)]
SEARCHES = 1000 * (10 if os.environ.get("POSTBAG_LONG") else 1)  # in each mailbox


def compare(client, messages, random):
    charset = random.choice([None, "utf-8", "utf-8", "iso-8859-1", "koi8-r"])
    maker = Maker(random, messages, charset)
    keys = [maker.make() for _ in range(random.choice([1, 1, 2, 3]))]
    command = b"UID SEARCH " + (b"CHARSET " + charset.encode() + b" " if charset else b"") + b" ".join(w for w, _ in keys)
    lines, tagged = client.any_command(command)
    assert tagged.startswith(b"OK"), f"{command}: {tagged}"
    got = next(line for line in lines if line.startswith(b"* SEARCH")).split()[2:]
    want = [b"%d" % m.uid for m in messages if all(found(m) for _, found in keys)]
    assert got == want, f"{command}\n  got  {b' '.join(got)}\n  want {b' '.join(want)}"
    return bool(want)


def play(server, seed):
    random, done, matched = Random(seed), 0, 0
    for size, with_corpus in MAILBOXES:
        client, messages = made_up_mailbox.filled(server, random, size, flags=True, with_corpus=with_corpus)
        for _ in range(SEARCHES if messages else 0):
            matched += compare(client, messages, random)
            done += 1
        client.close()
    return done, matched


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--postbag", required=True)
    parser.add_argument("--wirecheck")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with Server(options.postbag, options.wirecheck) as server:
        try:
            done, matched = play(server, options.seed)
        except AssertionError as wrong:
            print(f"seed {options.seed}: {wrong}")
            server.kill()
            return 1
    print(f"seed {options.seed}: {done} searches alike, {matched} of them found something")
    return 0 if matched > done // 4 else 1


if __name__ == "__main__":
    sys.exit(main())
