// Bytes -> events: lines, literals accepted and refused, limits, every place where the network may cut.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/grammar/logged_reader.h"

using namespace postbag;
using namespace postbag::protocol;
using test::Answer;
using test::LoggedReader;
using namespace std::string_literals;

namespace {

const Limits defaults;

std::string log_of(std::string_view bytes, Answer answer = Answer::stream_messages,
                   const Limits& limits = defaults) {
  LoggedReader session(limits, answer);
  session.feed(bytes);
  return session.log;
}

std::string log_bytewise(std::string_view bytes, Answer answer = Answer::stream_messages) {
  LoggedReader session(defaults, answer);
  for (const char& c : bytes) session.feed(std::string_view(&c, 1));
  return session.log;
}

}  // namespace

TEST_CASE("a conversation means the same wherever it is cut") {
  const std::string bytes =
      "a1 NOOP\r\n"
      "a2 LOGIN {4}\r\nfred {3+}\r\nx\"y\r\n"
      "\r\n"
      "a3 APPEND Sent (\\Seen) {11+}\r\nFrom: a\r\n\r\n\r\n"
      "a4 BAD COMMAND {3+}\r\nab\nmore {2+}\r\nxx\r\n"
      "a5 APPEND x ~{3}\r\n\0\n\r\r\n"
      "a6 UID FETCH 1:* FLAGS\r\n"
      "a7 IDLE\r\nDONE\r\n"
      "a8 LOGOUT\n"s;
  const std::string want =
      "a1 noop: NOOP\n"
      "a2 login literal 4 +\n"
      "a2 login literal 3\n"
      "a2 login: LOGIN {4}\r\nfred {3+}\r\nx\"y\n"
      "* BAD Syntax error at offset 0\n"
      "a3 append message literal 11\nfor Sent\nstreamed From: a\r\n\r\n\n"
      "a3 append: APPEND Sent (\\Seen) {11+}\r\n\n"
      "a4 BAD Unknown command\n"
      "a5 append message binary literal 3 +\nfor x\nstreamed \0\n\r\n"
      "a5 append: APPEND x ~{3}\r\n\n"
      "a6 fetch by uid: FETCH 1:* FLAGS\n"
      "a7 idle: IDLE\nraw DONE\n"
      "a8 logout: LOGOUT\n"s;
  CHECK(log_of(bytes) == want);
  CHECK(log_bytewise(bytes) == want);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    LoggedReader session(defaults);
    session.feed(std::string_view(bytes).substr(0, cut));
    session.feed(std::string_view(bytes).substr(cut));
    CHECK(session.log == want);
  }
}

TEST_CASE("a literal in memory is part of the command") {
  CHECK(log_of("a APPEND x {3}\r\nabc\r\n", Answer::memory) ==
        "a append message literal 3 +\na append: APPEND x {3}\r\nabc\n");
  CHECK(log_of("a SEARCH SUBJECT {0}\r\n TEXT {2}\r\n)(\r\n") ==
        "a search literal 0 +\na search literal 2 +\na search: SEARCH SUBJECT {0}\r\n TEXT {2}\r\n)(\n");
}

TEST_CASE("an error before a literal is reported before the literal is asked for") {
  CHECK(log_of("a APPEND x (\\Seen {10}\r\nb NOOP\r\n") == "a BAD Syntax error at offset 18\nb noop: NOOP\n");
  CHECK(log_of("a NOOP {10}\r\nb NOOP\r\n") == "a BAD Syntax error at offset 6\nb noop: NOOP\n");
  CHECK(log_of("a LOGIN \"x{3}\r\nb NOOP\r\n") == "a BAD Syntax error at offset 13\nb noop: NOOP\n");
}

TEST_CASE("an error after a literal") {
  CHECK(log_of("a LOGIN {1}\r\nx y z\r\nb NOOP\r\n") ==
        "a login literal 1 +\na BAD Syntax error at offset 16\nb noop: NOOP\n");
  CHECK(log_of("a APPEND x {1}\r\nyz\r\nb NOOP\r\n") ==
        "a append message literal 1 +\nfor x\nstreamed y\na BAD Syntax error at offset 16\nb noop: NOOP\n");
}

TEST_CASE("the bytes of a refused literal are never run as commands") {
  const char* want = "a append message literal 8\nb noop: NOOP\n";
  CHECK(log_of("a APPEND x {8+}\r\nc NOOP\r\n\r\nb NOOP\r\n", Answer::refuse) == want);
  CHECK(log_bytewise("a APPEND x {8+}\r\nc NOOP\r\n\r\nb NOOP\r\n", Answer::refuse) == want);
  // The rest of its command is dropped too, further literals included.
  CHECK(log_of("a APPEND x {8+}\r\nc NOOP\r\n (\\Seen) {9+}\r\nd LOGOUT\n\r\nb NOOP\r\n", Answer::refuse) == want);
  // A literal that would have been asked for does not come.
  CHECK(log_of("a APPEND x {8}\r\nb NOOP\r\n", Answer::refuse) == "a append message literal 8 +\nb noop: NOOP\n");
  CHECK(log_of("a APPEND x {8+}\r\nc NOOP\r\n {9}\r\nb NOOP\r\n", Answer::refuse) == want);
}

TEST_CASE("too much refused ends the connection") {
  Limits limits;
  limits.message = 100'000;
  CHECK(log_of("a APPEND x {100000+}\r\n", Answer::refuse, limits) == "a append message literal 100000\n");
  CHECK(log_of("a APPEND x {100001+}\r\n", Answer::refuse, limits) ==
        "a append message literal 100001\nmust close\n");
  CHECK(log_of("a APPEND x {1+}\r\ny {100000+}\r\n", Answer::refuse, limits) ==
        "a append message literal 1\n* BAD Refused data too large and close\n");
  CHECK(log_of("a SELECT {140000+}\r\n", Answer::refuse, limits) == "a BAD Command too long and close\n");
  limits.refused_literal_dropped = 200'000;
  CHECK(log_of("a APPEND x {100001+}\r\n", Answer::refuse, limits) == "a append message literal 100001\n");
  CHECK(log_of("a FOO {9223372036854775807+}\r\n") == "a BAD Unknown command and close\n");
}

TEST_CASE("LITERAL+: a literal of any size within the limits need not be asked for") {
  CHECK(log_of("a SELECT {4097+}\r\n") == "a select literal 4097\n");
  CHECK(log_of("a SELECT {130000+}\r\n") == "a select literal 130000\n");
  const std::string big(140'000, 'x');
  CHECK(log_of("a SELECT {140000+}\r\n" + big + "\r\nb NOOP\r\n") == "a BAD Command too long\nb noop: NOOP\n");
}

TEST_CASE("LITERAL-: more than 4096 bytes must be asked for, also of a message. RFC 7888 section 5") {
  Limits limits;
  limits.non_sync_literal = Limits::literal_minus;
  const auto answers = [&](const std::string& bytes) { return log_of(bytes, Answer::stream_messages, limits); };
  const std::string big(4097, 'x');
  CHECK(answers("a SELECT {4096+}\r\n") == "a select literal 4096\n");
  CHECK(answers("a SELECT {4097+}\r\n" + big + "\r\nb NOOP\r\n") ==
        "a BAD Non-synchronising literal too big\nb noop: NOOP\n");
  CHECK(answers("a SELECT {4097}\r\n") == "a select literal 4097 +\n");
  CHECK(answers("a APPEND x {4096+}\r\n").starts_with("a append message literal 4096\n"));
  CHECK(answers("a APPEND x {4097}\r\n").starts_with("a append message literal 4097 +\n"));
  CHECK(answers("a APPEND x {4097+}\r\n" + big + "\r\nb NOOP\r\n") ==
        "a BAD [TOOBIG] Non-synchronising literal too big\nb noop: NOOP\n");
  limits.non_sync_literal = Limits::literal_minus + 1;
  CHECK(answers("a APPEND x {4098+}\r\n").starts_with("a append message literal 4098\n"));
}

TEST_CASE("the sum of a command's arguments is bounded") {
  CHECK(log_of("a SELECT {131000}\r\n") == "a select literal 131000 +\n");
  CHECK(log_of("a SELECT {131072}\r\n") == "a BAD Command too long\n");
  CHECK(log_of("a SEARCH TEXT {1000000}\r\n") == "a search literal 1000000 +\n");
  CHECK(log_of("a SEARCH TEXT {9223372036854775807}\r\n") == "a BAD Command too long\n");
  CHECK(log_of("a SORT (DATE) UTF-8 TEXT {1000000}\r\n") == "a sort literal 1000000 +\n");
  CHECK(log_of("a THREAD REFS UTF-8 TEXT {1000000}\r\n") == "a thread literal 1000000 +\n");
  CHECK(log_of("a ESEARCH IN (PERSONAL) TEXT {1000000}\r\n") == "a esearch literal 1000000 +\n");
  CHECK(log_of("a SORT (DATE) UTF-8 TEXT {1048570}\r\n") == "a BAD Command too long\n");
  const std::string half(70'000, 'x');
  CHECK(log_of("a RENAME {70000}\r\n" + half + " {70000}\r\nb NOOP\r\n") ==
        "a rename literal 70000 +\na BAD Command too long\nb noop: NOOP\n");
}

TEST_CASE("lines are bounded") {
  const std::string most(64 * 1024 - 11, 'x');
  CHECK(log_of("a SELECT " + most + "\r\nb NOOP\r\n").ends_with("x\nb noop: NOOP\n"));
  CHECK(log_of("a SELECT " + most + "x\r\nb NOOP\r\n") == "a BAD Command line too long\nb noop: NOOP\n");
  CHECK(log_bytewise("a SELECT " + most + most + "\r\nb NOOP\r\n") ==
        "a BAD Command line too long\nb noop: NOOP\n");
  // The end of a line that is too long may announce a literal.
  CHECK(log_bytewise("a SELECT " + most + most + " {8+}\r\nc NOOP\r\n\r\nb NOOP\r\n") ==
        "a BAD Command line too long\nb noop: NOOP\n");
  // The lines of one command count together.
  CHECK(log_of("a RENAME {1}\r\nx " + most + "\r\n") == "a rename literal 1 +\na BAD Command line too long\n");
}

TEST_CASE("before login less is accepted") {
  CommandReader reader(defaults);
  const auto said = [&](std::string_view bytes) {
    reader.feed(bytes);
    const ReaderEvent event = reader.next();
    if (const auto* bad = std::get_if<BadCommand>(&event))
      return bad->tag + " " + bad->text + (bad->must_close ? " close" : "");
    return std::string(std::holds_alternative<LiteralAnnounced>(event) ? "literal" : "else");
  };
  CHECK(said("a APPEND x {1}\r\n") == "a This command allows no literals before login");
  CHECK(said("b LOGIN {4097}\r\n") == "b Literal too big before login");
  CHECK(said("c " + std::string(9'000, 'x')) == "c Command line too long close");
  CommandReader other(defaults);
  other.feed("b LOGIN {4096}\r\n");
  CHECK(std::holds_alternative<LiteralAnnounced>(other.next()));
}

TEST_CASE("before login ID has 30 pairs of 30 and 1024 octets") {  // RFC 2971 section 3.3
  for (const char* const header : {"{30}\r\n", "{30+}\r\n"}) {
    CommandReader reader(defaults);
    std::string pairs;
    for (int i = 0; i < 30; ++i)
      pairs += " " + (header + std::string(30, 'n')) + " " + (header[3] == '+' ? "{1024+}\r\n" : "{1024}\r\n") +
               std::string(1024, 'v');
    pairs[0] = '(';
    reader.feed("a ID " + pairs + ")\r\n");
    int literals = 0;
    ReaderEvent event = reader.next();
    for (; std::holds_alternative<LiteralAnnounced>(event); ++literals) {
      reader.accept_in_memory();
      event = reader.next();
    }
    CHECK(literals == 60);
    CHECK(std::holds_alternative<Command>(event));
  }
}

TEST_CASE("NUL is BAD in lines and literals, but not in literal8") {
  CHECK(log_of("a NOOP\0\r\nb NOOP\r\n"s) == "a BAD NUL in command at offset 6\nb noop: NOOP\n");
  CHECK(log_of("a SELECT \"x\0y\" {3+}\r\nc N\r\nb NOOP\r\n"s) ==
        "a BAD NUL in command at offset 11\nb noop: NOOP\n");
  CHECK(log_of("a SELECT {3}\r\nx\0y\r\nb NOOP\r\n"s) ==
        "a select literal 3 +\na BAD NUL in literal\nb noop: NOOP\n");
  CHECK(log_bytewise("a SELECT {3}\r\nx\0y\r\nb NOOP\r\n"s) ==
        "a select literal 3 +\na BAD NUL in literal\nb noop: NOOP\n");
}

TEST_CASE("a command given up while its message comes") {
  for (const std::size_t cut : {0U, 5U, 10U}) {
    CommandReader reader(defaults);
    reader.set_logged_in(true);
    const std::string message = "c NOOP\r\n\r\n";
    reader.feed("a APPEND x {10}\r\n");
    REQUIRE(std::holds_alternative<LiteralAnnounced>(reader.next()));
    reader.accept_as_stream();
    reader.feed(message.substr(0, cut));
    if (cut != 0) REQUIRE(std::holds_alternative<LiteralBytes>(reader.next()));
    reader.abandon();
    CHECK(std::holds_alternative<NeedMore>(reader.next()));
    reader.feed(message.substr(cut) + "\r\nb LOGOUT\r\n");
    const ReaderEvent event = reader.next();
    REQUIRE(std::holds_alternative<Command>(event));
    CHECK(std::get<Command>(event).rule == grammar::Rule::logout);
  }
}

TEST_CASE("a command stays readable while more is fed") {
  CommandReader reader(defaults);
  reader.set_logged_in(true);
  reader.feed("a SELECT Archive\r\nb NO");
  const ReaderEvent event = reader.next();
  reader.feed(std::string(100'000, 'x'));
  CHECK(grammar::Select(std::get<Command>(event).view).mailbox().text() == "Archive");
}

TEST_CASE("an idle reader holds nothing") {
  LoggedReader session(defaults);
  session.feed("a SEARCH TEXT {5}\r\nhello\r\nb APPEND x {6}\r\nhello!\r\n");
  session.reader.release_memory();
  CHECK(session.reader.memory() <= 3 * std::string().capacity());
  session.feed("c NOOP\r\n");
  CHECK(session.log.ends_with("c noop: NOOP\n"));
  session.feed("d IDLE\r\n");
  session.reader.release_memory();
  CHECK(session.reader.memory() <= 3 * std::string().capacity());
  session.feed("DONE\r\n");
  CHECK(session.log.ends_with("raw DONE\n"));
}

TEST_CASE("a raw line is bounded") {
  CHECK(log_of("a IDLE\r\n" + std::string(70'000, 'x') + "\r\nb NOOP\r\n") ==
        "a idle: IDLE\n* BAD Line too long\nb noop: NOOP\n");
}

TEST_CASE("a line that is too long is answered the same wherever it is cut") {
  const std::string longer(defaults.line_after_login, 'x');
  const std::string rows[] = {
      "a SELECT " + longer + "\r\nb NOOP\r\n",
      "a SELECT \0"s + longer + "\r\nb NOOP\r\n",
      "a IDLE\r\n" + longer + "\r\nb NOOP\r\n",
      "a IDLE\r\n" + longer.substr(1) + "\r\nb NOOP\r\n",  // with the CR it is too long
      "a IDLE\r\n" + longer + " {8+}\r\nc NOOP\r\n\r\nb NOOP\r\n",
  };
  for (const std::string& bytes : rows) {
    CAPTURE(bytes.substr(0, 20));
    CHECK(log_of(bytes) == log_bytewise(bytes));
  }
}

TEST_CASE("before login a line that is too long ends the connection, whether its end has come or not") {
  for (const std::string end : {"", "\r\n"}) {
    LoggedReader stranger(defaults);
    stranger.reader.set_logged_in(false);
    stranger.feed("a LOGIN " + std::string(9'000, 'x') + end);
    CHECK(stranger.log == "a BAD Command line too long and close\n");
  }
}

TEST_CASE("a held partial command takes less than twice its bytes") {
  LoggedReader session(defaults);
  const std::string line = "a ID (\"a\" \"b\"" + [] {
    std::string s;
    for (int i = 0; i < 3'000; ++i) s += " \"a\" \"b\"";
    return s;
  }() + " \"x\" {2000}\r\n";
  session.feed(line);
  session.feed("x");  // the literal has begun: the parser must have freed its tree
  CHECK(session.reader.memory() < 2 * line.size() + 8192);
  session.feed(std::string(1999, 'y') + ")\r\n");
  CHECK(session.log.find("a id: ID") != std::string::npos);
}

TEST_CASE("the work of many literals in one command is linear") {
  // 900 literals: parsed again from the start each time, this would be 900 * 900 / 2 * 8 bytes.
  std::string bytes = "a SEARCH";
  for (int i = 0; i < 900; ++i) bytes += " BODY {1}\r\nx";
  LoggedReader session(defaults);
  session.feed(bytes + "\r\n");
  CHECK(session.log.find("a search: ") != std::string::npos);
}
