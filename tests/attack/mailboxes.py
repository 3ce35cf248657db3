"""Names of mailboxes, patterns, keywords, and everything of which a user could make too many."""

import os

from tests.attack.attacker import Attacker, answers, only_noop_follows
from tests.attack.case import costs
from tests.attack.limits import MAILBOXES

TABLES = [(Attacker.logged_in, [
    ("a name of 1025 bytes", b"CREATE " + b"n" * 1025, b"NO [LIMIT]"),
    ("a name of 60 000 bytes", b"CREATE " + b"n" * 60_000, b"NO [LIMIT]"),
    ("a name of 33 levels", b"CREATE " + b"/".join([b"d"] * 33), b"NO [LIMIT]"),
    ("a name of 10 000 levels", b"CREATE " + b"/".join([b"d"] * 10_000), b"NO [LIMIT]"),
    ("a name of slashes", b"CREATE " + b"/" * 1000, b"NO"),
    ("a name with an empty level", b"CREATE a//b", b"NO"),
    ("an empty name", b'CREATE ""', b"NO"),
    ("modified UTF-7 without an end", b'CREATE "a&AOQ"', b"NO"),
    ("modified UTF-7 of half a surrogate pair", b'CREATE "&2D0-"', b"NO"),
    ("modified UTF-7 of NUL", b'CREATE "&AAA-"', b"NO"),
    ("modified UTF-7 of a line break", b'CREATE "&AA0ACg-"', b"NO"),
    ("modified UTF-7 of a slash", b'CREATE "a&AC8-b"', b"NO"),
    ("modified UTF-7 with bits left over", b'CREATE "&AOR-"', b"NO"),
    ("modified UTF-7 of nonsense", b'CREATE "&!!!-"', b"NO"),
    ("DEL in a name", b'CREATE "a\x7fb"', b"NO"),
    ("DELETE of INBOX", b"DELETE INBOX", b"NO"),
    ("a mailbox renamed into itself", b"RENAME Junk Junk/inside", b"NO"),
    ("33 wildcards in LIST", b'LIST "" ' + b"%a" * 33, b"NO [LIMIT]"),
    ("33 wildcards in the last pattern of LIST", b'LIST "" (a ' + b"%a" * 33 + b")", b"NO [LIMIT]"),
    ("33 wildcards in reference and pattern of LSUB", b"LSUB " + b'"%a%a" ' + b"%a" * 31, b"NO [LIMIT]"),
    ("20 000 stars in LIST", b'LIST "" ' + b"*" * 20_000, b"OK"),
    ("65 patterns in LIST", b'LIST "" (' + b" ".join(b"p%d" % n for n in range(65)) + b")", b"NO [LIMIT]"),
    ("10 000 patterns in LIST", b'LIST "" (' + b" ".join(b"p%d" % n for n in range(10_000)) + b")", b"NO [LIMIT]"),
    ("a reference of 60 000 bytes in LIST", b"LIST " + b"r" * 60_000 + b" *", b"OK"),
    ("10 000 names in ENABLE", b"ENABLE" + b" X-NONE" * 9_000, b"OK"),
    ("7000 items in STATUS", b"STATUS INBOX (" + b" ".join([b"MESSAGES"] * 7_000) + b")", b"OK"),
    ("a special use that nobody knows", b"CREATE a (USE (\\Nonsense))", b"NO"),
])]


def names_that_are_paths_are_names_and_never_files(attacker):
    connection = attacker.logged_in()
    for name in ("../../../outside", "/etc/outside", "./outside", "a/../../outside", "outside.db"):
        connection.any_command(f'CREATE "{name}"')
        connection.any_command(f'DELETE "{name}"')
    outside = [file for _, directories, files in os.walk(attacker.server.home) for file in (*directories, *files)
               if "outside" in file]
    assert outside == [] and not os.path.exists("/etc/outside"), outside


def wildcards_against_a_long_name_cost_little(attacker):
    connection = attacker.logged_in()
    name = "a" * 1000
    connection.command(f"CREATE {name}")
    for pattern in ("%a" * 16 + "b", "*a" * 16 + "b", "*" * 16 + "b", "%*" * 16 + "b"):
        for _ in range(attacker.times(20)):
            lines, _ = connection.command(f'LIST "" "{pattern}"')
            assert lines == [], lines
    connection.command(f"DELETE {name}")


@costs(seconds=6, hashes=True)
def more_mailboxes_than_there_may_be_are_NO_LIMIT(attacker):
    connection = attacker.logged_in(user=attacker.new_user())
    tagged = _until_refused(connection, ("CREATE full%d" % n for n in range(MAILBOXES + 50)))
    assert tagged.startswith(b"NO [LIMIT]"), tagged
    answers(connection, b"RENAME INBOX other", b"NO [LIMIT]")


@costs(seconds=6, hashes=True)
def subscriptions_of_names_that_do_not_exist_are_bounded(attacker):
    connection = attacker.logged_in(user=attacker.new_user())
    tagged = _until_refused(connection, ("SUBSCRIBE none%d" % n for n in range(1000)))
    assert tagged.startswith(b"NO [LIMIT]"), tagged


@costs(seconds=4)
def renaming_in_circles_leaves_what_there_was(attacker):
    connection = attacker.logged_in()
    connection.command("CREATE one/two/three")
    for _ in range(attacker.times(50)):
        connection.command("RENAME one other")
        assert connection.any_command("RENAME other other/two/other")[1].startswith(b"NO")
        connection.command("RENAME other one")
    lines, _ = connection.command('LIST "" "one*"')
    assert len(lines) == 3, lines
    for name in ("one/two/three", "one/two", "one"):
        connection.any_command(f"DELETE {name}")


def a_name_and_its_length_in_UTF_7_do_not_differ_in_what_they_reach(attacker):
    """A shifted plain letter is no second name of a mailbox. RFC 3501 section 5.1.3."""
    connection = attacker.logged_in()
    answers(connection, b'CREATE "&AGEAYg-"', b"NO")
    lines, _ = connection.command('LIST "" ab')
    assert lines == [], lines


def a_keyword_of_129_bytes_is_NO_LIMIT(attacker):
    answers(attacker.selected(), b"STORE 1 +FLAGS (" + b"k" * 129 + b")", b"NO [LIMIT]")


@costs(seconds=4)
def more_keywords_than_256_are_NO_LIMIT(attacker):
    connection = attacker.selected()
    answers(connection, b"STORE 1 +FLAGS (" + b" ".join(b"k%d" % n for n in range(257)) + b")", b"NO [LIMIT]")
    tagged = _until_refused(connection, (f"STORE 1 FLAGS.SILENT (one{n})" for n in range(300)))
    assert tagged.startswith(b"NO [LIMIT]"), tagged


def ten_thousand_flags_in_one_STORE_are_NO_LIMIT(attacker):
    answers(attacker.selected(), b"STORE 1 FLAGS (" + b" ".join(b"f%d" % n for n in range(9_000)) + b")", b"NO [LIMIT]")


@costs(seconds=4)
def LIST_with_STATUS_of_all_mailboxes_again_and_again_costs_little(attacker):
    connection = attacker.logged_in()
    for _ in range(attacker.times(50)):
        connection.command('LIST "" * RETURN (STATUS (MESSAGES UNSEEN SIZE HIGHESTMODSEQ) SUBSCRIBED CHILDREN SPECIAL-USE)')


def a_name_that_needs_quoting_is_given_back_quoted(attacker):
    connection = attacker.logged_in()
    connection.command(b'CREATE {18+}\r\n" (\\Noselect) {3+}')
    lines, _ = connection.command('LIST "" "*Noselect*"')
    assert len(lines) == 1 and lines[0].endswith(b'"\\" (\\\\Noselect) {3+}"'), lines
    connection.command(b'DELETE {18+}\r\n" (\\Noselect) {3+}')
    only_noop_follows(connection)


def _until_refused(connection, commands):
    """The first answer that is not OK."""
    for command in commands:
        _, tagged = connection.any_command(command)
        if not tagged.startswith(b"OK"):
            return tagged
    return b"OK, always"
