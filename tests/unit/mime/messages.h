// Messages for the tests of protocol/mime: ordinary ones, and broken ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postbag::mime_test {

/// `text` with CRLF for LF.
inline std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out.push_back('\r');
    out.push_back(c);
  }
  return out;
}

/// The message of RFC 3501 section 8.
inline const std::string plain = crlf(
    "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\n"
    "From: Terry Gray <gray@cac.washington.edu>\n"
    "Subject: IMAP4rev2 WG mtg summary and minutes\n"
    "To: imap@cac.washington.edu\n"
    "cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>\n"
    "Message-Id: <B27397-0100000@cac.washington.edu>\n"
    "MIME-Version: 1.0\n"
    "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII\n"
    "\n"
    "Hello\nWorld\n");

/// The tree of RFC 9051 section 6.4.5.1: text, image, message with text and an inner multipart.
inline const std::string nested = crlf(
    "From: a@example.org\n"
    "Subject: outer\n"
    "Content-Type: multipart/mixed; boundary=\"==out\"\n"
    "\n"
    "preamble\n"
    "--==out\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "\n"
    "one\ntwo\n"
    "--==out\n"
    "Content-Type: message/rfc822\n"
    "Content-Description: the inner one\n"
    "\n"
    "From: b@example.org\n"
    "Subject: inner\n"
    "Content-Type: multipart/alternative; boundary=inn\n"
    "\n"
    "--inn\n"
    "\n"
    "alternative\n"
    "--inn\n"
    "Content-Type: application/octet-stream; name=\"x.bin\"\n"
    "Content-Transfer-Encoding: base64\n"
    "Content-Disposition: attachment; filename=x.bin\n"
    "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\n"
    "Content-Language: en, fr\n"
    "Content-Location: http://x/\n"
    "Content-ID: <id@x>\n"
    "\n"
    "AAECAw==\n"
    "--inn--\n"
    "inner epilogue\n"
    "--==out--\n"
    "epilogue\n");

inline const std::string digest = crlf(
    "Content-Type: multipart/digest; boundary=d\n"
    "\n"
    "--d\n"
    "\n"
    "Subject: first\n"
    "\n"
    "1\n"
    "--d\n"
    "Content-Type: text/plain\n"
    "\n"
    "no message\n"
    "--d\n"
    "\n"
    "--d--\n");

/// One of each way to be broken.
inline const std::vector<std::string> broken = {
    "",
    "\n",
    "\r\n",
    "Subject: no body",
    "Subject: no body\r\n",
    "Subject: no body\r\n\r\n",
    "no colon\r\n folded\r\nSubject: x\r\n\r\nbody",
    " fold first\r\nSubject: x\r\n\r\nbody",
    "Subject: bare\nTo: lf@x\n\nline\nline\n",
    "Subject: cr\rTo: x\r\r\n\r\n\r\r\n\r",
    std::string("Subject: n\0l\r\n\r\n\0\0\n", 19),
    "Subject: gr\xc3\xbc\xdf\r\nFrom: \xff <\xfe@\xfd>\r\n\r\n\xff",
    "Subject: a\r\nSubject: b\r\nTo: a@x\r\nTo: b@x\r\nFrom: c@x\r\nFrom: d@x\r\n\r\n",
    "Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nbody\r\n--x--\r\n",
    "Content-Type: multipart/mixed; boundary=x\r\n\r\nno delimiter\r\n",
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x--\r\n",
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x",
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n",
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nSubject: h",
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n--x\r\n\r\n2\r\n--x--",
    "Content-Type: multipart/mixed; boundary=x\n\n--x\n\n1\n--x\n\n2\n\n--x--\n",
    "Content-Type: multipart/mixed; boundary=x\r\n",
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/mixed; boundary=y\r\n--x--",
    "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=ab\r\n\r\n"
    "--ab\r\n\r\ninner\r\n--a\r\n\r\nouter\r\n--ab\r\ntext\r\n--a--\r\n",
    "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"
    "--a\r\n\r\nx\r\n--a--\r\n--a\r\n\r\ny\r\n--a--\r\n",
    "Content-Type: message/rfc822\r\n",
    "Content-Type: message/rfc822\r\n\r\n",
    "Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\n.\r\n",
    "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA==\r\n",
    "Content-Type: message/global\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA==\r\n",
    "Content-Type: text\r\n\r\nx",
    "Content-Type: ; charset=x\r\n\r\nx",
    "Content-Type: text/plain; a; =b; c=; d=\"; e=f\r\n\r\nx",
    "Content-Type: text/plain; charset*0*=utf-8''%; charset*1=x; charset*99999999999999999999=y\r\n\r\nx",
    "Content-Transfer-Encoding: (comment) x-odd\r\nContent-Disposition: \"\"\r\nContent-Language: ,,\r\n\r\nx",
    "From: (((((\r\nTo: <<<>>>,,;;::@@\r\nCc: g: a@x, b@x; , h:;\r\nBcc: g: open\r\n\r\n",
};

}  // namespace postbag::mime_test
