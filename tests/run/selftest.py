"""Tests of the transcript tools themselves, against a server made of canned answers."""

import glob
import os
import re
import socket
import tempfile
import threading
import unittest

from tests.crash.truth import Truth, place
from tests.run import transcript
from tests.run.pattern import matches
from tests.run.player import Mismatch, Player
from tests.run.view import View
from tests.run.wire import Connection

MATCHING = [
    ("a1 OK *", "a1 OK done"),
    ("a1 OK [READ-WRITE] *", "a1 OK [READ-WRITE] done"),
    ("* 3 EXISTS", "* 3 EXISTS"),
    ("a1 NO [BADCHARSET...] *", "a1 NO [BADCHARSET (UTF-8)] no"),
    ("* 1 FETCH (BINARY[1] {1}\r\na)", "* 1 FETCH (BINARY[1] ~{1}\r\na)"),
    ("* OK [UIDNEXT <u>] *", "* OK [UIDNEXT 4] Predicted"),
    ("* FLAGS ~(\\Seen \\Answered ...)", "* FLAGS (\\Answered \\Draft \\Seen)"),
    ("* 1 FETCH ~(UID 3 FLAGS ~(\\Seen \\Draft))", "* 1 FETCH (FLAGS (\\Draft \\Seen) UID 3)"),
    ("* 1 FETCH (FLAGS ~(\\Seen ?\\Draft))", "* 1 FETCH (FLAGS (\\Seen))"),
    ("* 1 FETCH (BODY[TEXT] {4}\r\na) b)", "* 1 FETCH (BODY[TEXT] {4}\r\na) b)"),
    ("* 1 FETCH ~(UID 1 BODY[] {3}\r\n) ()", "* 1 FETCH (BODY[] {3}\r\n) ( UID 1)"),
    ("* OK [CAPABILITY ~ IMAP4rev1 IDLE ...] *", "* OK [CAPABILITY IDLE MOVE IMAP4rev1] hello"),
    ("<u> <w!u> <u>", "1 2 1"),
    ("* CAPABILITY ~ A ?B ?C", "* CAPABILITY B A"),
    ("* SEARCH ~ 1 2 3", "* SEARCH 3 1 2"),
    ("* LIST ~(\\HasNoChildren) \"/\" Sent", "* LIST (\\HasNoChildren) \"/\" \"Sent\""),
    ("* STATUS INBOX ~(MESSAGES 1 UNSEEN 0)", "* STATUS \"INBOX\" (UNSEEN 0 MESSAGES 1)"),
    ("* 1 FETCH (INTERNALDATE <d>)", "* 1 FETCH (INTERNALDATE \"01-Jan-2026 10:00:00 +0000\")"),
    ("* 1 FETCH (BODYSTRUCTURE (\"text\" \"plain\"))", "* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\"))"),
]
DIFFERING = [
    ("a1 OK *", "a1 NO done"),
    ("a1 OK *", "a1 OK"),
    ("* 3 EXISTS", "* 3 EXISTS "),
    ("* FLAGS ~(\\Seen \\Answered)", "* FLAGS (\\Answered \\Draft \\Seen)"),
    ("* FLAGS ~(\\Seen \\Answered)", "* FLAGS (\\Seen)"),
    ("* 1 FETCH ~(UID 3 FLAGS ())", "* 1 FETCH (UID 4 FLAGS ())"),
    ("* 1 FETCH (BODY[TEXT] {3}\r\nabc)", "* 1 FETCH (BODY[TEXT] {3}\r\nabd)"),
    ("* OK [CAPABILITY ~ IMAP4rev1] *", "* OK [CAPABILITY IMAP4rev1 IDLE] hello"),
    ("* CAPABILITY ~ A ?B", "* CAPABILITY A D"),
    ("* CAPABILITY ~ A !B ...", "* CAPABILITY C A B"),
    ("* SEARCH ~ 1 2", "* SEARCH 1 2 3"),
    ("* LIST ~() \"/\" \"a b\"", "* LIST () \"/\" a"),
    ("<u> <u>", "1 2"),
    ("<u> <w!u>", "1 1"),
]


class PatternTest(unittest.TestCase):
    def test_matching(self):
        for pattern, actual in MATCHING:
            with self.subTest(pattern):
                self.assertTrue(matches(pattern, actual, {}))

    def test_differing(self):
        for pattern, actual in DIFFERING:
            with self.subTest(pattern):
                self.assertFalse(matches(pattern, actual, {}))

    def test_a_capture_keeps_its_value(self):
        captures = {}
        self.assertTrue(matches("* OK [UIDVALIDITY <v>] *", "* OK [UIDVALIDITY 77] x", captures))
        self.assertEqual(captures, {"v": "77"})
        self.assertFalse(matches("* STATUS a (UIDVALIDITY <v>)", "* STATUS a (UIDVALIDITY 78)", captures))


TRANSCRIPTS = os.path.join(os.path.dirname(os.path.abspath(transcript.__file__)), "..", "transcripts")


class FolderTest(unittest.TestCase):
    def test_meson_plays_each_transcript(self):
        with open(os.path.join(TRANSCRIPTS, "meson.build"), encoding="utf-8") as text:
            listed = re.findall(r"^      '(\w+)',$", text.read(), re.MULTILINE)
        found = [os.path.basename(path)[:-4] for path in glob.glob(os.path.join(TRANSCRIPTS, "*", "*.txt"))]
        self.assertEqual(sorted(listed), sorted(found))


class PageTest(unittest.TestCase):
    """The examples of patterns in tests/transcripts/README.md."""

    def rows(self):
        with open(os.path.join(TRANSCRIPTS, "README.md"), encoding="utf-8") as text:
            for row in re.findall(r"^\|.*\| `(.*)` \| `(.*)` \| `(.*)` \|$", text.read(), re.MULTILINE):
                yield [transcript.unescaped(cell) for cell in row]

    def test_each_example(self):
        rows = list(self.rows())
        self.assertGreater(len(rows), 15)
        for pattern, alike, different in rows:
            with self.subTest(pattern):
                self.assertTrue(matches(pattern, alike, {}))
                self.assertFalse(matches(pattern, different, {}))


class CannedServer:
    """Replaces server.Server: greets, and answers each line from a table."""

    def __init__(self, answers):
        self.answers = answers
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    def add_user(self, name="user"):
        return name

    def connect(self, name):
        return Connection(self.listener.getsockname(), deadline=2.0)

    def _serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer):
        peer.sendall(b"* OK hello\r\n")
        with peer.makefile("rb") as lines:
            for line in lines:
                tag, _, command = line.decode().strip().partition(" ")
                answer = self.answers.get(command, "{tag} OK done\r\n")
                if answer == "close":
                    break
                peer.sendall(answer.format(tag=tag).encode())
        peer.close()


class PlayerTest(unittest.TestCase):
    ANSWERS = {"NOOP": "* 2 EXPUNGE\r\n* 4 EXISTS\r\n{tag} OK done\r\n", "LOGOUT": "close"}

    def play(self, *lines):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
            file.write("\n".join(("=== a scenario",) + lines) + "\n")
        server = CannedServer(self.ANSWERS)
        try:
            for scenario in transcript.read(file.name).scenarios:
                Player(server, "file.txt").play(scenario)
        finally:
            server.listener.close()
            os.unlink(file.name)

    def test_a_conversation_as_told(self):
        self.play("alice C: a1 NOOP", "alice S: * 2 EXPUNGE", "alice S: * 4 EXISTS", "alice S: a1 OK *")

    def test_any_order(self):
        self.play("C: a1 NOOP", "S~ * 4 EXISTS", "S~ * 2 EXPUNGE", "S? * 9 RECENT", "S: a1 OK *")

    def test_a_mismatch_names_line_expected_and_got(self):
        with self.assertRaises(Mismatch) as caught:
            self.play("C: a1 NOOP", "S: * 3 EXPUNGE", "S: * 4 EXISTS", "S: a1 OK *")
        reported = str(caught.exception)
        for part in ("file.txt:3:", "expected me '* 3 EXPUNGE'", "got me '* 2 EXPUNGE'"):
            self.assertIn(part, reported)

    def test_an_extra_response_is_a_mismatch(self):
        with self.assertRaises(Mismatch):
            self.play("C: a1 NOOP", "S: * 2 EXPUNGE", "S: a1 OK *")

    def test_a_missing_response_is_a_mismatch(self):
        with self.assertRaises(Mismatch):
            self.play("C: a1 NOOP", "S~ * 2 EXPUNGE", "S~ * 4 EXISTS", "S~ * 1 RECENT", "S: a1 OK *")

    def test_silence_is_a_mismatch(self):
        with self.assertRaises(Mismatch) as caught:
            self.play("C> a1 NO", "S: a1 OK *")
        self.assertIn("Late", str(caught.exception))

    def test_the_end_of_the_connection(self):
        self.play("C: a1 LOGOUT", "S: EOF")
        with self.assertRaises(Mismatch):
            self.play("C: a1 NOOP", "S: EOF")

    def test_the_client_hangs_up(self):
        self.play("C> a1 CHE", "C: EOF", "S: a1 OK *", "S: EOF")

    def test_pipelined_commands(self):
        self.play("C: a1 CHECK", "C: a2 CHECK", "S: a1 OK *", "S: a2 OK *")


class ReaderTest(unittest.TestCase):
    def steps(self, *lines):
        reader = transcript.Reader("file.txt", ["=== a scenario", *lines])
        return reader.transcript().scenarios[0].steps

    def test_data_lines_are_counted(self):
        steps = self.steps("C: a1 APPEND INBOX {}", "S: + *", "C| ab", "C|", "C:")
        self.assertEqual([s.text for s in steps], ["a1 APPEND INBOX {6}\r\n", "+ *", "ab\r\n\r\n", "\r\n"])

    def test_a_backslash_takes_the_last_break_away(self):
        steps = self.steps("C: a1 LOGIN {+}", "C| me\\", "C:  x")
        self.assertEqual([s.text for s in steps], ["a1 LOGIN {2+}\r\n", "me", " x\r\n"])

    def test_literals_of_responses(self):
        steps = self.steps("S: * 1 FETCH (BODY[] {}", "S| ab", "S: )", "S: * 2 FETCH (BODY[] {3}", "S: abc)")
        self.assertEqual([s.text for s in steps], ["* 1 FETCH (BODY[] {4}\r\nab\r\n)", "* 2 FETCH (BODY[] {3}\r\nabc)"])

    def test_escapes(self):
        self.assertEqual(self.steps("C: %{00ff} %{ab*2}")[0].text, "\0\xff abab\r\n")

    def test_nonsense_is_refused(self):
        for lines in (["nonsense"], ["X: a1"], ["S: a {3}", "C: b"]):
            with self.subTest(lines), self.assertRaises(transcript.Malformed):
                self.steps(*lines)


class ViewTest(unittest.TestCase):
    def reported(self, *lines, **more):
        view = View()
        view.receive([line.encode() for line in lines], **more)
        return view

    def test_what_was_told_is_known(self):
        view = self.reported("* 3 EXISTS", "* 2 FETCH (UID 7 FLAGS (\\Seen \\Recent))", "* 1 EXPUNGE")
        self.assertEqual([(e.uid, e.flags) for e in view.entries], [(7, {"\\Seen"}), (None, None)])
        self.assertEqual(view.unknown(), [2])

    def test_what_cannot_be_true(self):
        for lines in (["* 1 EXPUNGE"], ["* 2 EXISTS", "* 1 EXISTS"], ["* 1 FETCH (FLAGS ())"],
                      ["* 1 EXISTS", "* 1 FETCH (UID 1)", "* 1 FETCH (UID 2)"]):
            with self.subTest(lines), self.assertRaises(AssertionError):
                self.reported(*lines)

    def test_no_expunge_where_it_is_forbidden(self):
        with self.assertRaises(AssertionError):
            self.reported("* 1 EXISTS", "* 1 EXPUNGE", expunge_allowed=False)


INBOX, ARCHIVE, SEEN = place("INBOX", ()), place("Archive", ()), place("INBOX", ("\\Seen",))


class CrashTest(unittest.TestCase):
    """The comparison after a crash finds each kind of deviation."""

    def wrong(self, found, state, pending=None):
        truth = Truth()
        truth.state, truth.pending = dict(state), {"client": pending} if pending else {}
        return {kind: len(lines) for kind, lines in truth.compare(found).items()}

    def test_as_acknowledged(self):
        self.assertEqual(self.wrong({"m": (INBOX,)}, {"m": (INBOX,)}), {})
        moving = {"m": ((INBOX,), (ARCHIVE,)), "n": ((INBOX,), (ARCHIVE,))}
        for place_of_both in (INBOX, ARCHIVE):
            found = {"m": (place_of_both,), "n": (place_of_both,)}
            self.assertEqual(self.wrong(found, {"m": (INBOX,), "n": (INBOX,)}, moving), {})
        self.assertEqual(self.wrong({}, {}, {"m": ((), (INBOX,))}), {})

    def test_not_as_acknowledged(self):
        self.assertEqual(self.wrong({}, {"m": (INBOX,)}), {"lost": 1})
        self.assertEqual(self.wrong({"m": (INBOX,)}, {"m": (SEEN,)}), {"otherwise than acknowledged": 1})
        self.assertEqual(self.wrong({"m": (ARCHIVE, INBOX)}, {"m": (ARCHIVE,)}), {"in both or neither mailbox": 1})
        moving = {"m": ((INBOX,), (ARCHIVE,)), "n": ((INBOX,), (ARCHIVE,))}
        self.assertEqual(self.wrong({"m": (INBOX,), "n": (ARCHIVE,)}, {}, moving), {"half-done": 1})
        self.assertEqual(self.wrong({"m": (INBOX,)}, {}), {"in both or neither mailbox": 1})     # never appended


if __name__ == "__main__":
    unittest.main()
