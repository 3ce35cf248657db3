"""Messages made to hurt: to APPEND, FETCH and SEARCH each costs little, and a neighbour is served meanwhile.

Measured is the processor time of the server, which other load on the machine does not change, and the peak of its
memory. With --small the messages are a five hundredth, and only the answers count, which then all go through
wirecheck: for builds with sanitizers.
"""

import re

from tests.bombs.messages import BOMBS
from tests.run.neighbour import Neighbour
from tests.run.process import Process
from tests.run.program import main, option
from tests.run.wire import Refused

MAY_TAKE = 2.0              # seconds of processor time, each step
MAY_GROW_KIB = 64 * 1024    # above idle
MAY_WAIT = 0.25             # a neighbour's seconds

MANY_NAMES = " ".join(f"x-{n}" for n in range(0, 90_000, 10))[:60_000]

FETCHES = [
    "(ENVELOPE BODYSTRUCTURE)", "(BODY RFC822.SIZE FLAGS INTERNALDATE)",
    "BODY.PEEK[HEADER]", "BODY.PEEK[HEADER.FIELDS (SUBJECT FROM TO)]", "BODY.PEEK[HEADER.FIELDS (X-1 X-NONE)]",
    "BODY.PEEK[HEADER.FIELDS.NOT (X-1 X-NONE)]", f"BODY.PEEK[HEADER.FIELDS ({MANY_NAMES})]",
    f"BODY.PEEK[HEADER.FIELDS.NOT ({MANY_NAMES})]",
    "BODY.PEEK[TEXT]", "BODY.PEEK[]<0.100>", "BODY.PEEK[1]", "BODY.PEEK[1.MIME]", "BODY.PEEK[1.HEADER]",
    "BODY.PEEK[1.TEXT]", "BODY.PEEK[" + ".".join("1" * 90) + "]", "BODY.PEEK[9000]", "BODY.PEEK[4294967295]",
    "(" + " ".join(f"BODY.PEEK[{n}.MIME]" for n in range(1, 100)) + ")",
    "BINARY.SIZE[1]", "BINARY.PEEK[1]", "RFC822.HEADER",
]
STRUCTURES = FETCHES[:2]
SEARCHES = [
    "TEXT qqqqqqqqqqq", "BODY qqqqqqqqqqq", "HEADER X-1 qqqqqqqqqqq", "SUBJECT qqqqqqqqqqq", "FROM qqqqqqqqqqq",
    "SENTSINCE 1-Jan-2000", "TEXT " + "b" * 60_000, "NOT TEXT x TEXT =?",
]
SORTS = [
    ("SORT", "SORT (SUBJECT FROM TO CC DATE SIZE) UTF-8 ALL"), ("SORT=DISPLAY", "SORT (DISPLAYFROM DISPLAYTO) UTF-8 ALL"),
    ("THREAD=REFERENCES", "THREAD REFERENCES UTF-8 ALL"), ("THREAD=REFS", "THREAD REFS UTF-8 ALL"),
    ("THREAD=ORDEREDSUBJECT", "THREAD ORDEREDSUBJECT UTF-8 ALL"), ("PREVIEW", "FETCH 1 PREVIEW"),
    ("SEARCH=FUZZY", "SEARCH FUZZY TEXT qqqq"),
]


class Trial:
    """One bomb against the server."""

    def __init__(self, name, process, neighbour, idle, small):
        self.name, self.process, self.neighbour, self.idle, self.small = name, process, neighbour, idle, small
        self.faults, self.worst = [], {"seconds": (0, ""), "kib": (0, ""), "wait": (0, "")}

    def step(self, what, act):
        """Measures act() and returns its result."""
        self.process.forget_peak()
        self.neighbour.take_longest()
        before = self.process.seconds()
        result = act()
        figures = {"seconds": self.process.seconds() - before, "kib": self.process.kib("VmHWM") - self.idle,
                   "wait": self.neighbour.take_longest()}
        for figure, bound in (("seconds", MAY_TAKE), ("kib", MAY_GROW_KIB), ("wait", MAY_WAIT)):
            self.worst[figure] = max(self.worst[figure], (figures[figure], what))
            if figures[figure] > bound and not self.small:
                self.faults.append(f"{self.name}: {what[:60]}: {figures[figure]:.2f} {figure} of {bound}")
        return result

    def expect(self, what, seen, wanted):
        if seen != wanted:
            self.faults.append(f"{self.name}: {what}: {seen!r} instead of {wanted!r}")

    def __str__(self):
        (seconds, where), (kib, where_kib), (wait, _) = self.worst.values()
        return (f"{self.name:32} {seconds:5.2f} s ({where[:40]}) {kib / 1024:6.1f} MiB ({where_kib[:24]}) "
                f"neighbour {wait * 1000:3.0f} ms")


TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|\{(\d+)\}\r\n|[()]')


def open_parentheses(response):
    """How many are open at the end, strings and literals left out; -1 as soon as one closes that was not open."""
    depth = at = 0
    while depth >= 0 and (token := TOKEN.search(response, at)):
        at = token.end() + int(token.group(1) or 0)
        depth += {b"(": 1, b")": -1}.get(token.group(), 0)
    return depth


def answers(client, command):
    """The responses to a command that may be refused in its own way."""
    lines, tagged = client.any_command(command)
    if not tagged.startswith((b"OK", b"NO [UNKNOWN-CTE]")):
        raise Refused(f"{command[:80]}: {tagged[:200]!r}")
    return lines


def run(trial, client, message, limits, capabilities):
    client.command("CREATE bomb")
    tagged = trial.step("APPEND", lambda: client.append("bomb", message))
    said = tagged.rpartition(b"exceeded: ")[2].rstrip(b")").decode().split(", ") if b"exceeded: " in tagged else []
    if not trial.small:
        trial.expect("limits reported", sorted(said), sorted(limits.split()))
    trial.step("SELECT", lambda: client.command("SELECT bomb"))
    for items in FETCHES:
        lines = trial.step("FETCH " + items, lambda: answers(client, "FETCH 1 " + items))
        trial.expect(items, len(lines), 0 if lines == [] and "BINARY" in items else 1)
        if items in STRUCTURES:
            trial.expect(items + ": parentheses that close", open_parentheses(lines[0]), 0)
    whole = trial.step("FETCH BODY.PEEK[]", lambda: answers(client, "FETCH 1 BODY.PEEK[]"))
    trial.expect("bytes kept", message in whole[0], True)
    for keys in SEARCHES:
        lines = trial.step("SEARCH " + keys, lambda: answers(client, "SEARCH " + keys))
        trial.expect(keys, len(lines), 1)
    for capability, command in SORTS:
        if capability.encode() in capabilities:
            trial.step(command, lambda: answers(client, command))
    client.command("CLOSE")
    client.command("DELETE bomb")


def messages_made_to_hurt_cost_little(server, small, only):
    if not small:
        server.wirecheck = None   # it accepts 65 535 nodes a response; a structure of 10 000 parts has more
    faults, process = [], Process(server.process.pid)
    client = server.logged_in(server.add_user(), deadline=240)
    neighbour = Neighbour(server.logged_in(server.add_user(), "neighbour", deadline=240), process)
    capabilities = client.command("CAPABILITY")[0][0].split()
    neighbour.start()
    idle = process.kib("VmRSS")
    for name, (make, count, limits) in BOMBS.items():
        if only not in name:
            continue
        message = make(max(2, count // 500) if small else count)
        trial = Trial(name, process, neighbour, idle, small)
        run(trial, client, message, limits, capabilities)
        faults += trial.faults
        print(trial, flush=True)
    neighbour.stop()
    assert not faults, "\n".join(faults)


if __name__ == "__main__":
    main(messages_made_to_hurt_cost_little,
         options=[option("--small", action="store_true", help="see above"),
                  option("--only", default="", metavar="TEXT", help="only messages whose name contains this")])
