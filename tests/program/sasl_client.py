"""The client's side of SASL for tests, written from the RFCs and from nothing of the server."""

import base64
import hashlib
import hmac
import json
import os

from tests.run.sasl import plain_message
from tests.run.wire import Refused


def b64(data):
    return base64.b64encode(data)


def authenticate(session, mechanism, answers, initial=None):
    """Runs AUTHENTICATE. `answers` gets each challenge and gives the response, None for "*". Returns the tagged line
    without its tag; the challenges are kept in session.challenges."""
    session.challenges = []
    given = b"" if initial is None else b" " + (b64(initial) or b"=")
    session.send(b"auth AUTHENTICATE " + mechanism.encode() + given + b"\r\n")
    while True:
        line = session.response()
        if line.startswith(b"auth "):
            return line[5:]
        if line.startswith(b"* BYE"):
            continue
        assert line.startswith(b"+ "), line
        challenge = base64.b64decode(line[2:], validate=True)
        session.challenges.append(challenge)
        response = answers(challenge)
        session.send((b"*" if response is None else b64(response)) + b"\r\n")


def plain(session, user, password, authzid=""):
    return authenticate(session, "PLAIN", None, plain_message(user, password, authzid))


class Scram:
    """RFC 5802 section 3 with the hash of the mechanism's name."""

    def __init__(self, user, password, mechanism="SCRAM-SHA-256", authzid=""):
        self.mechanism, self.password = mechanism, password.encode()
        self.hash = "sha1" if "SHA-1" in mechanism else "sha256"
        self.header = b"n," + (b"a=" + authzid.encode() if authzid else b"") + b","
        self.bare = b"n=" + user.encode() + b",r=" + b64(os.urandom(12))
        self.verifier = None

    def login(self, session):
        return authenticate(session, self.mechanism, self.answer, self.header + self.bare)

    def answer(self, challenge):
        if challenge.startswith(b"v="):
            assert challenge == self.verifier, "the server does not know the password"
            return b""
        self.server = dict(part.split(b"=", 1) for part in challenge.split(b","))
        without_proof = b"c=" + b64(self.header) + b",r=" + self.server[b"r"]
        message = b",".join((self.bare, challenge, without_proof))
        salted = hashlib.pbkdf2_hmac(self.hash, self.password, base64.b64decode(self.server[b"s"]),
                                     int(self.server[b"i"]))
        key = self._hmac(salted, b"Client Key")
        signature = self._hmac(hashlib.new(self.hash, key).digest(), message)
        self.verifier = b"v=" + b64(self._hmac(self._hmac(salted, b"Server Key"), message))
        return without_proof + b",p=" + b64(bytes(a ^ b for a, b in zip(key, signature)))

    def _hmac(self, key, text):
        return hmac.new(key, text, self.hash).digest()


SECRET = b"0123456789abcdef0123456789abcdef"


def key_file(server):
    """The path of a file below the server's home that holds SECRET and a line end; nobody else may read it."""
    path = os.path.join(server.home, "key")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(SECRET + b"\n")
    return path


def jwt(claims, key, header=None):
    """A token signed with HS256. RFC 7519."""
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")
    signed = part(json.dumps(header or {"alg": "HS256", "typ": "JWT"}).encode()) + b"." + \
        part(json.dumps(claims).encode())
    return signed + b"." + part(hmac.new(key, signed, "sha256").digest())


def refused(call, *arguments):
    """What a command was refused with."""
    try:
        call(*arguments)
    except Refused as why:
        return str(why)
    raise AssertionError("it was not refused")
