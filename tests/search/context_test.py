"""UPDATE against a client that believes every ADDTO and REMOVEFROM: after each step what it holds must be what the
search finds now. RFC 5267 section 4.3. More with POSTBAG_LONG=1."""

import os
import re
from random import Random

from tests.run.program import main, option
from tests.search import letters

LONG = bool(os.environ.get("POSTBAG_LONG"))
ROUNDS, STEPS = (60, 60) if LONG else (12, 30)
FLAGS = ["\\Seen", "\\Flagged", "\\Deleted", "work"]
KEYS = ["ALL", "UNSEEN", "FLAGGED UNDELETED", "OR KEYWORD work DELETED", "NOT SUBJECT e", "TEXT a", "UID 5:*",
        "UID 3:8,12 UNSEEN", "SINCE 1-Jan-2020", "LARGER 400", "NOT FROM o"]
ORDERS = ["SUBJECT", "REVERSE DATE", "FROM REVERSE SIZE", "ARRIVAL", "TO SUBJECT"]


class Kept:
    """A search, and its results as its client has them."""

    def __init__(self, watching, random):
        self.uid = random.random() < 0.5
        self.key = random.choice(KEYS)
        self.order = random.choice(ORDERS) if random.random() < 0.5 else None
        self.tag, self.results = watching.ask(self.command("RETURN (UPDATE ALL)"))

    def command(self, options):
        what = f"SORT {options} ({self.order}) UTF-8" if self.order else f"SEARCH {options}"
        return ("UID " if self.uid else "") + what.strip() + " " + self.key

    def update(self, item, text):
        words = text.split()
        for position, written in zip(words[0::2], words[1::2]):
            position, members = int(position), expand(written)
            assert (position == 0) == (self.order is None), f"position {position} of {self.command('')}"
            if item == "ADDTO":
                self.add(position, members)
            else:
                self.remove(position, members)

    def add(self, position, members):
        assert not set(members) & set(self.results), f"{members} were in {self.results}"
        if position:
            assert position <= len(self.results) + 1
            self.results[position - 1:position - 1] = members
        else:
            self.results = sorted(self.results + members)

    def remove(self, position, members):
        if position:
            present = self.results[position - 1:position - 1 + len(members)]
            assert present == members, f"{members} at {position} of {self.results}"
            del self.results[position - 1:position - 1 + len(members)]
        else:
            assert set(members) <= set(self.results), f"{members} not in {self.results}"
            self.results = [n for n in self.results if n not in members]

    def expunged(self, number):
        if self.uid:
            return
        assert number not in self.results, f"EXPUNGE {number} before its REMOVEFROM"
        self.results = [n - 1 if n > number else n for n in self.results]


def expand(written):
    out = []
    for part in written.split(","):
        first, _, last = part.partition(":")
        assert int(first) <= int(last or first)
        out += range(int(first), int(last or first) + 1)
    return out


class Watching:
    """The client that keeps results."""

    def __init__(self, client):
        self.client, self.kept = client, []

    def ask(self, command):
        """The tag and the results of a search."""
        line = next(line.decode() for line in self.client.command(command)[0] if line.startswith(b"* ESEARCH"))
        found = re.search(r" ALL (\S+)", line)
        return re.search(r'\(TAG "(\w+)"\)', line).group(1), expand(found.group(1)) if found else []

    def look(self):
        for line in self.client.command("NOOP")[0]:
            self.receive(line.decode())

    def receive(self, line):
        if expunge := re.fullmatch(r"\* (\d+) EXPUNGE", line):
            for kept in self.kept:
                kept.expunged(int(expunge.group(1)))
        if esearch := re.match(r'\* ESEARCH \(TAG "(\w+)"\)', line):
            kept = next(kept for kept in self.kept if kept.tag == esearch.group(1))
            for item, text in re.findall(r" (ADDTO|REMOVEFROM) \(([^)]*)\)", line):
                kept.update(item, text)

    def check(self):
        for kept in self.kept:
            now = self.ask(kept.command("RETURN (ALL)"))[1]
            assert kept.results == now, f"{kept.command('')}: {kept.results} kept, {now} found"


def change(other, random, number):
    choice = random.random()
    some = ",".join(str(random.randint(1, number + 5)) for _ in range(random.randint(1, 4)))
    if choice < 0.35:
        other.append("INBOX", letters.message(random, number, number + 1), "()",
                     f'"{letters.internal_date(letters.arrival(random))}"')
    elif choice < 0.85:
        sign = random.choice("+-")
        other.command(f"UID STORE {some} {sign}FLAGS.SILENT ({random.choice(FLAGS)})")
    else:
        other.command("EXPUNGE")


def what_a_client_keeps_is_what_the_search_finds(server, seed):
    random, checked = Random(seed), 0
    for _ in range(ROUNDS):
        user = server.add_user()
        other, client = server.logged_in(user, deadline=120), server.logged_in(user, deadline=120)
        for number in range(random.randint(0, 25)):
            other.append("INBOX", letters.message(random, number, number + 1))
        other.command("SELECT INBOX")
        client.command("SELECT INBOX")
        watching = Watching(client)
        for _ in range(6):
            watching.kept.append(Kept(watching, random))
        for step in range(STEPS):
            for _ in range(random.randint(1, 6)):
                change(other, random, step + 20)
            watching.look()
            watching.check()
            checked += len(watching.kept)
        other.close()
        client.close()
    return f"{checked} times"


if __name__ == "__main__":
    main(what_a_client_keeps_is_what_the_search_finds, options=[option("--seed", type=int, default=1)])
