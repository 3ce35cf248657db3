"""What the actions choose at random: messages, flags, sets, contents."""

FLAGS = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$Work", "Later"]


class Picked:
    """Some messages of a view. `text` is the set as sent: unordered, overlapping, ranges either way round."""

    def __init__(self, chance, entries, by_uid):
        self.by_uid, parts, chosen = by_uid, [], {}
        for _ in range(chance.choice([1, 1, 2, 3])):
            first = chance.randrange(len(entries))
            last = min(len(entries) - 1, first + chance.choice([0, 0, 0, 1, 2, 5]))
            ends = [entries[n][1].uid if by_uid else entries[n][0] for n in (first, last)]
            chance.shuffle(ends)
            parts.append(str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}:{ends[1]}")
            chosen.update((number, entry.uid) for number, entry in entries[first:last + 1])
        self.text = ",".join(parts)
        self.numbers = sorted(chosen)
        self.uids = sorted(chosen.values())
        self.uid_of = chosen

    def command(self, verb):
        return f"UID {verb} {self.text}" if self.by_uid else f"{verb} {self.text}"


def pick(client, chance):
    """Some messages that the client knows, or None."""
    entries = client.entries()
    if not entries:
        return None
    return Picked(chance, entries, not client.numbers or chance.random() < 0.5)


def some_flags(chance, least=0, most=3):
    return frozenset(chance.sample(FLAGS, chance.randint(least, most)))


def flag_list(flags):
    return f"({' '.join(sorted(flags))})"


def message(world):
    """(message id, bytes) of a new message."""
    message_id = world.fresh_id()
    filling = b"x" * world.chance.choice([0, 10, 100, 2000])
    return message_id, b"Message-Id: <" + message_id + b">\r\nSubject: x\r\n\r\n" + filling


def moment(chance):
    """A date-time for APPEND, or None to leave it to the server."""
    if chance.random() < 0.5:
        return None
    return f"{chance.randint(10, 28)}-Jul-{chance.randint(1990, 2020)} {chance.randint(10, 23)}:44:25 +0000"
