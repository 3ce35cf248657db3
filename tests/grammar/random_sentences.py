"""Pipes random sentences of a grammar into the parser:

    python3 -m tests.grammar.random_sentences ABNFC command|response sentences|mutants COUNT SEED ACCEPTS FILE...
"""
import subprocess
import sys

abnfc, grammar, what, count, seed, accepts, *files = sys.argv[1:]
make = [sys.executable, abnfc, what, '--count', count, '--seed', seed, *files]
with subprocess.Popen(make, stdout=subprocess.PIPE) as maker:
    judge = subprocess.run([accepts, grammar, count], stdin=maker.stdout)
sys.exit(judge.returncode or maker.returncode)
