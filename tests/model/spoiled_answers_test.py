"""Shows that the comparison with the model can fail: it notices each kind of spoiled answers."""

import contextlib
import os
import subprocess
import sys

from tests.model.spoiled_answers import SPOILS
from tests.run.program import main

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def noticed(postbag, kind):
    done = subprocess.run([sys.executable, "-m", "tests.model.random_sessions_test", "--postbag", os.path.abspath(postbag),
                           "--steps", "4000", "--spoil", kind], capture_output=True, timeout=120, cwd=ROOT)
    return done.returncode == 1 and b"AssertionError" in done.stdout


def each_kind_of_spoiled_answers_is_noticed(postbag):
    missed = [kind for kind in SPOILS if not noticed(postbag, kind)]
    assert not missed, f"not noticed: {missed}"
    return f"{len(SPOILS)} kinds"


if __name__ == "__main__":
    main(each_kind_of_spoiled_answers_is_noticed, world=lambda postbag, _: contextlib.nullcontext(postbag))
