"""A well-behaved client beside what a test does to the server: how long does it wait?"""

import threading
import time


class Neighbour(threading.Thread):
    """Another user who sends NOOP without pause; remembers the longest wait that is explained by the server's own work."""

    def __init__(self, connection, process):
        super().__init__(daemon=True)
        self.connection, self.process = connection, process
        self.longest, self.done = 0.0, threading.Event()
        self.failure = None

    def run(self):
        try:
            while not self.done.is_set():
                begun, used = time.monotonic(), self.process.seconds()
                self.connection.command("NOOP")
                waited = min(time.monotonic() - begun, self.process.seconds() - used)
                self.longest = max(self.longest, waited)
                self.done.wait(0.002)
        except Exception as failure:  # reported by the main thread
            self.failure = failure

    def take_longest(self):
        longest, self.longest = self.longest, 0.0
        if self.failure:
            raise self.failure
        return longest

    def stop(self):
        self.done.set()
        self.join()
