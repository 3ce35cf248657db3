"""What can be asked about messages: sets, sections, searches, orders."""

from tests.attack.attacker import MESSAGE, Attacker, answers, reset
from tests.attack.case import costs

FIELDS = b" ".join(b"x-%d" % n for n in range(6000))
RANGES = b",".join(b"%d" % n for n in range(1, 20_000, 2))

TABLES = [(Attacker.selected, [
    ("a set of zero", b"FETCH 0 UID", b"BAD"),
    ("a set of commas", b"FETCH " + b"," * 10_000 + b" UID", b"BAD"),
    ("a set of stars", b"UID FETCH " + b"*:*," * 10_000 + b"* UID", b"OK"),
    ("10 000 ranges that merge", b"UID FETCH " + b"1:4000000000," * 4_000 + b"1 UID", b"OK"),
    ("10 000 ranges that do not", b"UID FETCH " + RANGES + b" UID", b"OK"),
    ("ranges from the largest to the smallest", b"UID FETCH " + b",".join(reversed(RANGES.split(b","))) + b" UID", b"OK"),
    ("12 000 ranges", b"UID FETCH " + b",".join(b"%d" % n for n in range(1, 24_000, 2))[:60_000] + b"1 UID", b"NO [LIMIT]"),
    ("a partial of no bytes", b"FETCH 1 BODY.PEEK[]<0.0>", b"BAD"),
    ("a partial at the end of numbers", b"FETCH 1 BODY.PEEK[]<4294967295.4294967295>", b"OK"),
    ("a section 10 000 deep", b"FETCH 1 BODY.PEEK[" + b".".join([b"1"] * 10_000) + b"]", b"OK"),
    ("a section that begins with p", b"FETCH 1 BODY[p", b"BAD"),
    ("a section of MIME alone", b"FETCH 1 BODY[MIME]", b"BAD"),
    ("a section of TEXT.TEXT", b"FETCH 1 BODY[TEXT.TEXT]", b"BAD"),
    ("6000 names in HEADER.FIELDS", b"FETCH 1 BODY.PEEK[HEADER.FIELDS (" + FIELDS + b")]", b"OK"),
    ("no names in HEADER.FIELDS", b"FETCH 1 BODY.PEEK[HEADER.FIELDS ()]", b"BAD"),
    ("4000 items in one FETCH", b"FETCH 1 (" + b" ".join(b"BODY.PEEK[%d]" % n for n in range(1, 4000)) + b")", b"NO [LIMIT]"),
    ("the whole message 4000 times", b"FETCH 1 (" + b" ".join([b"BODY.PEEK[]"] * 4000) + b")", b"NO [LIMIT]"),
    ("NOT 1000 deep", b"SEARCH " + b"NOT " * 1000 + b"ALL", b"BAD"),
    ("OR 1000 deep", b"SEARCH " + b"OR " * 1000 + b"ALL " * 1001, b"BAD"),
    ("1001 keys", b"SEARCH" + b" SEEN" * 1001, b"NO [LIMIT]"),
    ("33 searches of bodies", b"SEARCH" + b" BODY x" * 33, b"NO [LIMIT]"),
    ("32 searches of bodies in OR", b"SEARCH " + b"OR BODY x " * 31 + b"BODY x", b"OK"),
    ("600 sets in one SEARCH", b"SEARCH" + (b" UID " + b",".join(b"%d" % n for n in range(1, 50, 2))) * 600, b"OK"),
    ("a charset of 60 000 letters", b"SEARCH CHARSET " + b"x" * 60_000 + b" ALL", b"NO [BADCHARSET"),
    ("a charset that is a path", b'SEARCH CHARSET "../../../etc/passwd" SUBJECT x', b"NO [BADCHARSET"),
    ("a charset with a converter's options", b'SEARCH CHARSET "UTF-8//IGNORE//TRANSLIT" SUBJECT x', b"NO [BADCHARSET"),
    ("half a character in UTF-8", b"SEARCH CHARSET UTF-8 SUBJECT {1+}\r\n\xc3", b"BAD"),
    ("escapes of ISO-2022-JP without end", b"SEARCH CHARSET ISO-2022-JP SUBJECT {4000+}\r\n" + b"\x1b$B!" * 1000, b"BAD"),
    ("UTF-7 without end", b"SEARCH CHARSET UTF-7 SUBJECT {60000+}\r\n" + b"+AAA" * 15_000, b"OK"),
    ("a search string of 500 000 bytes", b"SEARCH BODY {500000+}\r\n" + b"ab" * 250_000, b"OK"),
    ("a header's name of 60 000 bytes", b'SEARCH HEADER "' + b"h" * 60_000 + b'" x', b"OK"),
    ("a date that is none", b"SEARCH SINCE 99-Feb-99999", b"BAD"),
    ("the 31st of February", b"SEARCH SINCE 31-Feb-2026", b"BAD"),
    ("2000 criteria of SORT", b"SORT (" + b" ".join([b"SUBJECT"] * 2000) + b") UTF-8 ALL", b"OK"),
    ("REVERSE without end in SORT", b"SORT (" + b" ".join([b"REVERSE"] * 2000) + b") UTF-8 ALL", b"BAD"),
    ("an algorithm of THREAD of 60 000 letters", b"THREAD " + b"A" * 60_000 + b" UTF-8 ALL", b"BAD"),
    ("FUZZY of 50 000 words", b'SEARCH FUZZY TEXT "' + b"word " * 10_000 + b'"', b"OK"),
    ("FUZZY of everything", b"SEARCH" + b" FUZZY SUBJECT abcdef" * 300, b"OK"),
    ("9000 mailboxes in ESEARCH",
     b"ESEARCH IN (mailboxes (" + b" ".join(b"m%d" % n for n in range(9_000)) + b")) ALL", b"OK"),
    ("a saved result that is none", b"SEARCH $", b"OK"),
])]


def a_line_break_in_the_name_of_a_header_field_makes_no_second_response(attacker):
    lines = answers(attacker.selected(), b"FETCH 1 BODY.PEEK[HEADER.FIELDS ({8+}\r\nX\r\n* BYE)]", b"OK")
    assert len(lines) == 1 and lines[0].startswith(b"* 1 FETCH"), lines


@costs(seconds=4)
def hundreds_of_header_fields_are_searched_in_many_messages(attacker):
    keys = b" ".join(b"NOT HEADER x-%d q" % n for n in range(480))
    answers(_filled(attacker), b"SEARCH " + keys, b"OK")


@costs(seconds=4)
def thousands_of_header_fields_are_fetched_of_many_messages(attacker):
    answers(_filled(attacker), b"FETCH 1:* BODY.PEEK[HEADER.FIELDS (" + FIELDS + b")]", b"OK")


def subjects_of_many_replies_are_sorted_in_little_time(attacker):
    _hostile_subjects(attacker, "SORT (SUBJECT) UTF-8 ALL")


def subjects_of_many_replies_are_threaded_in_little_time(attacker):
    _hostile_subjects(attacker, "THREAD ORDEREDSUBJECT UTF-8 ALL")


@costs(seconds=4)
def references_in_circles_are_threaded(attacker):
    connection = attacker.selected()
    for n in range(attacker.times(100)):
        connection.append(attacker.mailbox, b"Message-Id: <%d@x>\r\nReferences: %s\r\n\r\n" % (
            n, b" ".join(b"<%d@x>" % (other % 100) for other in range(n + 1, n + 200))))
    for algorithm in ("REFERENCES", "REFS"):
        connection.command(f"THREAD {algorithm} UTF-8 ALL")


@costs(seconds=6)
def a_big_mailbox_that_nobody_reads_is_not_gathered_in_memory(attacker):
    """100 MB of answers are asked for, of which not one byte is read; then the client is cut off."""
    connection = attacker.selected()
    connection.append(attacker.mailbox, b"Subject: big\r\n\r\n" + b"x" * 1_000_000)
    connection.send(b"".join(b"f FETCH 1:* BODY.PEEK[]\r\n" for _ in range(attacker.times(100))))
    attacker.logged_in().command("NOOP")
    reset(connection)


def a_client_cut_off_within_FETCH_frees_what_it_held(attacker):
    connection = attacker.selected()
    connection.append(attacker.mailbox, b"Subject: big\r\n\r\n" + b"x" * 1_000_000)
    for _ in range(attacker.times(50)):
        fetching = attacker.selected()
        fetching.send(b"f FETCH 2 BODY.PEEK[]\r\n")
        fetching.socket.recv(1000)
        reset(fetching)


@costs(seconds=4)
def updates_of_searches_are_no_more_than_16(attacker):
    connection = attacker.selected()
    for n in range(100):
        _, tagged = connection.any_command(f"SEARCH RETURN (UPDATE COUNT) UID {n + 1}:*")
        assert tagged.startswith((b"OK", b"NO")), tagged
    connection.append(attacker.mailbox, MESSAGE)
    answers(connection, b"NOOP", b"OK")


def _filled(attacker):
    """A mailbox of 1024 messages."""
    connection = attacker.selected()
    for _ in range(attacker.times(10) if attacker.small else 10):
        connection.command(f"COPY 1:* {attacker.mailbox}")
    return connection


def _hostile_subjects(attacker, command):
    connection = attacker.selected()
    for subject in (b"Re: " * 20_000, b"[a]" * 20_000, b"Re[" * 20_000, b"(fwd)" * 20_000, b"=?utf-8?q?re:?= " * 5_000,
                    b"[fwd: " * 10_000 + b"]" * 10_000):
        connection.append(attacker.mailbox, b"Subject: " + subject + b"\r\n\r\n")
    lines, _ = connection.command(command)
    assert len(lines) == 1, lines
