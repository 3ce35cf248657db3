#!/usr/bin/env python3
"""Finds coroutines whose frames g++ 12 has laid out wrongly.

    check_coroutines.py PROGRAM     (x86-64, built without optimisation)
    check_coroutines.py --self-test

A coroutine's frame begins with the address of its resume function. In a function without any local variable but with
a co_await in a condition, g++ 12.2 puts another field first; the program then crashes or stops. The function
that makes the frame shows the error: it stores the address of "....Frame.actor" at offset 8 instead of 0.
"""
import re
import subprocess
import sys

FUNCTION = re.compile(r"^[0-9a-f]+ <(.*)>:$")
TAKES_ACTOR = re.compile(r"\blea\b.*Frame\.actor>")
STORES_AT_8 = re.compile(r"\bmov\s+%r\w+,0x8\(%r")


def wrong_frames(lines):
    """Names of the functions in a listing of objdump that make wrong frames."""
    name, after_actor, found = "", False, []
    for line in lines:
        function = FUNCTION.match(line)
        if function:
            name = function.group(1)
        elif after_actor and STORES_AT_8.search(line):
            found.append(name)
        after_actor = bool(TAKES_ACTOR.search(line))
    return found


def self_test():
    take = "  10:\tlea    0x4a2(%rip),%rdx        # 20 <_Z1fv.Frame.actor>"
    good = ["0000 <f>:", take, "  17:\tmov    %rdx,(%rax)"]
    bad = ["0000 <g>:", take, "  17:\tmov    %rdx,0x8(%rax)"]
    assert wrong_frames(good) == []
    assert wrong_frames(good + bad) == ["g"]


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", sys.argv[1]],
                             check=True, capture_output=True, text=True).stdout
    if "Frame.actor" not in listing and ".actor]" not in listing:
        print(f"{sys.argv[1]}: no coroutines found; is it stripped?", file=sys.stderr)
        return 1
    found = wrong_frames(listing.splitlines())
    for name in found:
        print(f"{name}: name the result of co_await before testing it (wrong frame, g++ 12)", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
