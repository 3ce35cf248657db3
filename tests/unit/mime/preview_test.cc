#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/mime/text/preview.h"

#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/utf8.h"
#include "protocol/mime/parser.h"
#include "protocol/mime/stored_structure.h"
#include "protocol/text/excerpt.h"

using namespace postbag;
using mime::preview_of_beginning;
using protocol::excerpt;
using protocol::text_of_html;

namespace {

std::string html(const std::string& body) { return "Content-Type: text/html; charset=utf-8\r\n\r\n" + body; }

}  // namespace

TEST_CASE("what a message begins with") {
  struct {
    const char* message;
    const char* preview;
  } rows[] = {
      {"", ""},
      {"Subject: x\r\n\r\n", ""},
      {"\r\nHello,\r\n\r\n  how are\tyou?\r\n", "Hello, how are you?"},
      {"\r\n> quoted\r\n> more\r\nanswer\r\n", "answer"},
      {"\r\n> only\r\n> quotes\r\n", "> only > quotes"},
      {"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
       "Gr=FC=DFe=\r\n!\r\n",
       "Grüße!"},
      {"Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n", "Hello"},
      {"Content-Transfer-Encoding: x-unknown\r\n\r\nHello\r\n", ""},
      {"Content-Type: image/png\r\n\r\nHello\r\n", ""},
      {"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n", ""},
      {"Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nnot shown\r\n", ""},
      {"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: "
       "text/html\r\n\r\n<p>rich\r\n--b\r\n\r\n"
       "plain\r\n--b--\r\n",
       "plain"},
      {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
       "text/html\r\n\r\n<p>rich\r\n--b\r\n\r\n"
       "the list's footer\r\n--b--\r\n",
       "rich"},
      {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: "
       "in\r\n\r\n"
       "inner\r\n--b\r\n\r\nouter\r\n--b--\r\n",
       "outer"},
      {"Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\ninner\r\n", "inner"},
      {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n \r\n--b\r\nContent-Type: "
       "message/rfc822\r\n\r\n"
       "Subject: in\r\n\r\ninner\r\n--b--\r\n",
       "inner"},
  };
  for (const auto& [message, wanted] : rows) {
    CAPTURE(std::string(message));
    CHECK(preview_of_beginning(message) == wanted);
  }
}

TEST_CASE("a blank plain text does not hide the HTML beside it") {
  const std::string rich =
      "Content-Type: text/html\r\n\r\n<html><style>p{color:red}</style><p>Real words</p></html>";
  for (const std::string blank : {"", " ", "\r\n\r\n", "\xc2\xa0\r\n", "\xe2\x80\x8b"}) {
    CAPTURE(blank);
    const std::string plain = "Content-Type: text/plain; charset=utf-8\r\n\r\n" + blank;
    for (const auto& [first, second] : {std::pair(plain, rich), std::pair(rich, plain)})
      CHECK(preview_of_beginning("Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" + first +
                                 "\r\n--b\r\n" + second + "\r\n--b--\r\n") == "Real words");
  }
}

TEST_CASE("of texts that say nothing only so many are read") {
  std::string message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 100; ++i) message += "--b\r\n\r\n \r\n";
  const mime::Structure structure = mime::parse(message + "--b--\r\n");
  int reads = 0;
  std::uint64_t bytes = 0;
  CHECK(mime::preview(structure, [&](mime::ByteRange range) {
          ++reads;
          bytes += range.size;
          return message.substr(range.offset, range.size);
        }).empty());
  CHECK(reads == 8);
  const mime::Structure large =
      mime::parse("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + std::string(20'000, ' ') +
                  "\r\n--b\r\n\r\n" + std::string(50'000, ' ') + "\r\n--b--\r\n");
  bytes = 0;
  CHECK(mime::preview(large, [&](mime::ByteRange range) {
          bytes += range.size;
          return std::string(range.size, ' ');
        }).empty());
  CHECK(bytes == mime::preview_reads);
}

TEST_CASE("HTML without its markup") {
  struct {
    const char* markup;
    const char* text;
  } rows[] = {
      {"<p>one</p><p>two</p>", "one two"},
      {"a<b>b</b>c", "abc"},
      {"a<br/>b<td>c", "a b c"},
      {"<style>p { x }</style><script>if (a < b) {}</script>text", "text"},
      {"<head><title>t</title></head><body>text", "text"},
      {"<head><title>never closed<body>text", "text"},
      {"<!-- <p>no --><!DOCTYPE html><?xml ?>text", "text"},
      {"<p title=\"x\">text", "text"},
      {"1 < 2 &amp; 3 &gt; 2 &lt;p&gt;", "1 < 2 & 3 > 2 <p>"},
      {"&#72;&#x69;&nbsp;&euro;&uuml;&hellip;", "Hi €ü…"},
      {"&unknown; &; & &#0; &#xD800; &#99999999999999999999;",
       "&unknown; &; & &#0; &#xD800; &#99999999999999999999;"},
      {"Deal&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;now&shy;", "Deal now"},
      {"<", "<"},
      {"x <unclosed", "x"},
      {"</p>x</>y", "x y"},
  };
  for (const auto& [markup, text] : rows) {
    CAPTURE(std::string(markup));
    CHECK(preview_of_beginning(html(markup)) == text);
  }
}

TEST_CASE("200 characters at most, and no grapheme cut in two") {
  CHECK(preview_of_beginning("\r\n" + std::string(500, 'x')) == std::string(200, 'x'));
  CHECK(excerpt("abc def", 4) == "abc");
  CHECK(excerpt("ab e\xcc\x81", 4) == "ab");                                  // e and its accent are two characters
  CHECK(excerpt("a\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", 3) == "a");  // a woman, a joiner, a computer
  CHECK(excerpt("a\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", 4) ==
        "a\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb");
  CHECK(excerpt("\x01 a\x1b[1m\xc2\x85\xff b \xef\xbb\xbf", 100) == "a[1m b");
}

TEST_CASE("whatever the bytes are, a short line of UTF-8 comes back") {
  CHECK(rc::check([](const std::string& bytes, bool is_html) {
    const std::string out = preview_of_beginning((is_html ? html("") : "\r\n") + bytes);
    RC_ASSERT(is_utf8(out));
    RC_ASSERT(out.size() <= 800U);
    RC_ASSERT(out.find_first_of("\r\n\t") == std::string::npos);
    RC_ASSERT(out.find('\0') == std::string::npos);
  }));
}

TEST_CASE("it takes time in proportion to what it reads") {
  for (const char* piece : {"<", "<!--", "&", "&#", "<p ", "</", "<style>", "&zwnj; ", "\xcc\x81", ">\n"}) {
    std::string text;
    while (text.size() < 1'000'000) text += piece;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(excerpt(text_of_html(text), 200).size() <= 800);
    CHECK(excerpt(protocol::without_quotes(text), 200).size() <= 800);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
  }
}

TEST_CASE("it is stored with the structure") {
  mime::Structure structure = mime::parse("\r\nhello\r\n");
  CHECK_FALSE(mime::StoredStructure(mime::encode(structure)).preview().has_value());
  structure.preview = "hello";
  const std::string stored = mime::encode(structure);
  CHECK(mime::StoredStructure(stored).preview() == "hello");
  structure.preview = "";
  std::string nothing = mime::encode(structure);
  CHECK(mime::StoredStructure(nothing).preview() == "");
  nothing[0] = 3;  // which stopped at a blank text
  CHECK_FALSE(mime::StoredStructure(nothing).preview().has_value());
}
