"""Patterns for one response. Everything in them is exact, byte for byte, but for the forms that tests/transcripts/README.md
lists with an example each."""

import re

CAPTURE = re.compile(r"<([a-z][a-z0-9_]*)(?:!([a-z][a-z0-9_]*))?>")
BARE_VALUE = re.compile(r'[^ ()\[\]"\r\n]+')
LITERAL = re.compile(r"~?\{(\d+)\}\r\n")
QUOTED = re.compile(r'"(?:[^"\\\r\n]|\\.)*"')
NEEDLESS_QUOTES = re.compile(r'^(\* (?:(?:LIST|LSUB) ~?\([^)]*\) (?:"/"|NIL)|STATUS) )"([^\x00-\x20(){%*"\\\]\x7f-\xff]+)"')
PAIRED = re.compile(r"^\* (?:\d+ FETCH|STATUS .+) ~\(")


class Mismatch(Exception):
    pass


def matches(pattern, actual, captures):
    """True if `actual` is what `pattern` asks for (both str, one char a byte); if so, `captures` gets new names."""
    pattern, actual = unquote_name(pattern), unquote_name(actual)
    if "BINARY[" in pattern and "~{" not in pattern:
        actual = actual.replace("~{", "{")
    bound = dict(captures)
    ignore_case = "BODYSTRUCTURE (" in pattern or "BODY (" in pattern
    try:
        end = _match(pattern, actual, 0, bound, bool(PAIRED.match(pattern)), ignore_case)
    except Mismatch:
        return False
    if end != len(actual):
        return False
    captures.update(bound)
    return True


def unquote_name(line):
    """The line without quotes around a mailbox name that needs none."""
    return NEEDLESS_QUOTES.sub(r"\1\2", line)


def _match(pattern, text, at, bound, paired, ignore_case):
    """Matches the whole pattern at `at`; returns where it ended."""
    i = 0
    while i < len(pattern):
        if pattern[i:] == " *" and at < len(text) and text[at] == " ":
            return len(text)
        literal = LITERAL.match(pattern, i)
        capture = CAPTURE.match(pattern, i)
        if literal:
            i, at = _exactly(pattern[i:literal.end() + int(literal.group(1))], i, text, at)
        elif capture:
            at = _capture(capture.group(1), capture.group(2), text, at, bound)
            i = capture.end()
        elif pattern.startswith("~(", i):
            i, at = _any_order_list(pattern, i, text, at, bound, paired, ignore_case)
        elif pattern.startswith("...", i) and i + 3 < len(pattern):
            i, at = i + 3, _up_to(pattern[i + 3], text, at)
        elif pattern.startswith("~ ", i) and i > 0 and pattern[i - 1] == " ":
            i, at = _any_order_words(pattern, i, text, at, bound, ignore_case)
        elif at < len(text) and (pattern[i] == text[at] or ignore_case and pattern[i].lower() == text[at].lower()):
            i, at = i + 1, at + 1
        else:
            raise Mismatch
    return at


def _exactly(expected, i, text, at):
    if not text.startswith(expected, at):
        raise Mismatch
    return i + len(expected), at + len(expected)


def _up_to(stop, text, at):
    found = text.find(stop, at)
    if found < 0:
        raise Mismatch
    return found


def _capture(name, unlike, text, at, bound):
    value = text[at:value_end(text, at)]
    if not value or bound.get(unlike) == value or bound.setdefault(name, value) != value:
        raise Mismatch
    return at + len(value)


def value_end(text, at):
    """Where the value that begins at `at` ends."""
    for form in (LITERAL, QUOTED, BARE_VALUE):
        found = form.match(text, at)
        if found:
            return found.end() + (int(found.group(1)) if form is LITERAL else 0)
    return closing(text, at) + 1 if text.startswith("(", at) else at


def closing(text, at):
    """Where the parenthesis opened at `at` closes. Mismatch when it does not."""
    depth = 0
    while at < len(text):
        literal = LITERAL.match(text, at)
        quoted = QUOTED.match(text, at)
        if literal:
            at = literal.end() + int(literal.group(1))
            continue
        if quoted:
            at = quoted.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1
    raise Mismatch


def members(text):
    """The members of a list's inside, cut at spaces outside of strings, parentheses and brackets."""
    found, begin, at, depth = [], 0, 0, 0
    while at < len(text):
        literal = LITERAL.match(text, at)
        quoted = QUOTED.match(text, at)
        if literal or quoted:
            at = quoted.end() if quoted else literal.end() + int(literal.group(1))
            continue
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[at], 0)
        if text[at] == " " and depth == 0:
            found.append(text[begin:at])
            begin = at + 1
        at += 1
    return [member for member in found + [text[begin:]] if member]


def _any_order_list(pattern, i, text, at, bound, paired, ignore_case):
    end, actual_end = closing(pattern, i + 1), closing(text, at)
    if text[at:at + 1] != "(":
        raise Mismatch
    wanted, got = members(pattern[i + 2:end]), members(text[at + 1:actual_end])
    if paired:
        wanted, got = in_pairs(wanted), in_pairs(got)
    _same_members(wanted, got, bound, ignore_case)
    return end + 1, actual_end + 1


def _any_order_words(pattern, i, text, at, bound, ignore_case):
    end, actual_end = _words_end(pattern, i), _words_end(text, at)
    _same_members(pattern[i + 2:end].split(), text[at:actual_end].split(), bound, ignore_case)
    return end, actual_end


def _words_end(text, at):
    found = text.find("]", at)
    return len(text) if found < 0 else found


def in_pairs(words):
    rest = [word for word in words if word != "..."]
    open_end = ["..."] if len(rest) < len(words) else []
    return [" ".join(rest[n:n + 2]) for n in range(0, len(rest), 2)] + open_end


def _same_members(wanted, got, bound, ignore_case):
    """Each wanted member takes the first left one that matches; those with captures choose last."""
    if any("!" + member in wanted for member in got):
        raise Mismatch
    left = list(got)
    for member in sorted((m for m in wanted if m != "..." and m[0] not in "?!"), key=lambda m: bool(CAPTURE.search(m))):
        left.remove(_taken(member, left, bound, ignore_case))
    if "..." not in wanted and any("?" + member not in wanted for member in left):
        raise Mismatch


def _taken(member, left, bound, ignore_case):
    for candidate in left:
        trial = dict(bound)
        try:
            if _match(member, candidate, 0, trial, False, ignore_case) == len(candidate):
                bound.update(trial)
                return candidate
        except Mismatch:
            pass
    raise Mismatch
