"""A release restricts itself: `serve` runs with a filter of system calls, and can open no files but its own.

Only a kernel that has no seccomp or no Landlock excuses it; the kernel is asked here, and not by what is tested. Builds with
sanitizers are not restricted. Everything that the kernel then refuses is tried in tests/server/protection_test.cc.
"""

import ctypes
import os
import re
import tempfile

from tests.run.process import Process
from tests.run.program import Skipped, equal, main
from tests.tls.world import World

SECCOMP_ACTIONS = "/proc/sys/kernel/seccomp/actions_avail"
LANDLOCK_CREATE_RULESET, ASK_VERSION = 444, 1
OLDEST_LANDLOCK = 2   # under version 1 no large message could be stored


def landlock_version():
    """That of this kernel; -1 when it has none or has switched it off. landlock_create_ruleset(2)"""
    number, no_rules, size, flags = map(ctypes.c_long, (LANDLOCK_CREATE_RULESET, 0, 0, ASK_VERSION))
    return ctypes.CDLL(None).syscall(number, no_rules, size, flags)


def need_seccomp():
    if not os.path.exists(SECCOMP_ACTIONS):
        raise Skipped("this kernel has no seccomp")


def need_landlock():
    if landlock_version() < OLDEST_LANDLOCK:
        raise Skipped("this kernel has no Landlock that can be used")


def started(world):
    line, = world.await_log(" started ")
    return line


def system_calls_are_filtered_in_all_threads(world):
    need_seccomp()
    equal(Process(world.server.process.pid).of_all_threads("Seccomp", "NoNewPrivs"), {"Seccomp": "2", "NoNewPrivs": "1"})
    assert ", seccomp" in started(world), started(world)


def files_are_restricted(world):
    need_landlock()
    assert re.search(r", landlock [1-9]", started(world)), started(world)


def a_certificate_that_was_moved_elsewhere_is_not_read(world):
    """Not even by root: the server may read the directory of its certificates, and not where a link in it leads later."""
    need_landlock()
    chain, _ = world.pairs["first"]
    with tempfile.TemporaryDirectory(prefix="postbag-elsewhere-") as elsewhere:
        moved = os.path.join(elsewhere, "moved.pem")
        os.rename(chain, moved)
        os.symlink(moved, chain)
        world.reload("TLS certificates not loaded")
    world.await_log("Permission denied")


if __name__ == "__main__":
    main(system_calls_are_filtered_in_all_threads, files_are_restricted, a_certificate_that_was_moved_elsewhere_is_not_read,
         world=World)
