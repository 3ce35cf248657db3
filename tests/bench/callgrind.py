"""The real server under callgrind of valgrind, which counts the instructions that it executes, in all of its threads.

NOOP divides what is counted: whenever its handler is entered, callgrind writes what was executed since the last time. So
no signal, debugger or pause is needed, and one run gives the figures of many workloads.
"""

import os
import shutil

from tests.run.program import Skipped
from tests.run.server import Server

# A release may neither write the files of callgrind nor use all of its system calls. And nothing works in the background.
CONFIG = '[process]\nlandlock = false\nseccomp = false\n[search]\nindex = "never"\n'
NOOP_HANDLER = "*handle*grammar::Noop*actor*"


class CountedServer(Server):
    def __init__(self, postbag, wirecheck=None):
        if not shutil.which("valgrind"):
            raise Skipped("valgrind is not installed")
        super().__init__(postbag, wirecheck, CONFIG, deadline=120)
        self.counts = os.path.join(self.home, "callgrind")
        # Meson has memory filled with MALLOC_PERTURB_ to find mistakes; the fill would be counted.
        self.under = ["env", "--unset=MALLOC_PERTURB_", "valgrind", "--quiet", "--tool=callgrind", "--fair-sched=yes",
                      f"--dump-before={NOOP_HANDLER}", f"--callgrind-out-file={self.counts}"]

    def instructions(self, client, work):
        """How many instructions the server executes while work() uses the connection `client`."""
        client.command("NOOP")
        before = self._written()
        work()
        client.command("NOOP")
        after = self._written()
        assert after > before, f"NOOP wrote no counts: is a function {NOOP_HANDLER} still in the program?"
        # A NOOP enters its coroutine several times, and leaves it perhaps after its answer: some hundred instructions.
        return sum(_total(f"{self.counts}.{number}") for number in range(before + 1, after + 1))

    def _written(self):
        """How many files of counts there are; they are numbered from 1 on."""
        start = os.path.basename(self.counts) + "."
        return sum(name.startswith(start) for name in os.listdir(self.home))


def _total(path):
    with open(path) as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("totals:"))
