"""wirecheck accepts what a server may send and refuses what it may not."""

import contextlib
import subprocess

from tests.run.program import equal, main

GREETING = b'* OK [CAPABILITY IMAP4rev1 IMAP4rev2] hello\r\n'

ACCEPTED = [
    b'',
    GREETING,
    b'* PREAUTH hello\r\n',
    GREETING + b'* 3 FETCH (UID 5 FLAGS (\\Seen \\Recent $x) BODY[HEADER.FIELDS (From To)]<0> {5}\r\nhello)\r\na1 OK done\r\n',
    GREETING + b'* LIST (\\HasNoChildren \\Trash) "/" Trash\r\n* LIST () NIL INBOX ("CHILDINFO" ("SUBSCRIBED"))\r\n',
    GREETING + b'+ \r\n+ idling\r\n* ESEARCH (TAG "a") UID ALL 1:5,7 COUNT 6\r\n* SEARCH\r\n* SEARCH 1 2\r\n',
    GREETING + b'* 1 FETCH (BODYSTRUCTURE (("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 10 2 NIL NIL NIL NIL)'
               b'("IMAGE" "PNG" NIL NIL NIL "BASE64" 4) "MIXED" ("boundary" "x") NIL NIL NIL))\r\n',
    GREETING + b'* 1 FETCH (BODY ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 100 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) '
               b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1) 5))\r\n',
    GREETING + b'* NAMESPACE (("" "/")) NIL NIL\r\n* ID ("name" "postbag")\r\n* ID NIL\r\n* ENABLED IMAP4rev2\r\n* ENABLED\r\n',
    GREETING + b'* STATUS "a b" (MESSAGES 1 UIDNEXT 3 SIZE 99999999999)\r\n* 3 EXISTS\r\n* 0 RECENT\r\n* 3 EXPUNGE\r\n',
    GREETING + b'* OK [COPYUID 1 2:4,6 9,10:12] moved\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] ok\r\na BAD x\r\n* BYE x\r\n',
    GREETING + b'* FLAGS (\\Seen x)\r\na NO [XYZ 17] an unknown code\r\n',
    GREETING + b'* 1 FETCH (BINARY[1] ~{3}\r\na\0b BINARY.SIZE[1] 3)\r\n',
    GREETING + b'* OK gr\xc3\xbc\xc3\x9fe\r\n',
    GREETING + b'a NO [REFERRAL imap://b%40x;AUTH=*@new.example.org:1143/] moved\r\n',
]

REFUSED = [
    b'* 3 EXISTS\r\n',                                       # no greeting
    b'a OK hello\r\n',
    GREETING + b'* PREAUTH x\r\n',
    GREETING + b'* 3 EXISTS\n',
    GREETING + b'* OK',
    GREETING + b'\r\n',
    GREETING + b'* EXISTS 3\r\n',
    GREETING + b'* FOO\r\n',
    GREETING + b'a FOO x\r\n',
    GREETING + b'* OK [UIDNEXT 0] x\r\n',
    GREETING + b'* OK [COPYUID 1 2:4 3:4] x\r\n',
    GREETING + b'a OK [foo x\r\n',
    GREETING + b'a NO [REFERRAL imap://new/] a client may log in as anonymous\r\n',
    GREETING + b'a NO [REFERRAL imap://bob;AUTH=*@[::1]/] the code ends early\r\n',
    GREETING + b'a NO [REFERRAL imap://b o;AUTH=*@new/] x\r\n',
    GREETING + b'* OK caf\xe9\r\n',
    GREETING + b'* OK nul\0\r\n',
    GREETING + b'* CAPABILITY FOO\r\n',
    GREETING + b'* ESEARCH ALL 1:*\r\n',
    GREETING + b'* LIST (\\Foo) "/" x\r\n',
    GREETING + b'* LIST () "/" a b\r\n',
    GREETING + b'* LIST () "//" a\r\n',
    GREETING + b'* STATUS a (MESSAGES)\r\n',
    GREETING + b'* 1 FETCH ()\r\n',
    GREETING + b'* 1 FETCH (UID 0)\r\n',
    GREETING + b'* 1 FETCH (UID 4294967296)\r\n',
    GREETING + b'* 0 FETCH (UID 1)\r\n',
    GREETING + b'* 1 FETCH (FLAGS (\\Foo))\r\n',
    GREETING + b'* 1 FETCH (BODY[] {3+}\r\nabc)\r\n',
    GREETING + b'* 1 FETCH (BODY[] {3}\r\nabcd)\r\n',
    GREETING + b'* 1 FETCH (BODY[] {3}\r\na\0b)\r\n',
    GREETING + b'* 1 FETCH (BODY[] "a\rb")\r\n',
    GREETING + b'* 1 FETCH (INTERNALDATE "31-Feb-2020 10:00:00 +0000")\r\n',
    GREETING + b'* 1 FETCH (BODY ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1))\r\n',
    GREETING + b'* 1 FETCH (BODY ("IMAGE" "PNG" NIL NIL NIL "BASE64" 4 1))\r\n',
    GREETING + b'* 1 FETCH (BODY ("IMAGE" "PNG" NIL NIL NIL "BASE64" 4 NIL))\r\n',
    GREETING + b'* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL))\r\n',
]


def accepts(wirecheck, stream):
    return subprocess.run([wirecheck], input=stream, stdout=subprocess.DEVNULL).returncode == 0


def what_a_server_may_send_is_accepted(wirecheck):
    equal([stream for stream in ACCEPTED if not accepts(wirecheck, stream)], [], "refused")


def what_a_server_may_not_send_is_refused(wirecheck):
    equal([stream for stream in REFUSED if accepts(wirecheck, stream)], [], "accepted")


if __name__ == "__main__":
    main(what_a_server_may_send_is_accepted, what_a_server_may_not_send_is_refused,
         world=lambda _, wirecheck: contextlib.nullcontext(wirecheck))
