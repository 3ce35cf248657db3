"""Plays transcript files against real servers: one server a file, one account a scenario.

    python3 -m tests.run.play_transcripts --postbag build/postbag [--wirecheck PATH] [--jobs N] FILE...

Prints each mismatch as file:line with what was expected and what came; exits with 1 if any.
"""

import argparse
import concurrent.futures
import sys

from tests.run import transcript
from tests.run.player import Mismatch, Player
from tests.run.server import Server, ServerFailed


def main():
    options = arguments()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        outcomes = list(pool.map(lambda path: play_file(path, options), options.files))
    failures = [failure for _, failed in outcomes for failure in failed]
    print("\n".join(failures), end="\n" if failures else "")
    played = sum(count for count, _ in outcomes)
    print(f"{played - len(failures)} scenarios passed, {len(failures)} failed")
    return 1 if failures else 0


def play_file(path, options):
    """(how many checks there were, the failures as text)."""
    try:
        script = transcript.read(path)
    except (transcript.Malformed, OSError) as problem:
        return 1, [str(problem)]
    scenarios = [s for s in script.scenarios if options.only is None or options.only in s.title]
    server = Server(options.postbag, options.wirecheck, script.config)
    try:
        server.start()
        failures = [reported for reported in (play(server, path, scenario) for scenario in scenarios) if reported]
        failures += ended(server, path)
    except ServerFailed as problem:
        failures = [f"{path}: {problem}"]
        server.kill()
    server.clean()
    return max(len(scenarios), len(failures)), failures


def play(server, path, scenario):
    """Nothing, or the failure as text."""
    try:
        Player(server, path).play(scenario)
    except (Mismatch, ServerFailed, OSError) as problem:
        alive = server.process.poll() is None
        return f"{problem}\n    in: {scenario.title}" + ("" if alive else "\nthe server died:\n" + server.log_tail())
    return None


def ended(server, path):
    """Failures at the end of the file: a bad exit, bytes outside of the response grammar."""
    failures = []
    for last in (server.stop, server.check_wire):
        try:
            last()
        except ServerFailed as problem:
            failures.append(f"{path}: {problem}")
    return failures


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postbag", required=True, help="the program under test")
    parser.add_argument("--wirecheck", help="the program that parses what servers send")
    parser.add_argument("--jobs", type=int, default=2, help="files at once (2)")
    parser.add_argument("--only", help="play only scenarios whose title contains this")
    parser.add_argument("files", nargs="+", metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
