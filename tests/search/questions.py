"""A random SEARCH of a made-up mailbox, and what it must answer."""

import re

from tests.search.queries import Maker


class Question:
    """One SEARCH, and what it has to answer."""

    def __init__(self, random, messages, saved):
        self.by_uid = random.random() < 0.7
        self.wanted = random.choice([None, None, random.sample(["MIN", "MAX", "ALL", "COUNT", "SAVE"], random.randint(0, 5))])
        if self.wanted is not None and "ALL" not in self.wanted and random.random() < 0.3:
            self.wanted.append(partial(random))
        charset = random.choice([None, "utf-8", "utf-8", "iso-8859-1", "koi8-r"])
        maker = Maker(random, messages, charset, saved)
        keys = [maker.make() for _ in range(random.choice([1, 1, 2, 3]))]
        self.wire = b" ".join(wire for wire, _ in keys)
        self.found = [m for m in messages if all(holds(m) for _, holds in keys)]
        numbers = {m.uid: n for n, m in enumerate(messages, 1)}
        self.numbers = [m.uid if self.by_uid else numbers[m.uid] for m in self.found]
        self.command = b"UID SEARCH " if self.by_uid else b"SEARCH "
        if self.wanted is not None:
            self.command += f"RETURN ({' '.join(self.wanted)}) ".encode()
        self.command += (b"CHARSET " + charset.encode() + b" " if charset else b"") + self.wire

    def part(self):
        """Those that PARTIAL asks for, by their places. RFC 9394 section 3.1."""
        words = next((w for w in self.wanted if w.startswith("PARTIAL")), None)
        if not words:
            return None
        first, last = (int(n) for n in words.split()[1].split(":"))
        places = range(len(self.found))
        return [n for n in places if first <= n + 1 <= last or last <= n - len(places) <= first]

    def answer(self):
        """{name: value}; sets as lists of numbers. RFC 4731 section 3.1."""
        wanted, answer, part = self.wanted or ["ALL"], {}, self.part()
        if "COUNT" in wanted:
            answer["COUNT"] = len(self.numbers)
        if part is not None:
            answer["PARTIAL"] = [self.numbers[n] for n in part]
        if self.numbers:
            answer.update({name: value for name, value in
                           [("MIN", self.numbers[0]), ("MAX", self.numbers[-1]), ("ALL", self.numbers)] if name in wanted})
        return answer

    def saves(self):
        """The UIDs in `$` afterwards. RFC 9051 section 6.4.4.1, RFC 9394 section 3.2."""
        part, reported = self.part(), set()
        if "ALL" in self.wanted or "COUNT" in self.wanted or not ({"MIN", "MAX"} & set(self.wanted) or part is not None):
            return {m.uid for m in self.found}
        if self.found:
            reported |= {self.found[0].uid} if "MIN" in self.wanted else set()
            reported |= {self.found[-1].uid} if "MAX" in self.wanted else set()
        return reported | {self.found[n].uid for n in part or []}


def partial(random):
    first, last = sorted(random.randint(1, 30) for _ in range(2))
    return random.choice([f"PARTIAL {first}:{last}", f"PARTIAL -{first}:-{last}"])


def extended(line):
    """{name: value} of an ESEARCH response, as Question.answer() has it, and MODSEQ."""
    text, found = line.decode(), {}
    for name, number in re.findall(r" (MIN|MAX|COUNT|MODSEQ) (\d+)", text):
        found[name] = int(number)
    if match := re.search(r" ALL ([\d:,]+)", text):
        found["ALL"] = set_of(match[1])
    if match := re.search(r" PARTIAL \(-?\d+:-?\d+ ([\d:,]+|NIL)\)", text):
        found["PARTIAL"] = [] if match[1] == "NIL" else set_of(match[1])
    return found


def set_of(text):
    ranges = [[int(n) for n in part.split(":")] for part in text.split(",")]
    return [n for ends in ranges for n in range(ends[0], ends[-1] + 1)]


def plain(line):
    """(numbers, mod-sequence or None) of a SEARCH response."""
    match = re.fullmatch(rb"\* SEARCH((?: \d+)*)(?: \(MODSEQ (\d+)\))?", line)
    assert match, line
    return [int(n) for n in match[1].split()], match[2] and int(match[2])


def compare(client, messages, random):
    question = Question(random, messages, getattr(client, "saved", frozenset()))
    lines, tagged = client.any_command(question.command)
    assert tagged.startswith(b"OK"), f"{question.command}: {tagged}"
    if question.wanted is None:
        got, modseq = plain(next(line for line in lines if line.startswith(b"* SEARCH")))
        want = question.numbers
    else:
        got, want = extended(next((line for line in lines if line.startswith(b"* ESEARCH")), b"")), question.answer()
        modseq = got.pop("MODSEQ", None)
        if "SAVE" in question.wanted:
            client.saved = frozenset(question.saves())
    assert got == want, f"{question.command}\n  got  {got}\n  want {want}"
    highest = max((m.modseq for m in question.found), default=None) if b"MODSEQ " in question.wire else None
    if question.wanted is None or {"ALL", "COUNT"} & set(question.wanted):
        assert modseq == highest, f"{question.command}\n  got  MODSEQ {modseq}\n  want {highest}"
    return bool(question.found)
