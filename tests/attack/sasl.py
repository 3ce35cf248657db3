"""AUTHENTICATE: messages that are none, exchanges without an end, proofs that prove nothing, tokens that are junk."""

from concurrent.futures import ThreadPoolExecutor

from tests.attack.attacker import Attacker, ends, only_noop_follows, reset
from tests.attack.case import costs
from tests.program.sasl_client import SECRET, Scram, authenticate, b64, jwt
from tests.run.server import PASSWORD
from tests.tls.logins_test import BoundScram

FIRST_MESSAGES = {   # by mechanism; each is answered with a challenge
    "PLAIN": None, "LOGIN": None, "SCRAM-SHA-256": b"n,,n=attacker,r=abc", "OAUTHBEARER": b"n,,\1auth=Bearer x\1\1",
    "XOAUTH2": b"user=attacker\1auth=Bearer x\1\1",
}


def _begins(mechanism, *rows):
    """Rows of (name, message): each is the initial response of the mechanism, and none of its messages."""
    return [(f"{mechanism} with {name}", b"AUTHENTICATE %s %s" % (mechanism.encode(), b64(message) or b"="), b"BAD")
            for name, message in rows]


TABLES = [(Attacker.connect, [
    ("an initial response of 8000 bytes", b"AUTHENTICATE PLAIN " + b"A" * 8000, b"BAD"),
    ("an initial response of padding", b"AUTHENTICATE PLAIN " + b"=" * 4000, b"BAD"),
    ("base64 with padding in the middle", b"AUTHENTICATE SCRAM-SHA-256 bi==LG49YSxyPWI=", b"BAD"),
    ("base64 of a length that there is not", b"AUTHENTICATE SCRAM-SHA-256 bixsb", b"BAD"),
    ("base64 of the alphabet for URLs", b"AUTHENTICATE PLAIN AGF0dGFja2Vy-_8_", b"BAD"),
    ("SCRAM-SHA-256-PLUS without TLS", b"AUTHENTICATE SCRAM-SHA-256-PLUS " + b64(b"p=tls-exporter,,n=attacker,r=abc"), b"NO"),
    ("EXTERNAL without a certificate", b"AUTHENTICATE EXTERNAL " + b64(b"attacker"), b"NO"),
    ("the name of a mechanism of 4000 letters", b"AUTHENTICATE " + b"A" * 4000, b"NO"),
    *_begins("SCRAM-SHA-256", ("nothing", b""), ("no header", b"n=attacker,r=abc"), ("commas only", b"," * 4000),
             ("no user", b"n,,n=,r=abc"), ("no nonce", b"n,,n=attacker"), ("an empty nonce", b"n,,n=attacker,r="),
             ("a nonce of 5000 bytes", b"n,,n=attacker,r=" + b"x" * 5000), ("a nonce of control bytes", b"n,,n=a,r=\x1b[2J\0"),
             ("a user of 5000 bytes", b"n,,n=" + b"u" * 5000 + b",r=abc"), ("NUL in the user", b"n,,n=a\0b,r=abc\0"),
             ("half an escape in the user", b"n,,n=a=2,r=abc"), ("an extension that must be known", b"n,,m=x,n=a,r=abc"),
             ("bytes that are not UTF-8", b"n,,n=\xff\xfe,r=abc"), ("an unknown flag", b"x,,n=attacker,r=abc")),
    *_begins("OAUTHBEARER", ("nothing", b""), ("separators only", b"\1" * 4000), ("no token", b"n,,\1host=x\1\1"),
             ("an empty token", b"n,,\1auth=Bearer \1\1"), ("two tokens", b"n,,\1auth=Bearer a\1auth=Bearer b\1\1"),
             ("another scheme", b"n,,\1auth=Basic YTpi\1\1"), ("NUL in the token", b"n,,\1auth=Bearer a\0b\1\1"),
             ("a thousand pairs and no end", b"n,,\1" + b"k=v\1" * 1000)),
    *_begins("XOAUTH2", ("no user", b"user=\1auth=Bearer x\1\1"), ("the parts exchanged", b"auth=Bearer x\1user=a\1\1")),
])]


def an_exchange_that_is_not_gone_on_with_ends_in_time(attacker):
    connections = [attacker.connect() for _ in FIRST_MESSAGES]
    for connection, (mechanism, first) in zip(connections, FIRST_MESSAGES.items()):
        _begin(connection, mechanism, first)
    for connection in connections:
        ends(connection, b"* BYE Login took too long")


def responses_after_the_end_of_an_exchange_are_no_commands_and_end_with_BYE(attacker):
    connection = attacker.connect()
    connection.send(b"a AUTHENTICATE LOGIN\r\n*\r\n" + b"YXR0YWNrZXI=\r\n" * 1000)
    lines = ends(connection)
    assert lines[0].startswith(b"+") and not any(line.startswith((b"a OK", b"+")) for line in lines[1:]), lines[:5]


def one_mechanism_after_the_other_ends_with_BYE(attacker):
    connection = attacker.connect()
    connection.send(b"".join(b"a AUTHENTICATE %s\r\n*\r\n" % mechanism.encode() for mechanism in FIRST_MESSAGES))
    assert sum(line.startswith(b"a BAD") for line in ends(connection)) <= 3


@costs(seconds=4)
def exchanges_aborted_again_and_again_leave_nothing(attacker):
    """After the abort the same connection logs in."""
    for n in range(attacker.times(20)):
        for mechanism, first in FIRST_MESSAGES.items():
            connection = attacker.connect(attacker.host(n), recorded=False)
            _begin(connection, mechanism, first)
            connection.send(b"*\r\n")
            assert connection.response().startswith((b"a BAD", b"a NO")), mechanism
            connection.close()
    connection = attacker.connect()
    _begin(connection, "SCRAM-SHA-256", FIRST_MESSAGES["SCRAM-SHA-256"])
    connection.send(b"*\r\n")
    assert connection.response().startswith(b"a BAD")
    connection.login(attacker.user, PASSWORD)


@costs(seconds=4)
def exchanges_cut_off_after_their_first_message_leave_nothing(attacker):
    """Of users that there are not, too."""
    for n in range(attacker.times(500)):
        connection = attacker.connect(attacker.host(n // 10), recorded=False)
        connection.send(b"a AUTHENTICATE SCRAM-SHA-256 " + b64(b"n,,n=nobody%d,r=abc" % n) + b"\r\n")
        reset(connection)


def a_nonce_that_is_not_the_servers_proves_nothing(attacker):
    _prove_nothing(attacker, _with(b"r", b"", b"abc", b"x" * 5000, b"abc\0"))


def a_proof_of_another_form_proves_nothing(attacker):
    _prove_nothing(attacker, _with(b"p", b"", b"=", b64(b"x"), b64(bytes(32)), b64(b"x" * 4000), b"!" * 44))


def a_binding_that_was_not_begun_with_proves_nothing(attacker):
    _prove_nothing(attacker, _with(b"c", *map(b64, (b"y,,", b"n,a=neighbour,", b"p=tls-exporter,," + bytes(32), b""))))


def a_last_message_of_another_form_proves_nothing(attacker):
    texts = (b"", b",", b"c=biws", b",p=" * 1000, b"p=,r=,c=", b"\0" * 4000, b"c=biws," + b"x=y," * 1000)
    _prove_nothing(attacker, [lambda _, text=text: text for text in texts])


def the_last_message_of_another_exchange_proves_nothing(attacker):
    seen = []
    scram = _Changed(attacker.user, lambda final: seen.append(final) or final)
    assert scram.login(attacker.connect(attacker.host(100))).startswith(b"OK")
    _prove_nothing(attacker, [lambda _: seen[0]])


def an_exchange_bound_to_another_certificate_proves_nothing(attacker):
    ways = ({"spoil": lambda binding: binding[::-1]}, {"spoil": lambda _: b""}, {"spoil": lambda binding: binding * 100},
            {"kind": b"tls-unheard-of"}, {"kind": b"tls-unique"})
    _all_refused(attacker, lambda connection, how: BoundScram(attacker.user, PASSWORD, connection, **how).login(connection),
                 ways, secure=True)


def a_last_message_of_a_megabyte_is_refused(attacker):
    connection = attacker.connect()
    _begin(connection, "SCRAM-SHA-256", FIRST_MESSAGES["SCRAM-SHA-256"])
    connection.send(b"Yz1iaXdz" * 125_000 + b"\r\n")
    assert connection.response().startswith((b"a BAD", b"a NO", b"* BAD", b"* BYE"))


@costs(seconds=4)
def tokens_that_are_junk_let_nobody_in(attacker):
    """Most are signed with the right key, and one with nothing wrong in it logs in."""
    good = {"iss": "https://id", "aud": "imap", "sub": attacker.user, "exp": 4_000_000_000}
    deep = 900 * b"[" + 900 * b"]"
    tokens = [b"x" * 5000, b"." * 5000, b"..", b"a.b.c", b64(deep) + b"." + b64(deep) + b".", jwt({"aud": "imap"}, SECRET),
              *(jwt({**good, **claims}, SECRET) for claims in (
                  {"exp": None}, {"exp": -1}, {"exp": "4000000000"}, {"nbf": 1e300}, {"sub": ["attacker"]},
                  {"sub": "a" * 3000}, {"sub": "attacker\0"}, {"sub": _nested(400)}, {"aud": ["x"] * 500},
                  {"aud": {"imap": 1}})),
              *(jwt(good, SECRET, header) for header in (
                  {"alg": "none"}, {"alg": ["HS256"]}, {"alg": "HS256", "crit": ["x"]}, {"alg": "a" * 3000}, ["HS256"],
                  _nested(400)))]
    assert _bearer(attacker.connect(attacker.host(100)), jwt(good, SECRET)).startswith(b"OK")
    _all_refused(attacker, _bearer, tokens)


@costs(seconds=4)
def a_storm_of_tokens_keeps_out_nobody(attacker):
    for n in range(attacker.times(500)):
        connection = attacker.connect(attacker.host(n // 10), greeted=False, recorded=False)
        message = b"n,,\1auth=Bearer " + jwt({"n": n}, b"x" * 32) + b"\1\1"
        connection.send(b"a AUTHENTICATE OAUTHBEARER " + b64(message) + b"\r\n")
    attacker.logged_in(attacker.host(1000))


def _bearer(connection, token):
    message = b"n,,\1auth=Bearer " + token.rstrip(b"=") + b"\1\1"
    return authenticate(connection, "OAUTHBEARER", lambda _: b"\1", message)


class _Changed(Scram):
    """The attacker knows the password, and sends another last message than the right one."""

    def __init__(self, user, change):
        super().__init__(user, PASSWORD)
        self.change = change

    def answer(self, challenge):
        right = super().answer(challenge)
        return self.change(right) if right else right


def _all_refused(attacker, log_in, items, **how):
    """log_in(connection, item) is refused for each of the items. At the same time, as a refusal may take a second."""
    connections = [attacker.connect(attacker.host(n + 1), **how) for n in range(len(items))]
    with ThreadPoolExecutor(len(items)) as pool:
        for item, tagged in zip(items, pool.map(log_in, connections, items)):
            assert tagged.startswith((b"NO", b"BAD")), f"{item!r:.80}: {tagged}"
    for connection in connections:
        only_noop_follows(connection)


def _prove_nothing(attacker, changes):
    """The last message, which would be right, is changed in each of these ways."""
    _all_refused(attacker, lambda connection, change: _Changed(attacker.user, change).login(connection), changes)


def _with(name, *values):
    """Changes of the last message of SCRAM: another value of that attribute."""
    def change(message, value):
        return b",".join(name + b"=" + value if part.startswith(name + b"=") else part for part in message.split(b","))
    return [lambda message, value=value: change(message, value) for value in values]


def _nested(depth):
    value = "attacker"
    for _ in range(depth):
        value = [value]
    return value


def _begin(connection, mechanism, first):
    """Up to the first challenge."""
    connection.send(b"a AUTHENTICATE " + mechanism.encode() + (b" " + b64(first) if first else b"") + b"\r\n")
    assert connection.response().startswith(b"+"), mechanism
