"""Random searches of made-up mailboxes and of ../messages against a naive reference: 5 000, more with POSTBAG_LONG=1."""

import os
from random import Random

from tests.run.program import main, option
from tests.search import made_up_mailbox
from tests.search.questions import compare

# How many made-up messages, and whether those of ../messages are among them.
MAILBOXES = [(1, False), (15, False), (0, True), (40, True), (120, False)]
SEARCHES = 1000 * (10 if os.environ.get("POSTBAG_LONG") else 1)  # in each mailbox


def searches_answer_as_the_reference_does(server, seed):
    random, done, matched = Random(seed), 0, 0
    for size, with_corpus in MAILBOXES:
        client, messages = made_up_mailbox.filled(server, random, size, flags=True, with_corpus=with_corpus)
        for _ in range(SEARCHES if messages else 0):
            matched += compare(client, messages, random)
            done += 1
        client.close()
    assert matched > done // 4, f"only {matched} of {done} searches found something"
    return f"{done} searches, {matched} of them found something"


if __name__ == "__main__":
    main(searches_answer_as_the_reference_does, options=[option("--seed", type=int, default=1)])
