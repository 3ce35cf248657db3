"""COMPRESS=DEFLATE: bombs, bytes that are no DEFLATE, streams that never come to a command. RFC 4978."""

import random
import zlib

from tests.attack import limits
from tests.attack.attacker import Attacker, answers, closes, ends, reset, soon
from tests.attack.case import costs
from tests.run.process import Process
from tests.run.server import PASSWORD

IDLE_KIB = 64         # what compression may add to an idle connection
OTHER_KIB = 1024      # what else a server may take in a second: caches of the database, holes in the heap
MEGABYTE = b"x" * 1_000_000
NOTHING = b"\0\0\0\xff\xff"   # a stored block without bytes


def _agreed(attacker, **how):
    """Logged in, and the server takes what comes for compressed; nothing is compressed here yet."""
    connection = attacker.logged_in(recorded=False, **how)
    connection.command("COMPRESS DEFLATE")
    return connection


def _compressed(attacker, **how):
    connection = _agreed(attacker, **how)
    connection.start_compression()
    return connection


def _closes_on(connection, data):
    connection.send(data)
    closes(connection)


def _ends_with_BYE_on(connection, data):
    connection.send(data)
    ends(connection)


TABLES = [(Attacker.connect, [
    ("COMPRESS before login", b"COMPRESS DEFLATE", b"BAD"),
]), (Attacker.logged_in, [
    ("COMPRESS with a mechanism that is none", b"COMPRESS " + b"X" * 60_000, b"BAD"),
    ("COMPRESS with two mechanisms", b"COMPRESS DEFLATE DEFLATE", b"BAD"),
]), (_compressed, [
    ("COMPRESS again", b"COMPRESS DEFLATE", b"BAD [COMPRESSIONACTIVE]"),
]), (Attacker.logged_in, [
    ("COMPRESS with a command behind it ends with BYE", b"a COMPRESS DEFLATE\r\nb CREATE smuggled\r\n"),
    ("COMPRESS with a compressed command behind it ends with BYE",
     b"a COMPRESS DEFLATE\r\n" + zlib.compress(b"b CREATE smuggled\r\n", wbits=-15)),
    ("COMPRESS twice at once ends with BYE", b"a COMPRESS DEFLATE\r\nb COMPRESS DEFLATE\r\n"),
], _ends_with_BYE_on), (_agreed, [
    ("a command in the clear closes", b"b CREATE smuggled\r\n"),
    ("a block of a kind that there is not closes", b"\x07" * 100),
    ("a stored block of a wrong length closes", b"\0\x05\0\0\0abcde"),
    ("a reach back before the beginning closes", b"\2\2" + bytes(10)),
    ("random bytes close", random.Random(1).randbytes(100_000)),
    ("a header of gzip closes", b"\x1f\x8b\x08" + bytes(1000)),
    ("a stream that is over closes", zlib.compress(b"b NOOP\r\n", wbits=-15)),
    ("commands behind the end of the stream close", zlib.compress(b"", wbits=-15) + b"b CREATE smuggled\r\n" * 1000),
], _closes_on)]


def nothing_of_what_was_refused_was_run(attacker):
    lines, _ = attacker.logged_in().command('LIST "" smuggled')
    assert lines == [], lines


@costs(seconds=10)
def a_bomb_of_400_megabytes_in_a_line_is_BAD(attacker):
    connection = _compressed(attacker)
    _explode(connection, b"a SELECT ", attacker.times(400))
    assert connection.response().startswith(b"a BAD")
    answers(connection, b"NOOP", b"OK")


@costs(seconds=10)
def a_bomb_in_a_literal_is_not_received(attacker):
    connection = _compressed(attacker)
    _explode(connection, b"a LIST {4000000000+}\r\n", attacker.times(100))
    ends(connection)


@costs(seconds=10)
def a_bomb_that_is_a_message_is_kept_in_pieces_and_refused_when_too_large(attacker):
    connection = _compressed(attacker)
    _explode(connection, b"a APPEND INBOX {%d+}\r\n" % (limits.MESSAGE + 50_000_000), 3)
    ends(connection)


@costs(seconds=6)
def bytes_without_a_line_end_that_do_not_compress_take_no_memory(attacker):
    connection = _compressed(attacker)
    noise = random.Random(2).randbytes(1_000_000).replace(b"\n", b"").replace(b"{", b"")
    for _ in range(attacker.times(20)):
        connection.send(noise)
    connection.send(b"\r\n")
    assert connection.response().startswith(b"* BAD")
    answers(connection, b"NOOP", b"OK")


@costs(seconds=4)
def megabytes_of_blocks_without_bytes_are_nothing(attacker):
    connection = _agreed(attacker)
    for _ in range(attacker.times(100)):
        connection.send(NOTHING * 20_000)
    connection.start_compression()
    answers(connection, b"NOOP", b"OK")


@costs(seconds=4)
def commands_in_blocks_of_one_byte_are_answered(attacker):
    connection, times = _agreed(attacker), attacker.times(1000)
    deflater = zlib.compressobj(wbits=-15)
    connection.send(b"".join(deflater.compress(bytes([byte])) + deflater.flush(zlib.Z_FULL_FLUSH)
                             for byte in b"n NOOP\r\n" * times))
    connection.start_compression()
    for _ in range(times):
        assert connection.response().startswith(b"n OK")


def a_command_in_segments_of_one_byte_is_answered(attacker):
    connection = _compressed(attacker)
    deflater = connection.deflater
    for byte in deflater.compress(b"n NOOP\r\n" * 20) + deflater.flush(zlib.Z_SYNC_FLUSH):
        connection.socket.sendall(bytes([byte]))
    for _ in range(20):
        assert connection.response().startswith(b"n OK")


@costs(seconds=6)
def fifty_idle_connections_take_64_KiB_more_each_when_compressed(attacker):
    """Of two users, as one may have 32. What is measured is the process, which does other things meanwhile."""
    process, users = Process(attacker.server.process.pid), (attacker.user, "neighbour")
    connections = [attacker.logged_in(user=users[n % 2], recorded=False) for n in range(50)]
    for connection in connections:
        connection.command('LIST "" INBOX')   # not by *: other cases have made thousands of mailboxes
    before = process.kib("VmRSS")
    for connection in connections:
        connection.command("COMPRESS DEFLATE")
        connection.start_compression()
        connection.command('LIST "" INBOX')
    most = before + IDLE_KIB * len(connections) + OTHER_KIB
    if not attacker.small:
        soon(lambda: process.kib("VmRSS") <= most, "they take more", seconds=10)
    return f"{(process.kib('VmRSS') - before) / len(connections):.0f} KiB each"


@costs(seconds=10)
def compressed_answers_that_nobody_reads_are_not_gathered(attacker):
    """What is fetched does not compress. Not one byte of it is read, and then the client is cut off."""
    connection = attacker.selected(recorded=False)
    connection.append(attacker.mailbox, b"Subject: noise\r\n\r\n" + random.Random(3).randbytes(500_000).hex().encode())
    connection.command("COMPRESS DEFLATE")
    connection.start_compression()
    connection.send(b"f FETCH 2 BODY.PEEK[]\r\n" * attacker.times(100))
    attacker.logged_in().command("NOOP")
    reset(connection)


@costs(seconds=6)
def clients_cut_off_within_a_block_leave_nothing(attacker):
    half = zlib.compress(b"a APPEND INBOX {100000+}\r\n" + MEGABYTE[:50_000], wbits=-15)
    for n in range(attacker.times(200)):
        connection = _agreed(attacker)
        connection.send(half[:len(half) - 1 - n % 20])
        reset(connection) if n % 2 else connection.close()


def UNAUTHENTICATE_within_compression_again_and_again_leaves_nothing(attacker):
    connection = attacker.logged_in(recorded=False)
    for _ in range(attacker.times(100)):
        connection.command("COMPRESS DEFLATE")
        connection.start_compression()
        connection.command("UNAUTHENTICATE")
        connection.stop_compression()
        connection.login(attacker.user, PASSWORD)
    answers(connection, b"NOOP", b"OK")


def _explode(connection, beginning, megabytes):
    """That many megabytes of one letter behind `beginning`, in a thousandth of that. The server may close meanwhile."""
    deflater = connection.deflater
    data = deflater.compress(beginning) + b"".join(deflater.compress(MEGABYTE) for _ in range(megabytes))
    try:
        connection.socket.sendall(data + deflater.compress(b"\r\n") + deflater.flush(zlib.Z_SYNC_FLUSH))
    except ConnectionError:
        pass
