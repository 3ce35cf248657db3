"""What is measured around each case: memory, descriptors, processor time, a neighbour's wait, and the log."""

import collections
import os
import re
import subprocess
import time

from tests.attack.attacker import Attacker
from tests.run.neighbour import Neighbour
from tests.run.process import Process
from tests.run.program import EXPECTED

LITTLE_KIB = 40 * 1024    # less than one password hash takes
MAY_WAIT = 0.25           # a neighbour's seconds
DESCRIPTORS_BACK = 1.0    # seconds until those of the attack are closed
LAST_READ = re.compile(r"/bodies/../")      # of each account, the file of the message that was read last stays open
DATABASES = (".db", ".db-wal", ".db-shm")   # stay open for a while after the last session of their account


class Watch:
    def __init__(self, server, small):
        self.server, self.small = server, small
        self.process = Process(server.process.pid)
        self.user = server.add_user("attacker")
        self.keeper = server.logged_in(self.user)   # from here on its logins take no password hash
        self.neighbour = Neighbour(server.logged_in(server.add_user("neighbour"), "neighbour", deadline=60), self.process)
        self.neighbour.start()
        self.idle = self.process.kib("VmRSS")
        self.faults, self.number, self.log_read = [], 0, 0

    def run(self, case):
        """Runs one case and notes what is wrong; returns a line about it."""
        self.number += 1
        self.process.forget_peak()
        self.neighbour.take_longest()
        used, open_before = self.process.seconds(), collections.Counter(self._descriptors())
        begun, faults, report = time.monotonic(), [], None
        attacker = Attacker(self.server, self.user, self.number, self.small)
        try:
            report = case.run(attacker)
        except (*EXPECTED, OSError, subprocess.SubprocessError) as problem:
            faults.append(f"{type(problem).__name__}: {problem}"[:1000])
        attacker.close()
        took = time.monotonic() - begun
        back, open_still = self._seconds_until_closed(open_before)
        figures = {"KiB": (self.process.kib("VmHWM") - self.idle, case.may_grow_kib),
                   "s of processor time": (self.process.seconds() - used, case.may_take),
                   "s of a neighbour's wait": (self.neighbour.take_longest(), MAY_WAIT),
                   "s until descriptors are closed": (back, DESCRIPTORS_BACK)}
        if not self.small:
            faults += [f"{seen:.2f} {what} of {bound}" for what, (seen, bound) in figures.items() if seen > bound]
            faults += [f"still open: {name}" for name in open_still[:5] if back > DESCRIPTORS_BACK]
        faults += self._wrong_in_log()
        self.faults += [f"{case.name}: {fault}" for fault in faults]
        (kib, _), (seconds, _), (wait, _), _ = figures.values()
        self._wait_for_hashes()
        return (f"{'FAILED' if faults else 'ok':6} {case.name[:90]:90} {took:5.1f} s, {seconds:4.2f} s processor, "
                f"{kib / 1024:5.1f} MiB, neighbour {wait * 1000:3.0f} ms, descriptors {back:.2f} s" + (f"; {report}" if report else ""))

    def stop(self):
        self.neighbour.stop()
        self.keeper.close()

    def _descriptors(self):
        return [name for name in self.process.descriptors() if not name.endswith(DATABASES) and not LAST_READ.search(name)]

    def _seconds_until_closed(self, before):
        """How long, and what is open even after that."""
        begun, more = time.monotonic(), self._descriptors()
        while len(more) > before.total() and time.monotonic() < begun + 5 * DESCRIPTORS_BACK:
            time.sleep(0.01)
            more = self._descriptors()
        return time.monotonic() - begun, list((collections.Counter(more) - before).elements())

    def _wait_for_hashes(self):
        """Passwords that are being checked still would count for the next case; their number and memory are bounded.

        With sanitizers memory says nothing: what was freed is kept.
        """
        if self.small:
            return
        until = time.monotonic() + 60
        while self.process.kib("VmRSS") - self.idle > LITTLE_KIB and time.monotonic() < until:
            time.sleep(0.05)

    def _wrong_in_log(self):
        """Errors, and bytes that no line of a log may hold."""
        with open(os.path.join(self.server.home, "log"), "rb") as log:
            log.seek(self.log_read)
            lines = log.read()
        self.log_read += len(lines)
        wrong = [line for line in lines.split(b"\n") if b" error " in line or any(byte < 32 or byte == 127 for byte in line)]
        return [f"log: {line.decode(errors='replace')}" for line in wrong[:3]]
