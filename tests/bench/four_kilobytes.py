"""Made-up messages of 4 kB: two alternative texts, and an attachment that fills the message up."""

import base64

from tests.search import letters

SIZE = 4096


def letter(random, number, many):
    """The message `number` of `many`, which may refer to the others."""
    fields = [f"Received: from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{hop}])\r\n\tby mail.example.com with ESMTPS; "
              f"{letters.date(random)}" for hop in (1, 2)] + letters.header(random, number, many)
    start = "\r\n".join(fields + ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="mixed"', "", ""]).encode()
    texts = b"".join(b"--texts\r\n" + part_of_text(random) for _ in range(2)) + b"--texts--\r\n"
    start += b'--mixed\r\nContent-Type: multipart/alternative; boundary="texts"\r\n\r\n' + texts
    start += (b"--mixed\r\nContent-Type: application/octet-stream; name=\"a.bin\"\r\nContent-Transfer-Encoding: base64\r\n"
              b"Content-Disposition: attachment; filename=\"a.bin\"\r\n\r\n")
    end = b"\r\n--mixed--\r\n"
    lines = base64.encodebytes(random.randbytes(SIZE)).replace(b"\n", b"\r\n")
    return start + lines[:SIZE - len(start) - len(end)] + end


def part_of_text(random):
    fields, text = letters.text_part(random)
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + text
