"""Messages made to cost a reader of mail much: many of something, or much of it."""

import base64
import random

CRLF = b"\r\n"


def nested_multiparts(count):
    """Each multipart's only part is the next one; none is closed."""
    return b"".join(b'Content-Type: multipart/mixed; boundary="b%dx"\r\n\r\n--b%dx\r\n' % (n, n) for n in range(count))


def nested_by_prefixes(count):
    """Boundaries that are the beginning of later ones: those close what is between."""
    return b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(count))


def nested_equal_boundaries(count):
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * count


def long_boundaries(count):
    """Nested multiparts with boundaries that differ in their last bytes only, then lines that begin like all."""
    stem = b"b" * 190
    head = b"".join(b'Content-Type: multipart/mixed; boundary="%s%d"\r\n\r\n--%s%d\r\n' % (stem, n, stem, n)
                    for n in range(100, 200))
    return head + CRLF + (b"--" + stem + CRLF) * count


def dashes(count):
    """Short lines that could be delimiters of a hundred open multiparts."""
    head = b"".join(b'Content-Type: multipart/mixed; boundary="%c%c"\r\n\r\n--%c%c\r\n' % (a, b, a, b)
                    for a in b"abcdefghij" for b in b"abcdefghij")
    return head + CRLF + b"--zz\n" * count


def header_of_delimiters(count):
    """Lines that could be the first delimiter of the multipart whose header they are in."""
    return (b"Content-Type: multipart/mixed" + b"".join(b"; p%d=%s" % (n, b"v" * 100) for n in range(99))
            + b"; boundary=y\r\n" + b"--\r\n" * count)


def header_lines(count):
    return b"".join(b"X-%d: v\r\n" % n for n in range(count)) + b"\r\nbody\r\n"


def same_header_lines(count):
    return b"To: a@x\r\n" * count + b"\r\nbody\r\n"


def tiny_header_lines(count):
    return b"a:\n" * count + b"\nbody\n"


def long_header(size):
    return b"Subject: " + b"long " * (size // 5) + b"\r\n\r\nbody\r\n"


def long_folded_header(size):
    return b"Subject: x\r\n" + b" fold\r\n" * (size // 7) + b"\r\nbody\r\n"


def long_unknown_header(size):
    return b"X-Long: " + b"x" * size + b"\r\n\r\nbody\r\n"


def addresses(count):
    return b"To: " + b", ".join(b"Name %d <user%d@example.org>" % (n, n) for n in range(count)) + b"\r\n\r\nbody\r\n"


def address_fields(count):
    return b"".join(b"Cc: \"Name %d\" (c) <user%d@example.org>\r\n" % (n, n) for n in range(count)) + b"\r\nbody\r\n"


def broken_addresses(count):
    return b"From: " + b"<" * count + b"\r\nTo: " + b"\"" * (count + 1) + b"\r\nCc: " + b"g:;" * count + b"\r\n\r\nbody\r\n"


def nicknames(count):
    """Brackets that may be the address or belong to the name, after a long comment that may be the name."""
    return b"From: (" + b"c" * 700_000 + b")" + b"<a>" * count + b" <a@b>\r\n\r\nbody\r\n"


def unfinished_tokens(count):
    """Each token could end anywhere after it, and does not."""
    pieces = {b"To": b"<@a,", b"Cc": b"[\\[", b"Bcc": b'"\\"', b"Sender": b"[a,", b"References": b"<(", b"In-Reply-To": b"<[",
              b"Content-Type": b';["', b"Content-Language": b"a,(", b"Date": b"(\\)"}
    return b"".join(name + b": text/plain" + piece * count + CRLF for name, piece in pieces.items()) + CRLF + b"body" + CRLF


def comments(count):
    return b"From: " + b"(" * count + b"x" + b")" * count + b" a@b\r\nContent-Type: " + b"(" * count + b"\r\n\r\nbody\r\n"


def parts(count):
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n"


def parts_without_lines(count):
    return b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * count


def empty_alternatives(count):
    """Texts to choose a preview from, none of which says anything."""
    return (b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
            + b"--b\r\nContent-Type: text/html\r\n\r\n" * count + b"--b--\r\n")


def parts_with_fields(count):
    """As many parts as BODYSTRUCTURE has, each with everything that it can have there."""
    part = (b"--b\r\nContent-Type: text/plain; charset*0*=koi8-r''a; name=\"%s\"\r\nContent-ID: <i@x>\r\n"
            b"Content-Description: =?utf-8?q?d?=\r\nContent-Disposition: attachment; filename=x\r\n"
            b"Content-Language: en, de\r\nContent-Transfer-Encoding: base64\r\n\r\nZ3L8bg==\r\n" % (b"n" * 100))
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * count + b"--b--\r\n"


def nested_messages(count):
    return b"Content-Type: message/rfc822\r\nSubject: s\r\n\r\n" * count + b"Subject: last\r\n\r\nbody\r\n"


def digests(count):
    """Multiparts and messages alternate."""
    return b"".join(b'Content-Type: multipart/digest; boundary="b%dx"\r\n\r\n--b%dx\r\n\r\n' % (n, n) for n in range(count))


def parameters(count):
    return (b"Content-Type: text/plain" + b"".join(b"; p%d=v" % n for n in range(count))
            + b"\r\n\r\nbody\r\n")


def continuations(count):
    return (b"Content-Type: text/plain; charset=utf-8" + b"".join(b";\r\n name*%d*=utf-8''%%41" % n for n in range(count))
            + b"\r\nContent-Disposition: attachment"
            + b"".join(b"; filename*%d=a" % (n % 64) for n in range(count)) + b"\r\n\r\nbody\r\n")


def replies(count):
    return b"Subject: " + b"Re: " * count + b"x" + b" (fwd)" * count + b"\r\n\r\nbody\r\n"


def blobs(count):
    """A base subject is found by removing these one by one. RFC 5256 section 2.1."""
    return b"Subject: " + b"[x]" * count + b"Re[y]: " * count + b"[fwd: " * count + b"\r\n\r\nbody\r\n"


CHARSETS = (b"iso-8859-1 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 koi8-r koi8-u iso-2022-jp "
            b"euc-kr big5 gb18030 ibm850 ibm437 ibm037 windows-1250 windows-1251 windows-1252 euc-tw utf-7 utf-16 "
            b"shift_jis euc-jp x-none").split()


def encoded_words(count):
    return b"Subject:" + b" =?utf-8?q?=c3=bc?=" * count + b"\r\n\r\nbody\r\n"


def encoded_words_of_many_charsets(count):
    words = b"".join(b" =?%s?q?=fc?=" % CHARSETS[n % len(CHARSETS)] for n in range(count))
    return b"Subject:" + words + b"\r\nX-More:" + words + b"\r\n\r\nbody\r\n"


def fields_of_many_charsets(count):
    return b"".join(b"X: =?%s?q?=fc?=\r\n" % CHARSETS[n % len(CHARSETS)] for n in range(count)) + b"\r\nbody\r\n"


def fields_of_many_spellings(count):
    """The same charset by another name in each: case, punctuation and "x-" mean nothing."""
    def spelling(n):
        name = b"x-" * (n // 2187)
        for letter in b"iso88592":
            name += bytes([letter]) + (b"", b"-", b"_")[n % 3]
            n //= 3
        return name
    return b"".join(b"X: =?%s?q?=fc?=\r\n" % spelling(n) for n in range(count)) + b"\r\nbody\r\n"


def parts_of_many_charsets(count):
    return (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + b"".join(b"--b\r\nContent-Type: text/plain; charset=%s\r\n\r\n\xfcx\r\n" % CHARSETS[n % len(CHARSETS)]
                       for n in range(count)) + b"--b--\r\n")


def unfinished_words(count):
    return b"Subject: " + b"=?" * count + b"=?utf-8?q?" * count + b"=?a?q?" + b"=?=" * count + b"\r\n\r\nbody\r\n"


def references(count):
    return b"References: " + b"".join(b"<%d@x> " % n for n in range(count)) + b"\r\nIn-Reply-To: " + b"<" * count + b"\r\n\r\nb\r\n"


def base64_garbage(size):
    garbage = random.Random(1).randbytes(size).replace(b"\0", b"=")
    return b"Content-Type: text/plain; charset=iso-2022-jp\r\nContent-Transfer-Encoding: base64\r\n\r\n" + garbage


def base64_padding(size):
    return b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"=" * size


def base64_text(size):
    body = base64.encodebytes(b"Some text that is long enough. " * (size // 42))
    return b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body


def quoted_printable_blanks(size):
    return b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + b" " * (size // 2) + b"= \r" * (size // 6)


def fold_heavy_text(size):
    """U+FDFA folds to 18 characters."""
    return b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "ﷺ".encode() * (size // 3)


def html(size):
    return (b"Content-Type: text/html\r\n\r\n" + b"<div " * (size // 20) + b"<!--" * (size // 20) + b"&amp" * (size // 20)
            + b"<script>" * (size // 40) + b"<" * (size // 4))


def body_of_lines(size):
    return b"Subject: lines\r\n\r\n" + b"\n" * size


MIB = 1024 * 1024

# Name: how it is made, how many or how much, the limits that the server says it reached.
BOMBS = {
    "nested multiparts": (nested_multiparts, 100_000, "mime_depth"),
    "nested multiparts by prefixes": (nested_by_prefixes, 100_000, "mime_depth mime_parts"),
    "nested multiparts of one boundary": (nested_equal_boundaries, 100_000, "mime_depth mime_parts"),
    "long boundaries": (long_boundaries, 50_000, ""),
    "dashes": (dashes, 2_000_000, ""),
    "header of delimiters": (header_of_delimiters, 200_000, ""),
    "header lines": (header_lines, 1_000_000, ""),
    "equal header lines": (same_header_lines, 1_000_000, "addresses"),
    "tiny header lines": (tiny_header_lines, 2_000_000, ""),
    "long header": (long_header, 10 * MIB, "header_used"),
    "long folded header": (long_folded_header, 10 * MIB, "header_used"),
    "long unknown header": (long_unknown_header, 10 * MIB, "header_used"),
    "addresses": (addresses, 100_000, "header_used addresses"),
    "address fields": (address_fields, 100_000, "addresses"),
    "broken addresses": (broken_addresses, 100_000, "addresses"),
    "nicknames": (nicknames, 100_000, ""),
    "comments": (comments, 100_000, ""),
    "unfinished tokens": (unfinished_tokens, 100_000, "addresses"),
    "parts": (parts, 1_000_000, "mime_parts"),
    "parts without lines": (parts_without_lines, 1_000_000, "mime_parts"),
    "parts with fields": (parts_with_fields, 20_000, "mime_parts"),
    "empty alternatives": (empty_alternatives, 9_000, ""),
    "nested messages": (nested_messages, 10_000, "mime_depth"),
    "digests": (digests, 100_000, "mime_depth"),
    "parameters": (parameters, 100_000, "parameters"),
    "parameter continuations": (continuations, 100_000, "header_used parameters"),
    "replies": (replies, 100_000, ""),
    "subject blobs": (blobs, 50_000, ""),
    "encoded words": (encoded_words, 100_000, "header_used"),
    "encoded words of many charsets": (encoded_words_of_many_charsets, 100_000, "header_used"),
    "fields of many charsets": (fields_of_many_charsets, 300_000, ""),
    "fields of many spellings": (fields_of_many_spellings, 30_000, ""),
    "parts of many charsets": (parts_of_many_charsets, 20_000, "mime_parts"),
    "unfinished words": (unfinished_words, 100_000, "header_used"),
    "references": (references, 100_000, ""),
    "base64 garbage": (base64_garbage, 10 * MIB, ""),
    "base64 padding": (base64_padding, 10 * MIB, ""),
    "base64 text": (base64_text, 10 * MIB, ""),
    "quoted-printable blanks": (quoted_printable_blanks, 10 * MIB, ""),
    "text that grows when folded": (fold_heavy_text, 10 * MIB, ""),
    "html": (html, 5 * MIB, ""),
    "lines": (body_of_lines, 10 * MIB, ""),
}
