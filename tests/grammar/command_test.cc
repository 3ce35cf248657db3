// The generated grammar as handlers see it: views, kinds, states, dispatch, arguments.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/command.h"

#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include "core/limits.h"
#include "protocol/arguments.h"
#include "protocol/command_reader.h"

using namespace postbag;
using namespace postbag::protocol;
namespace g = postbag::protocol::grammar;

namespace {

/// One command, with what its views look at.
class Parsed {
 public:
  explicit Parsed(const std::string& line) : reader_(limits_) {
    reader_.set_logged_in(true);
    reader_.feed(line + "\r\n");
    event_ = reader_.next();
    REQUIRE_MESSAGE(std::holds_alternative<Command>(event_), line);
  }
  const Command& command() const { return std::get<Command>(event_); }
  template <class T>
  T as() const {
    REQUIRE(command().rule == T::rule);
    return T(command().view);
  }

 private:
  Limits limits_;
  CommandReader reader_;
  ReaderEvent event_;
};

std::string refusal(const std::string& line) {
  const Limits limits;
  CommandReader reader(limits);
  reader.set_logged_in(true);
  reader.feed(line + "\r\n");
  const ReaderEvent event = reader.next();
  const auto* bad = std::get_if<BadCommand>(&event);
  return bad ? bad->tag + " " + bad->text : "accepted";
}

}  // namespace

TEST_CASE("commands of one word, in any case") {
  struct {
    const char* line;
    g::Rule rule;
  } rows[] = {{"a CAPABILITY", g::Rule::capability_command},
              {"a noop", g::Rule::noop},
              {"a LogOut", g::Rule::logout},
              {"a close", g::Rule::close},
              {"a UNSELECT", g::Rule::unselect},
              {"a CHECK", g::Rule::check},
              {"a expunge", g::Rule::expunge},
              {"a IDLE", g::Rule::idle},
              {"a NAMESPACE", g::Rule::namespace_command}};
  for (const auto& [line, rule] : rows) {
    CAPTURE(line);
    const Parsed parsed(line);
    CHECK(parsed.command().rule == rule);
    CHECK(parsed.command().tag == "a");
    CHECK_FALSE(parsed.command().by_uid);
  }
}

TEST_CASE("after UID it is the inner command") {
  struct {
    const char* line;
    g::Rule rule;
  } rows[] = {{"a UID FETCH 1 FLAGS", g::Rule::fetch}, {"a uid store 1:* flags (\\seen)", g::Rule::store},
              {"a UID COPY 1 x", g::Rule::copy},       {"a UID MOVE 1 x", g::Rule::move},
              {"a UID SEARCH ALL", g::Rule::search},   {"a UID EXPUNGE 1:4294967295", g::Rule::uid_expunge}};
  for (const auto& [line, rule] : rows) {
    CAPTURE(line);
    const Parsed parsed(line);
    CHECK(parsed.command().rule == rule);
    CHECK(parsed.command().by_uid);
  }
}

TEST_CASE("the state table comes from the rule a command hooks into") {
  using enum g::State;
  CHECK(g::allowed_in(g::Rule::noop, not_authenticated));
  CHECK(g::allowed_in(g::Rule::id, selected));
  CHECK(g::allowed_in(g::Rule::login, not_authenticated));
  CHECK_FALSE(g::allowed_in(g::Rule::login, authenticated));
  CHECK_FALSE(g::allowed_in(g::Rule::select, not_authenticated));
  CHECK(g::allowed_in(g::Rule::select, selected));
  CHECK_FALSE(g::allowed_in(g::Rule::move, authenticated));
  CHECK(g::allowed_in(g::Rule::uid_expunge, selected));
  CHECK_FALSE(g::allowed_in(g::Rule::tag, selected));
}

TEST_CASE("commands have attributes") {
  for (const auto rule : {g::Rule::fetch, g::Rule::store, g::Rule::search, g::Rule::sort, g::Rule::thread})
    CHECK(g::holds_removals(rule));
  for (const auto rule : {g::Rule::noop, g::Rule::copy, g::Rule::esearch, g::Rule::uid_expunge})
    CHECK_FALSE(g::holds_removals(rule));
  const Limits limits;
  CHECK(limits.*g::argument_limit(g::Rule::esearch) == limits.search_arguments);
  CHECK(limits.*g::argument_limit(g::Rule::rename) == limits.arguments);
}

TEST_CASE("capabilities have names") {
  CHECK(g::to_string(g::CapabilityName::literal) == "LITERAL-");
  CHECK(g::to_string(g::CapabilityName::literal_plus) == "LITERAL+");
  CHECK(g::announcements[0].when == g::Announced::always);
}

TEST_CASE("dispatch passes the visitor the view of the command") {
  const Parsed parsed("a COPY 2:4 meeting");
  struct Visitor {
    std::string operator()(g::Copy copy) const { return std::string(copy.mailbox().text()); }
    std::string operator()(const View&) const { return "other"; }
  };
  CHECK(g::dispatch(parsed.command().rule, parsed.command().view, Visitor{}) == "meeting");
  static_assert(!std::is_invocable_v<Visitor, int>);
}

TEST_CASE("LOGIN") {
  const Parsed parsed(R"(t1 LOGIN "fr\"ed" sec]ret)");
  const auto login = parsed.as<g::Login>();
  CHECK(string_value(login.userid().text()) == "fr\"ed");
  CHECK(string_value(login.password().text()) == "sec]ret");
}

TEST_CASE("AUTHENTICATE with and without an initial response") {
  CHECK_FALSE(Parsed("a AUTHENTICATE PLAIN").as<g::Authenticate>().initial_resp());
  CHECK(Parsed("a authenticate plain AGEAYg==").as<g::Authenticate>().initial_resp()->text() == "AGEAYg==");
  CHECK(Parsed("a AUTHENTICATE EXTERNAL =").as<g::Authenticate>().initial_resp()->text() == "=");
}

TEST_CASE("ID") {
  const Parsed parsed(R"(a ID ("name" "x" "version" NIL))");
  const auto list = parsed.as<g::Id>().id_params_list();
  CHECK(list.id_field().size() == 2);
  for (const auto field : list.id_field()) CHECK_FALSE(field.string().text().empty());
  CHECK(Parsed("a ID NIL").as<g::Id>().id_params_list().kind() == g::IdParamsList::Kind::nil);
}

TEST_CASE("FETCH items") {
  const Parsed parsed(
      "a FETCH 1,3:* (FLAGS uid RFC822.SIZE BODY BODYSTRUCTURE BODY[] BODY.PEEK[1.2.HEADER.FIELDS "
      "(From \"To\")]<0.16384> BINARY.PEEK[1]<5.1> BINARY.SIZE[2.1] body[header.fields.not (x)])");
  using Kind = g::FetchAtt::Kind;
  const auto fetch = parsed.as<g::Fetch>();
  CHECK(fetch.sequence_set().text() == "1,3:*");
  CHECK_FALSE(fetch.fetch_macro());
  std::vector<Kind> kinds;
  for (const auto item : fetch.fetch_att()) kinds.push_back(item.kind());
  CHECK(kinds == std::vector{Kind::flags, Kind::uid, Kind::rfc822_size, Kind::body, Kind::bodystructure,
                             Kind::body_section, Kind::body_peek, Kind::binary_peek, Kind::binary_size,
                             Kind::body_section});
  auto it = fetch.fetch_att().begin();
  for (int i = 0; i < 6; ++i) ++it;
  CHECK(section_value(*(*it).section()) == Section{{1, 2}, Section::What::header_fields, {"From", "To"}});
  CHECK(partial_value(*(*it).partial()) == Partial{0, 16384});
  ++it;
  CHECK(section_value(*(*it).section_binary()) == Section{{1}, Section::What::all, {}});
}

TEST_CASE("FETCH macros and single items") {
  CHECK(Parsed("a FETCH 1 ALL").as<g::Fetch>().fetch_macro()->kind() == g::FetchMacro::Kind::all);
  CHECK(Parsed("a fetch 1 full").as<g::Fetch>().fetch_macro()->kind() == g::FetchMacro::Kind::full);
  const Parsed parsed("a FETCH 1 BODY[1.MIME]");
  const auto item = *parsed.as<g::Fetch>().fetch_att().begin();
  CHECK(section_value(*item.section()) == Section{{1}, Section::What::mime, {}});
}

TEST_CASE("STORE with and without parentheses, flags in any case") {
  struct {
    const char* line;
    StoreMode mode;
    bool silent;
    NamedFlags flags;
  } rows[] = {{"a STORE 1 FLAGS ()", StoreMode::replace, false, {}},
              {"a STORE 1 +Flags (\\DELETED)", StoreMode::add, false, {SystemFlag::deleted, {}}},
              {"a STORE 1 -FLAGS.SILENT (\\Seen $Junk $junk x)",
               StoreMode::remove,
               true,
               {SystemFlag::seen, {"$Junk", "x"}}},
              {"a STORE 1 +FLAGS.SILENT \\Seen \\Flagged",
               StoreMode::add,
               true,
               {{SystemFlag::flagged, SystemFlag::seen}, {}}},
              {"a STORE 1 FLAGS \\Foo \\Seen", StoreMode::replace, false, {SystemFlag::seen, {}}}};
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const Parsed parsed(row.line);
    const auto flags = parsed.as<g::Store>().store_att_flags();
    CHECK(store_mode(flags) == row.mode);
    CHECK(is_silent(flags) == row.silent);
    CHECK(flags_value(flags) == row.flags);
  }
}

TEST_CASE("flags that cannot be set") {
  CHECK(flags_value(Parsed("a STORE 1 FLAGS (\\recent)").as<g::Store>().store_att_flags()).error() ==
        FlagError::recent);
}

TEST_CASE("SEARCH") {
  const Parsed parsed(
      "a SEARCH RETURN (MIN SAVE) CHARSET UTF-8 OR FROM \"w\xc3\xb6rd\" NOT (SEEN UID 4:*) "
      "HEADER X-Y \"\" LARGER 4294967296 $");
  using Kind = g::SearchKey::Kind;
  const auto search = parsed.as<g::Search>();
  CHECK(search.charset()->text() == "UTF-8");
  CHECK(search.search_return_opts()->search_return_opt().size() == 2);
  std::vector<Kind> kinds;
  for (const auto key : search.search_key()) kinds.push_back(key.kind());
  CHECK(kinds == std::vector{Kind::or_, Kind::header, Kind::larger, Kind::sequence_set});
  const auto either = *search.search_key().begin();
  CHECK(either.search_key().size() == 2);
  CHECK(string_value((*either.search_key().begin()).astring()->text()) == "w\xc3\xb6rd");
}

TEST_CASE("LIST, plain and extended") {
  const Parsed plain("a list \"\" %");
  CHECK(plain.as<g::List>().list_mailbox().size() == 1);
  const Parsed extended("a LIST (SUBSCRIBED) \"\" (a b) RETURN (SPECIAL-USE STATUS (MESSAGES SIZE) X-FOO)");
  const auto list = extended.as<g::List>();
  CHECK((*list.list_select_opt().begin()).kind() == g::ListSelectOpt::Kind::subscribed);
  CHECK(list.list_mailbox().size() == 2);
  std::vector<g::ReturnOption::Kind> kinds;
  for (const auto option : list.return_option()) kinds.push_back(option.kind());
  CHECK(kinds == std::vector{g::ReturnOption::Kind::special_use, g::ReturnOption::Kind::status,
                             g::ReturnOption::Kind::option_extension});
}

TEST_CASE("what is not a command is refused with tag and place") {
  struct {
    const char* line;
    const char* want;
  } rows[] = {{"", "* Syntax error at offset 0"},
              {" a NOOP", "* Syntax error at offset 0"},
              {"a", "a Syntax error at offset 1"},
              {"a FOO", "a Unknown command"},
              {"a NOOPS", "a Unknown command"},
              {"a NOOP ", "a Syntax error at offset 6"},
              {"+ NOOP", "* Syntax error at offset 0"},
              {"a+ NOOP", "* Syntax error at offset 1"},
              {"a FETCH 0 FLAGS", "a Syntax error at offset 8"},
              {"a FETCH 4294967297 FLAGS", "a Number too big at offset 8"},
              {"a FETCH 1 BODY[18446744073709551617]", "a Number too big at offset 15"},
              {"a FETCH 1 BODY[]<0.0>", "a Syntax error at offset 19"},
              {"a FETCH 1 BODY[", "a Syntax error at offset 15"},
              {"a FETCH 1 (ALL)", "a Syntax error at offset 11"},
              {"a MOVE 1", "a Syntax error at offset 8"},
              {"a SELECT  x", "a Syntax error at offset 9"},
              {"a SEARCH SENTSINCE 32-Foo-2020", "a Syntax error at offset 23"},
              {"a STATUS x ()", "a Syntax error at offset 12"},
              {"a STORE 1 FLAGS (\\Seen) (UNCHANGED 5)", "a Syntax error at offset 34"},
              {"a LOGIN \"x", "a Syntax error at offset 10"},
              {"a ENABLE", "a Syntax error at offset 8"}};
  for (const auto& [line, want] : rows) {
    CAPTURE(line);
    CHECK(refusal(line) == want);
  }
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t levels) {
    return "a SEARCH " + std::string(levels, '(') + "ALL" + std::string(levels, ')');
  };
  CHECK(refusal(nested(32)) == "accepted");
  CHECK(refusal(nested(33)).find("Nested too deeply") != std::string::npos);
  CHECK(refusal(nested(30'000)).find("Nested too deeply") != std::string::npos);
  CHECK(refusal("a LIST (X " + std::string(4000, '(') + " x").find("Nested too deeply") != std::string::npos);
}
