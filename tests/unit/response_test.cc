#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "protocol/response/writer.h"

using namespace postbag;
using namespace postbag::protocol;
using namespace std::string_literals;

namespace {

template <class F>
std::string written(F&& f, Charset charset = Charset::seven_bit) {
  std::string out;
  Writer writer(out, charset);
  f(writer);
  return out;
}

std::string string7(std::string_view s) {
  return written([&](Writer& w) { w.string(s); });
}
std::string string8(std::string_view s) {
  return written([&](Writer& w) { w.string(s); }, Charset::utf8);
}
std::string astring(std::string_view s) {
  return written([&](Writer& w) { w.astring(s); });
}
std::string text7(std::string_view s) {
  return written([&](Writer& w) { w.text(s); });
}
std::string text8(std::string_view s) {
  return written([&](Writer& w) { w.text(s); }, Charset::utf8);
}

}  // namespace

TEST_CASE("strings: quoted where they can be, else literals") {
  CHECK(string7("") == "\"\"");
  CHECK(string7("a \"b\\ c") == "\"a \\\"b\\\\ c\"");
  CHECK(string7("a\tb") == "\"a\tb\"");
  CHECK(string7("a\r\nb") == "{4}\r\na\r\nb");
  CHECK(string7("a\nb") == "{3}\r\na\nb");
  CHECK(string7("\x1b[m") == "{3}\r\n\x1b[m");
  CHECK(string7("a\0b"s) == "\"ab\"");
  CHECK(string7("a\0\n"s) == "{2}\r\na\n");
  CHECK(string7("ä") == "{2}\r\nä");
  CHECK(string8("ä") == "\"ä\"");
  CHECK(string8("\xe4") == "{1}\r\n\xe4");
  CHECK(string7(std::string(5000, 'x')).starts_with("{5000}\r\nx"));
}

TEST_CASE("nstring and astring") {
  CHECK(written([](Writer& w) { w.nstring(std::nullopt).sp().nstring("NIL"); }) == "NIL \"NIL\"");
  CHECK(written([](Writer& w) { w.atom("\\HasNoChildren").sp().atom("$Junk"); }) == "\\HasNoChildren $Junk");
  CHECK(astring("INBOX") == "INBOX");
  CHECK(astring("a]b") == "a]b");
  CHECK(astring("") == "\"\"");
  CHECK(astring("nil") == "\"nil\"");
  for (const char* s : {"a b", "a*", "a%", "a(", "a)", "a{"}) CHECK(astring(s) == "\"" + std::string(s) + "\"");
  CHECK(astring("a\"") == "\"a\\\"\"");
}

TEST_CASE("literal headers") {
  CHECK(written([](Writer& w) { w.literal("a\0"s).literal_header(18446744073709551615U).literal8_header(0); }) ==
        "{2}\r\na\0{18446744073709551615}\r\n~{0}\r\n"s);
}

TEST_CASE("flags") {
  const std::vector<std::string> names = {"$Forwarded", "work"};
  Flags flags;
  CHECK(written([&](Writer& w) { w.flags(flags, names); }) == "()");
  CHECK(written([&](Writer& w) { w.flags(flags, names, true); }) == "(\\Recent)");
  flags.system.add(SystemFlag::seen);
  flags.system.add(SystemFlag::answered);
  flags.keywords.add(1);
  flags.keywords.add(200);
  CHECK(written([&](Writer& w) { w.flags(flags, names); }) == "(\\Answered \\Seen work)");
  CHECK(written([&](Writer& w) { w.flag_list(SystemFlags::all(), names, true); }) ==
        "(\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded work \\*)");
}

TEST_CASE("numbers, sets, dates") {
  CHECK(written([](Writer& w) { w.number(0).sp().number(18446744073709551615U); }) == "0 18446744073709551615");
  CHECK(written([](Writer& w) {
          w.set(UidSet{{Uid(1), Uid(3)}, {Uid(7), Uid(7)}, {Uid(4294967294), Uid::max()}});
        }) == "1:3,7,4294967294:4294967295");
  CHECK(written([](Writer& w) { w.date_time({760686745, -480}); }) == "\" 7-Feb-1994 21:52:25 -0800\"");
}

TEST_CASE("mailbox names by the client's revision") {
  const auto name = MailboxName::from("Entwürfe").value();
  CHECK(written([&](Writer& w) { w.mailbox(name); }) == "Entw&APw-rfe");
  CHECK(written([&](Writer& w) { w.mailbox(name); }, Charset::utf8) == "\"Entwürfe\"");
  CHECK(written([&](Writer& w) { w.mailbox("a b&c"); }) == "\"a b&-c\"");
}

TEST_CASE("human text carries no control characters and is never a response code") {
  CHECK(text7("No such mailbox") == "No such mailbox");
  CHECK(text7("a\r\nb\x1b[1m\x7f\0c"s) == "ab[1mc");
  CHECK(text7("[ALERT] x") == " [ALERT] x");
  CHECK(text7("") == "-");
  CHECK(text7("\r\n") == "-");
  CHECK(text7("ä") == "??");
  CHECK(text8("ä") == "ä");
  CHECK(text8("\xe4") == "?");
}

TEST_CASE("a quoted string never holds what it must not, and says what was given") {
  CHECK(rc::check([](const std::string& bytes, bool utf8) {
    const std::string wire = utf8 ? string8(bytes) : string7(bytes);
    std::string plain = bytes;
    std::erase(plain, '\0');
    if (wire[0] == '{') {
      RC_ASSERT(wire == "{" + std::to_string(plain.size()) + "}\r\n" + plain);
      return;
    }
    std::string back;
    for (std::size_t i = 1; i + 1 < wire.size(); ++i) back.push_back(wire[i] == '\\' ? wire[++i] : wire[i]);
    RC_ASSERT(back == plain);
    RC_ASSERT(wire.find_first_of("\r\n\0"s) == std::string::npos);
  }));
}
