"""Writes inputs of a fuzz target, for a corpus to begin with: random sentences of the command grammar, and for sessions
also the conversations of tests/transcripts.

    python3 -m tests.fuzz.inputs command|session DIRECTORY FILE...    the files of the grammar
"""
import pathlib
import re
import sys

from tests.run import transcript
from tools.abnf.grammar import Grammar
from tools.abnf.sentences import Maker

TRANSCRIPTS = pathlib.Path(transcript.__file__).parents[1] / 'transcripts'
COUNT = 300
SENTENCES = 6  # of one input
OTHER_STATE = re.compile(rb'[^ ]+ (login|logout|authenticate|starttls|compress|unauthenticate)', re.I)
USERS = {'0': 'anna', '1': 'anna', '2': 'bert'}  # of each client
GIVEN = re.compile(r'(?P<names>[a-z0-9, ]+?) (?P<what>logged in|enabled|selected|examined|did)(?P<words>.*)')
COMMANDS = {'enabled': 'ENABLE', 'selected': 'SELECT', 'examined': 'EXAMINE', 'did': '', 'logged in': 'NOOP'}


def command_input(maker):
    """What command_target.cc takes: a seed of the pieces, a choice of limits, the bytes."""
    choices = bytes(maker.random.randrange(256) for _ in range(2))
    return choices + b''.join(maker.sentence() for _ in range(SENTENCES))


def said(client, text):
    """The steps of session_target.cc by which a client says these bytes."""
    *lines, last = text.split(b'\n')
    client = client.encode()
    steps = [client + b' ' + line[:-1] if line.endswith(b'\r') else client + b'_' + line for line in lines]
    return steps + ([client + b'-' + last] if last else [])


def login(client):
    return f'{client} a LOGIN {USERS[client]} x'.encode()


def session_input(maker):
    """Two clients of one user, sometimes a third of another, each with INBOX selected."""
    clients = maker.random.choice(['0', '01', '01', '02', '012'])
    steps = [step for client in clients for step in (login(client), f'{client} b SELECT INBOX'.encode())]
    for _ in range(SENTENCES):
        sentence = maker.sentence()
        while OTHER_STATE.match(sentence):
            sentence = maker.sentence()
        steps += said(maker.random.choice(clients), sentence)
    return b'\n'.join(steps) + b'\n'


class Conversation:
    """A scenario as a script: its sessions are clients 0 and 1 in turn, `carol` is 2. What it prepares is not followed
    exactly."""

    def __init__(self, scenario):
        self.clients, self.steps = {}, []
        for step in scenario.steps:
            if step.kind == 'given':
                self.prepare(step.text, step.data)
            elif step.kind == 'send':
                self.say(step.session, re.sub(r'%\{\w+\}', '1', step.text.replace('%{user}', 'anna')))
            elif step.kind == 'hang up':
                self.steps.append(b'!' + self.client(step.session).encode())

    def client(self, name):
        if name not in self.clients:
            client = '2' if name == 'carol' else str(len(self.clients) % 2)
            self.clients[name] = client
            self.steps.append(login(client))
        return self.clients[name]

    def say(self, name, text):
        self.steps += said(self.client(name), text.encode('latin-1'))

    def prepare(self, text, data):
        messages = re.match(r'INBOX with (\d+)', text)
        into = re.match(r'message in (.*?):?$', text)
        who = GIVEN.match(text)
        if messages:
            self.steps += [b'@anumber %d' % number for number in range(min(int(messages[1]), 40))]
        elif into:
            self.say('me', f'a APPEND {re.sub("flags |date ", "", into[1])} {{{len(data)}+}}\r\n{data}\r\n')
        elif text.startswith('mailbox'):
            for name in text.partition(' ')[2].split(', '):
                self.say('me', f'a CREATE {name}\r\n')
        elif who:
            for name in who['names'].split(', '):
                self.say(name, f'a {COMMANDS[who["what"]]}{who["words"]}\r\n'.replace('a  ', 'a '))

    def script(self):
        return b'\n'.join(self.steps) + b'\n'


def conversations():
    for path in sorted(TRANSCRIPTS.glob('*/*.txt')):
        for number, scenario in enumerate(transcript.read(path).scenarios):
            yield f'{path.stem}-{number}', Conversation(scenario).script()


def main():
    target, directory, *files = sys.argv[1:]
    make = {'command': command_input, 'session': session_input}[target]
    maker = Maker(Grammar.load([pathlib.Path(file) for file in files]), seed=1)
    made = {f'sentences-{number}': make(maker) for number in range(COUNT)}
    if target == 'session':
        made |= dict(conversations())
    folder = pathlib.Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    for name, bytes_of in made.items():
        (folder / name).write_bytes(bytes_of)


main()
