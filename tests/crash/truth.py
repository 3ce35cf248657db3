"""What the server has acknowledged, message by message and mailbox by mailbox, and how it differs from what is found."""

import collections
import threading


def place(mailbox, flags):
    return (mailbox, tuple(sorted(flags)))


class Truth:
    """`state`: the known state: message id -> its places as a sorted tuple, ("box", name) -> its present name or
    None. `pending`: client -> {key: (before, after)} of the one command that was not answered."""

    def __init__(self):
        self.lock = threading.Condition()
        self.state, self.pending, self.bytes = {}, {}, {}
        self.acknowledged = collections.Counter()
        self.highest = collections.defaultdict(int)   # (mailbox, what) -> the highest number that was announced

    def begins(self, client, changes):
        with self.lock:
            self.pending[client] = {key: (self.state.get(key, ()), after) for key, after in changes.items()}

    def acknowledges(self, client, what):
        with self.lock:
            for key, (_, after) in self.pending.pop(client).items():
                self.state[key] = after
            self.acknowledged[what] += 1
            self.lock.notify_all()

    def refused(self, client):
        with self.lock:
            self.pending.pop(client)

    def announced(self, mailbox, what, number):
        with self.lock:
            self.highest[mailbox, what] = max(self.highest[mailbox, what], number)

    def wait_for(self, more):
        """Returns after so many more acknowledgements, or when none came for a minute."""
        with self.lock:
            target = self.acknowledged.total() + more
            self.lock.wait_for(lambda: self.acknowledged.total() >= target, timeout=60)

    def compare(self, found):
        """{what is wrong: lines}; `found` as `state`. What was in doubt is as it was found from now on."""
        wrong = collections.defaultdict(list)
        doubtful = set()
        for client, changes in self.pending.items():
            doubtful |= changes.keys()
            if not any(all(found.get(key, ()) == way[n] for key, way in changes.items()) for n in (0, 1)):
                wrong["half-done"].append(f"{client}: {[(key, found.get(key, ())) for key in changes]}, not {changes}")
        for key in self.state.keys() | found.keys():
            meant, actual = self.state.get(key, ()), found.get(key, ())
            if key in doubtful or meant == actual:
                continue
            wrong[kind_of(meant, actual)].append(f"{key} is {actual}, not {meant}")
        self.state, self.pending = dict(found), {}
        return wrong


def kind_of(meant, actual):
    if meant and not actual:
        return "lost"
    return "in both or neither mailbox" if len(actual or ()) != len(meant or ()) else "otherwise than acknowledged"
