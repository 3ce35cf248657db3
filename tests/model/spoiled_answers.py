"""Answers of the server that are spoiled on their way, to show that the comparison with the model can fail."""

import re


def reversed_range(found):
    """The same UIDs in reverse, so that each is paired with another message."""
    return b",".join(b"%d" % uid for uid in range(int(found[3]), int(found[2]) - 1, -1))


# what is replaced, and by what; each must end a run with an AssertionError
SPOILS = {
    "a removal not reported": (rb"\* \d+ EXPUNGE\r\n", b""),
    "a removal not reported by UID": (rb"\* VANISHED [\d:,]+\r\n", b""),
    "a removal not reported to who comes back": (rb"\* VANISHED \(EARLIER\) [\d:,]+\r\n", b""),
    "a change not reported to who comes back": (rb"\* \d+ FETCH \(UID \d+ FLAGS \([^)]*\) MODSEQ \(\d+\)\)\r\n", b""),
    "a new message not fetched": (
        rb"(EXISTS\r\n(?:\* \d+ RECENT\r\n)?)\* \d+ FETCH \(UID \d+ FLAGS [^\r\n]*\)\r\n", rb"\1"),
    "a flag lost": (rb"FLAGS \(\\Flagged\)", b"FLAGS ()"),
    "COPYUID that pairs others": (rb"(COPYUID \d+ [\d:,]+ )(\d+):(\d+)\]", lambda m: m[1] + reversed_range(m) + b"]"),
    "a refusal not named": (rb"OK \[MODIFIED [\d:,]+\]", b"OK"),
    "a mod-sequence that repeats": (rb"MODSEQ \(\d+\)", b"MODSEQ (1)"),
    "a mod-sequence above what was reported": (
        rb"(MODSEQ \(\d+\)[^\r\n]*\)\r\n)\* OK \[HIGHESTMODSEQ \d+\] Highest mod-sequence\r\n", rb"\1"),
    "a mailbox elsewhere not reported": (
        rb"\* STATUS \S+ \(MESSAGES \d+ UIDNEXT \d+(?: UNSEEN \d+)?(?: UIDVALIDITY \d+ HIGHESTMODSEQ \d+)?\)\r\n", b""),
    "a new name not reported": (rb"\* LIST \([^)]*\) \"/\" \S+ \(\"OLDNAME\" \(\S+\)\)\r\n", b""),
}


def spoil_by(kind):
    pattern, instead = SPOILS[kind]

    def spoil(data):
        return re.sub(pattern, instead, data)

    return spoil
