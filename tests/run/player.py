"""Plays scenarios of a transcript against a server."""

import re

from tests.run import given
from tests.run.pattern import matches
from tests.run.sasl import plain
from tests.run.server import PASSWORD
from tests.run.wire import Closed, Late, Refused

USES = re.compile(r"%\{([a-z][a-z0-9_]*)\}")


class Mismatch(Exception):
    """Text: file:line, what was expected and what came."""


class Wrong(Exception):
    """The response is none of those expected."""

    def __init__(self, steps, response):
        super().__init__(f"{wanted(steps)}\n         got {steps[0].session} {response!r}")
        self.line = steps[0].line


class Player:
    """One scenario: its account, its sessions by name, its captures."""

    def __init__(self, server, path):
        self.server = server
        self.path = path
        self.user = server.add_user()
        self.accounts = {}
        self.sessions = {}
        self.captures = {}

    def play(self, scenario):
        """Mismatch (with file:line) at the first step that differs."""
        try:
            for steps in grouped(scenario.steps):
                self._play(steps)
        finally:
            for connection in self.sessions.values():
                connection.close()

    def _play(self, steps):
        try:
            self._do(steps)
        except Wrong as wrong:
            raise Mismatch(f"{self.path}:{wrong.line}: {wrong}") from None
        except (Late, Closed, Refused, given.Unknown, OSError) as problem:
            raise Mismatch(f"{self.path}:{steps[0].line}: {wanted(steps)}"
                           f"\n         got {type(problem).__name__}: {problem}") from None

    def _do(self, steps):
        first = steps[0]
        if first.kind == "given":
            given.prepare(self, first)
        elif first.kind == "send":
            self._session(first).send(b"".join(self._filled(step.text).encode("latin-1") for step in steps))
        elif first.kind == "hang up":
            self._session(first).hang_up()
        elif first.kind == "expect":
            self._expect(steps)
        elif not self._session(first).at_end():
            raise Wrong(steps, self._session(first).response())

    def _expect(self, steps):
        """A run of responses in any order, and then the one without a mark; those marked `?` may be missing."""
        left = [step for step in steps if step.modes != ":"]
        last = [step for step in steps if step.modes == ":"]
        while last or any("?" not in step.modes for step in left):
            response = self._session(steps[0]).response().decode("latin-1")
            step = self._matching(left, response)
            if step:
                left.remove(step)
                continue
            owed = [step for step in left if "?" not in step.modes]
            if owed or not self._matching(last, response):
                raise Wrong(left + last, response)
            return

    def _matching(self, steps, response):
        return next((step for step in steps if matches(self._filled(step.text), response, self.captures)), None)

    def _session(self, step):
        if step.session not in self.sessions:
            given.logged_in(self, step.session)
        return self.sessions[step.session]

    def _filled(self, text):
        return USES.sub(lambda found: self._value(found.group(1), found.group(0)), text)

    def _value(self, name, unknown):
        known = {"user": self.user, "password": PASSWORD, "plain": plain(self.user, PASSWORD),
                 "wrong_plain": plain(self.user, "wrong"), "foreign_plain": plain(self.user, PASSWORD, "other"),
                 **self.captures}
        return known.get(name, unknown)


def grouped(steps):
    """Runs that belong together: sends of one session (one write), and marked responses with the one after them."""
    groups = []
    for step in steps:
        if groups and joins(groups[-1], step):
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def joins(group, step):
    last = group[-1]
    if step.kind != last.kind or step.session != last.session:
        return False
    return step.kind == "send" or step.kind == "expect" and last.modes != ":"


def wanted(steps):
    return "".join(f"\n    expected {step.session} {step.text!r}" for step in steps)
