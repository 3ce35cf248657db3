// Structured header fields made after the grammar of the RFCs, with comments, quoting and folds wherever these may
// be: what is read is what was meant.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "protocol/mime/parser.h"
#include "protocol/mime/thread_keys.h"
#include "protocol/text/date.h"
#include "tests/unit/mime/generators.h"

using namespace postbag;
using namespace postbag::mime;
using namespace postbag::mime_test;

namespace {

// Words

/// What is written, and what it means.
struct Text {
  std::string written;
  std::string means;
  void add(const std::string& both) { written += both, means += both; }
};

std::string atom() { return some_of("abcXYZ019!#$%&'*+-/=?^_`{|}~", 5); }

Text quoted() {
  static const Texts plain = {"a", " ", ".", "@", "<", ">", "(", ")", ",", ";", ":", "[", "]", "=", "'"};
  static const Texts escaped = {"\"", "\\", "a", " ", "("};
  Text text{.written = "\"", .means = ""};
  for (int left = below(6); left > 0; --left) {
    const bool pair = one_in(3);
    const std::string& c = one_of(pair ? escaped : plain);
    text.written += (pair ? "\\" : "") + c;
    text.means += c;
  }
  text.written += "\"";
  return text;
}

Text word() {
  if (one_in(3)) return quoted();
  std::string written = atom();
  return {.written = written, .means = written};
}

/// Words, and comments between them, which are read as one space each.
Text phrase() {
  Text text = word();
  for (int left = below(3); left > 0; --left) {
    const Text next = word();
    text.written += gap() + next.written;
    text.means += " " + next.means;
  }
  return text;
}

// Addresses. RFC 5322 sections 3.4 and 4.4.

/// The dots may have white space around them.
Text dotted(int most) {
  Text text;
  text.add(atom());
  for (int left = below(most); left > 0; --left) {
    text.written += cfws();
    text.add(".");
    text.written += cfws();
    text.add(atom());
  }
  return text;
}

Text local_part() { return one_in(3) ? quoted() : dotted(3); }

Text domain() {
  static const Texts literals = {"[192.0.2.1]", "[IPv6:2001:db8::1]", "[a\\]b]", "[<]"};
  if (!one_in(4)) return dotted(3);
  Text text;
  text.add(literals[static_cast<std::size_t>(below(3))]);
  return text;
}

struct Mailbox {
  std::string written;
  std::string name;  ///< empty when there is none, and a comment may replace it
  std::string route, local, host;
};

Mailbox mailbox() {
  const Text local = local_part(), host = domain();
  const std::string spec = cfws() + local.written + cfws() + "@" + cfws() + host.written + cfws();
  Mailbox out{.written = spec, .name = {}, .route = {}, .local = local.means, .host = host.means};
  if (one_in(2)) return out;
  const bool named = !one_in(4);
  const Text name = named ? phrase() : Text{};
  if (one_in(5)) out.route = "@" + atom() + ",@" + atom();
  const std::string route = out.route.empty() ? "" : cfws() + out.route + cfws() + ":";
  out.name = name.means;
  out.written = cfws() + name.written + cfws() + "<" + route + spec + ">" + cfws();
  return out;
}

/// An address list and what ENVELOPE has of it.
struct List {
  std::string written;
  std::vector<Mailbox> mailboxes;  ///< those of groups too
  Texts kinds;                     ///< "address", "group" and its end
  Texts groups;
};

void add_mailbox(List& list) {
  list.mailboxes.push_back(mailbox());
  list.written += list.mailboxes.back().written;
  list.kinds.emplace_back("address");
}

void add_group(List& list) {
  const Text name = phrase();
  list.groups.push_back(name.means);
  list.written += cfws() + name.written + cfws() + ":" + cfws();
  list.kinds.emplace_back("group");
  for (int left = below(3), first = true; left > 0; --left, first = false) {
    if (!first) list.written += ",";
    add_mailbox(list);
  }
  list.written += ";" + cfws();
  list.kinds.emplace_back("end");
}

List address_list() {
  List list;
  for (int left = 1 + below(4); left > 0; --left) {
    one_in(4) ? add_group(list) : add_mailbox(list);
    if (left > 1) list.written += "," + (one_in(4) ? cfws() + "," : "");  // empty members: RFC 5322 section 4.4
  }
  return list;
}

std::string kind_of(const Address& a) { return a.host ? "address" : a.mailbox ? "group" : "end"; }

void check_address(const Address& got, const Mailbox& want) {
  RC_ASSERT(got.mailbox == want.local);
  RC_ASSERT(got.host == want.host);
  RC_ASSERT(got.route.value_or("") == want.route);
  if (!want.name.empty()) RC_ASSERT(got.name == want.name);
}

void check_list(const Addresses& got, const List& want) {
  Texts kinds;
  std::size_t mailboxes = 0, groups = 0;
  for (const Address& a : got) {
    kinds.push_back(kind_of(a));
    if (kinds.back() == "group" && groups < want.groups.size()) RC_ASSERT(a.mailbox == want.groups[groups++]);
    if (kinds.back() == "address" && mailboxes < want.mailboxes.size())
      check_address(a, want.mailboxes[mailboxes++]);
  }
  RC_ASSERT(kinds == want.kinds);
}

// Fields with parameters. RFC 2045 section 5.1.

std::string token() { return some_of("abcxyz019-_.+", 6); }

struct WithParameters {
  std::string written;
  Parameters parameters;
};

WithParameters parameters() {
  WithParameters out;
  for (int left = below(4); left > 0; --left) {
    const std::string name = token(), plain = token();
    const Text value = one_in(2) ? quoted() : Text{.written = plain, .means = plain};
    out.written += cfws() + ";" + cfws() + name + cfws() + "=" + cfws() + value.written + cfws();
    out.parameters.push_back({.name = name, .value = value.means});
  }
  return out;
}

/// Tokens between commas.
std::pair<std::string, Texts> languages() {
  std::string written;
  Texts tags;
  for (int left = 1 + below(3); left > 0; --left) {
    tags.push_back(token());
    written += cfws() + tags.back() + cfws() + (left > 1 ? "," : "");
  }
  return {written, tags};
}

// Dates. RFC 5322 sections 3.3 and 4.3.

std::string two(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::pair<std::string, DateTime> date() {
  static constexpr std::array zones = {std::pair{"+0000", 0},   std::pair{"-0800", -480}, std::pair{"+1400", 840},
                                       std::pair{"+0530", 330}, std::pair{"GMT", 0},      std::pair{"EST", -300}};
  const auto& [zone, minutes] = zones[static_cast<std::size_t>(below(static_cast<int>(zones.size())))];
  const protocol::Civil civil{.year = 1970 + below(130),
                              .month = 1 + below(12),
                              .day = 1 + below(28),
                              .hour = below(24),
                              .minute = below(60),
                              .second = below(60)};
  std::string written = cfws();
  if (one_in(2)) written += one_of({"Mon", "tue", "SUN"}) + cfws() + "," + cfws();
  written += (one_in(2) ? two(civil.day) : std::to_string(civil.day)) + gap();
  written += std::string(protocol::month_name(civil.month)) + gap() + std::to_string(civil.year) + gap();
  written +=
      two(civil.hour) + cfws() + ":" + cfws() + two(civil.minute) + cfws() + ":" + cfws() + two(civil.second);
  written += gap() + zone + cfws();
  return {written, protocol::date_time_of(civil, minutes).value()};
}

// Identifiers. RFC 5322 sections 3.6.4 and 4.5.4.

/// Some of them, as References and In-Reply-To have them; what they mean is written without anything else.
Text identifiers() {
  Text text;
  for (int left = 1 + below(5); left > 0; --left) {
    const Text local = dotted(3), host = dotted(3);
    text.written += cfws() + (one_in(5) ? phrase().written + cfws() : "");
    text.written += "<" + local.written + "@" + host.written + ">" + cfws();
    text.means += "<" + local.means + "@" + host.means + ">";
  }
  return text;
}

const Part& part_of(const Structure& s) { return s.parts.front(); }

Structure parsed(const std::string& name, const std::string& value) {
  return parse(name + ": " + value + "\r\nX-End: x\r\n\r\nbody\r\n");
}

}  // namespace

TEST_CASE("address lists") {
  CHECK(rc::check([] {
    const List list = address_list();
    RC_LOG() << list.written << std::endl;
    const Structure s = parsed("To", list.written);
    check_list(part_of(s).envelope->to, list);
    RC_ASSERT(s.limits_met.empty());
  }));
}

TEST_CASE("types, dispositions and languages") {
  CHECK(rc::check([] {
    const std::string type = token(), subtype = token();
    const WithParameters with = parameters();
    const auto [written, tags] = languages();
    const std::string content = cfws() + type + cfws() + "/" + cfws() + subtype + with.written;
    const std::string disposition = cfws() + type + with.written;
    RC_LOG() << content << std::endl << written << std::endl;
    const Structure s = parse("Content-Type: " + content + "\r\nContent-Disposition: " + disposition +
                              "\r\nContent-Language: " + written + "\r\nContent-Transfer-Encoding: " + cfws() +
                              "base64" + cfws() + "\r\n\r\n");
    RC_ASSERT(part_of(s).type == (ContentType{.type = type, .subtype = subtype, .parameters = with.parameters}));
    RC_ASSERT(part_of(s).disposition == (Disposition{.type = type, .parameters = with.parameters}));
    RC_ASSERT(part_of(s).languages == tags);
    RC_ASSERT(part_of(s).encoding == Encoding::base64);
  }));
}

TEST_CASE("dates") {
  CHECK(rc::check([] {
    const auto [written, means] = date();
    RC_LOG() << written << std::endl;
    RC_ASSERT(parsed("Date", written).sent == means);
  }));
}

TEST_CASE("identifiers") {
  CHECK(rc::check([] {
    const Text ids = identifiers();
    RC_LOG() << ids.written << std::endl;
    RC_ASSERT(thread_keys(parsed("References", ids.written)) == thread_keys(parsed("References", ids.means)));
    RC_ASSERT(thread_keys(parsed("In-Reply-To", ids.written)) == thread_keys(parsed("In-Reply-To", ids.means)));
  }));
}
