#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/text/charset/charset.h"

#include <string>

#include <doctest/doctest.h>

#include "protocol/text/charset/encoded_word.h"

using namespace postbag::protocol;

TEST_CASE("charsets are known by their names, in any case") {
  for (const char* name :
       {"utf-8", "UTF-8", "us-ascii", "ISO-8859-1", "koi8-r", "Shift_JIS", "windows-1252", "GB18030"})
    CHECK_MESSAGE(is_known_charset(name), name);
  for (const char* name : {"", "x-no-such", "utf-8//TRANSLIT", "utf-8,", "a b", "\xff", "x-", "-", "windows", "cp",
                           "unknown-8bit", "x-unknown", "8bit", "x-user-defined"})
    CHECK_MESSAGE(!is_known_charset(name), name);
}

TEST_CASE("text becomes UTF-8; invalid bytes are marked") {
  struct {
    const char* charset;
    const char* bytes;
    const char* utf8;
  } rows[] = {{"iso-8859-1", "caf\xe9", "café"},
              {"windows-1252", "\x80 5", "€ 5"},
              {"koi8-r", "\xf0\xf2\xe9\xf7\xe5\xf4", "ПРИВЕТ"},
              {"iso-2022-jp", "\x1b$BF|K\\8l\x1b(B.", "日本語."},
              {"shift_jis", "\x93\xfa\x96\x7b", "日本"},
              {"shift_jis", "a\x93", "a\xef\xbf\xbd"},
              {"gb2312",
               "\xff"
               "a",
               "\xef\xbf\xbd"
               "a"},
              {"x-unknown", "caf\xe9", "caf\xe9"},
              {"utf-8", "caf\xe9", "caf\xe9"}};
  for (const auto& [charset, bytes, utf8] : rows) {
    CAPTURE(charset);
    CHECK(to_utf8(bytes, charset) == utf8);
  }
}

TEST_CASE("a charset means a name usually means in mail") {
  struct {
    const char* charset;
    const char* bytes;
    const char* utf8;
  } rows[] = {{"ks_c_5601-1987", "\x8c\x63\xb0\xa1", "똠가"},  // Outlook's name for code page 949
              {"KS_C_5601-1989", "\x8c\x63", "똠"},
              {"euc-kr", "\x8c\x63", "똠"},
              {"ms949", "\x8c\x63", "똠"},
              {"windows-949", "\x8c\x63", "똠"},
              {"gb2312", "\x96\x40\xa1\xa4", "朄·"},  // of GBK
              {"x-gbk", "\x96\x40", "朄"},
              {"GB_2312-80", "\x96\x40", "朄"},
              {"gbk", "\x81\x30\x81\x30", "\xc2\x80"},  // four bytes: of GB18030
              {"x-sjis", "\x87\x40~\\", "①~\\"},
              {"shift_jis", "\x87\x40~\\", "①~\\"},
              {"MS_Kanji", "\x87\x40", "①"},
              {"windows-31j", "\x87\x40", "①"},
              {"cp932", "\x87\x40", "①"},
              {"euc-jp", "\xad\xa1", "①"},
              {"x-euc-jp", "\xb1", "\xef\xbf\xbd"},
              {"iso-2022-jp", "\x1b(I1\x1b(B", "ｱ"},  // half-width, of code page 50221
              {"cp50221", "\x1b(I1\x1b$B$+\x1b(B", "ｱか"},
              {"big5", "\xa4\xa4\x88\x62", "中Ê̄"},  // of Big5-HKSCS
              {"x-x-big5", "\xa4\xa4", "中"},
              {"iso-8859-1", "\x80\x93\xe4\x94", "€“ä”"},  // of windows-1252
              {"ISO_8859-1:1987", "\x93", "“"},
              {"iso8859_1", "\x93", "“"},
              {"latin1", "\x93", "“"},
              {"x-ansi", "\x93", "“"},
              {"x-cp1252", "\x93", "“"},
              {"win-1251", "\xcf", "П"},
              {"windows_1251", "\xcf", "П"},
              {"iso-8859-9", "\xfe\x93", "ş“"},
              {"iso8859_2", "\xb1", "ą"},
              {"iso-8859-8-i", "\xf9\xec", "של"},
              {"iso-8859-8-e", "\xf9\xec", "של"},
              {"logical", "\xf9", "ש"},
              {"iso-8859-6-i", "\xc7", "ا"},
              {"tis-620", "\xa1\x85", "ก…"},  // of windows-874
              {"iso-8859-11", "\x93\xa1", "“ก"},
              {"koi8_r", "\xf0", "П"},
              {"koi8", "\xf0\xa3", "Пё"},
              {"unicode-1-1-utf-7", "+AOQ-", "ä"},
              {"x-unicode-2-0-utf-7", "+AOQ-", "ä"},
              {"x-mac-roman", "\x8a", "ä"},
              {"x-mac-cyrillic", "\x80", "А"},
              {"'iso-8859-2'", "\xb1", "ą"},  // the quotes of charset="'iso-8859-2'"
              {" koi8-r\t", "\xf0", "П"},
              {"unicode-1-1-utf-8", "\xc3\xa4", "ä"},
              {"cp65001", "\xc3\xa4", "ä"},
              {"ansi_x3.4-1968", "\xc3\xa4", "ä"},  // as us-ascii: what is not of it stays
              {"x-unknown", "\xc3\xa4", "ä"},
              {"8bit", "\xc3\xa4", "ä"}};
  for (const auto& [charset, bytes, utf8] : rows) {
    CAPTURE(charset);
    CHECK(to_utf8(bytes, charset) == utf8);
  }
}

TEST_CASE("the names of UTF-8 and US-ASCII let bytes pass as these do") {
  for (const char* charset : {"utf8", "UTF_8", "ascii", "ISO646-US", "cp65001"}) {
    CAPTURE(charset);
    CHECK(CharsetDecoder(charset).passes());
    CHECK(Charsets().convert("\xff", charset).whole);
  }
  CHECK_FALSE(Charsets().convert("\xff", "x-unknown").whole);
}

TEST_CASE("pieces produce what the whole produces") {
  const std::string bytes = "x\x1b$BF|K\\8l\x1b(B y \x1b$B\x1b(B";
  const std::string whole = to_utf8(bytes, "iso-2022-jp");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    CharsetDecoder decoder("iso-2022-jp");
    std::string out;
    decoder.feed(std::string_view(bytes).substr(0, cut), out);
    decoder.feed(std::string_view(bytes).substr(cut), out);
    decoder.finish(out);
    CHECK(out == whole);
  }
}

TEST_CASE("encoded words") {
  struct {
    const char* raw;
    const char* text;
  } rows[] = {{"", ""},
              {" plain \r\n", " plain "},
              {" a\r\n b", " a b"},
              {"a\rb\r", "a\rb\r"},
              {"=?ISO-8859-1?Q?a?=", "a"},  // the table of RFC 2047 section 8
              {"=?ISO-8859-1?Q?a?= b", "a b"},
              {"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"},
              {"=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"},
              {"=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"},
              {"=?ISO-8859-1?Q?a_b?=", "a b"},
              {"=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"},
              {"=?iso-8859-1*de?q?=E4?=", "ä"},  // RFC 2231 section 5
              {"=?UTF-8?B?w6Q=?= =?utf-8?b?w7Y=?=", "äö"},
              {"=?UTF-8?B?8J8=?= =?UTF-8?B?mIA=?=", "😀"},  // a character cut in two
              {"=?UTF-8?Q?a=?=", "a="},
              {"=?UTF-8?Q?a=zz?=", "a=zz"},
              {"(=?utf-8?q?x?=)\"=?utf-8?q?y?=\"", "(x)\"y\""},
              {"=?utf-8?x?a?= =?", "=?utf-8?x?a?= =?"},
              {"=??q?a?=", "=??q?a?="},
              {"=?utf-8?q?a", "=?utf-8?q?a"},
              {"=?utf-8?q?a?", "=?utf-8?q?a?"},
              {"=?=?utf-8?q?a?=", "=?a"},
              {"caf\xe9", "caf\xe9"}};
  for (const auto& [raw, text] : rows) {
    CAPTURE(raw);
    Charsets charsets;
    CHECK(header_text(raw, charsets).utf8 == text);
  }
}

TEST_CASE("a letter that waits for a mark is not lost at the end") {
  // glibc holds it back: the next byte could be a combining mark.
  for (const char* charset : {"tcvn5712-1", "windows-1258", "windows-1255"}) {
    CAPTURE(charset);
    CHECK(to_utf8("Vie", charset) == "Vie");
  }
  CHECK(to_utf8("\xa4\xab", "euc-jisx0213") == "か");
}

TEST_CASE("many short texts are converted as each alone") {
  Charsets charsets;
  const std::pair<std::string_view, std::string> texts[] = {{"utf-16", "\xfe\xff\x01\x41"},
                                                            {"UTF-16", "\xff\xfe\x41\x01"},
                                                            {"utf-16", "\x41\x01"},
                                                            {"iso-2022-jp", "\x1b$B$+"},
                                                            {"iso-2022-jp", "$+"},
                                                            {"x-unknown", "\xff"},
                                                            {"utf-8", "\xff"},
                                                            {"koi8-r", "\xc1"},
                                                            {"KOI8-R", "\xc1"}};
  for (const auto& [charset, text] : texts) {
    CAPTURE(charset);
    CHECK(charsets.convert(text, charset).utf8 == to_utf8(text, charset));
  }
  CHECK(charsets.convert("\xc1", "koi8-r").utf8 == "а");
}

TEST_CASE("a charset is kept once, however its name is spelled") {
  Charsets charsets;
  for (const char* charset : {"iso-8859-2", "ISO_8859-2", "iso--8859-2", "x-x-iso88592", "i.s.o.8.8.5.9.2"})
    CHECK(charsets.convert("\xb1", charset).utf8 == "ą");
  CHECK(charsets.size() == 1);
  for (const char* charset : {"iso-8859-1", "latin1", "cp819", "x-l1"})
    CHECK(charsets.convert("\x80", charset).utf8 == "€");
  CHECK(charsets.size() == 2);
}
