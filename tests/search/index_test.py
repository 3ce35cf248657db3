"""Searches with the index behind them find what a naive search finds: caught up, half caught up, after a restart."""

import glob
import os
import sqlite3
from random import Random

from tests.run import search_index
from tests.run.program import main, option
from tests.search import letters, made_up_mailbox, naive
from tests.search.questions import compare

MESSAGES = 300


def reconnected(server, user, messages):
    for _ in range(2):                                    # for the second nothing is recent
        client = server.logged_in(user, deadline=120)
        client.command("SELECT INBOX")
    for message in messages:
        message.recent = False
    return client


def add(client, messages, random, many):
    for _ in range(many):
        raw, when = letters.message(random, len(messages), MESSAGES), letters.arrival(random)
        answer = client.command(f'APPEND INBOX "{letters.internal_date(when)}" {{{len(raw)}}}', [raw])[1]
        uid = int(answer.split(b"]")[0].split()[-1])
        messages.append(naive.Message(raw, uid, when, []))
        messages[-1].recent = True
    client.command("NOOP")
    made_up_mailbox.learnt(client, messages)


def searches(client, messages, random, many):
    return sum(compare(client, messages, random) for _ in range(many))


def empty_index(server):
    with sqlite3.connect(search_index.database(server), timeout=10) as index:
        index.execute("INSERT INTO searchable (searchable) VALUES ('delete-all')")


def files_of(server):
    return glob.glob(os.path.join(server.data, "accounts", "*", "search.db*"))


def found(client):
    return next(line for line in client.command("SEARCH BODY alpha")[0] if line.startswith(b"* SEARCH"))


def with_index(server, random, many):
    client, messages = made_up_mailbox.filled(server, random, MESSAGES, flags=True)
    user, bodies = f"user{server.accounts:03d}", MESSAGES
    assert not files_of(server), "no search has been made yet"
    found(client)
    search_index.wait(server, bodies)
    matched = searches(client, messages, random, many)
    add(client, messages, random, 20)                     # perhaps in the index and perhaps not
    matched += searches(client, messages, random, many)
    search_index.wait(server, bodies + 20)
    client.close()
    server.kill()
    server.start()
    client = reconnected(server, user, messages)
    matched += searches(client, messages, random, many)
    assert found(client) != b"* SEARCH"
    empty_index(server)                                   # then it is believed: so it was asked all the time
    assert found(client) == b"* SEARCH", "the index was not asked"
    client.close()
    return matched, user, messages


def without_index(server, user, messages, random, many):
    client = reconnected(server, user, messages)
    assert not files_of(server), "the index is still there"
    assert found(client) != b"* SEARCH"
    matched = searches(client, messages, random, many)
    client.close()
    return matched


def searches_with_the_index_find_what_a_naive_search_finds(server, seed, many):
    matched, user, messages = with_index(server, Random(seed), many)
    server.restart("[search]\nindex = \"never\"\n")
    matched += without_index(server, user, messages, Random(seed), many)
    server.restart()
    assert matched > many, f"only {matched} searches found something"
    return f"{4 * many} searches, {matched} of them found something"


if __name__ == "__main__":
    main(searches_with_the_index_find_what_a_naive_search_finds,
         options=[option("--seed", type=int, default=1), option("--many", type=int, default=150)])
