#include "response_rules.h"

#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "protocol/grammar/response_grammar.h"
#include "protocol/parse/sequence_set.h"
#include "protocol/parse/values.h"

namespace postbag::test {

namespace {

namespace rg = protocol::response_grammar;
using protocol::Children;
using protocol::View;

// Codes with arguments: in the generic form they would be these with wrong arguments.
constexpr std::array<std::string_view, 12> known_codes{"APPENDUID", "COPYUID",        "UIDNEXT",    "UIDVALIDITY",
                                                       "UNSEEN",    "PERMANENTFLAGS", "CAPABILITY", "BADCHARSET",
                                                       "BADEVENT",  "HIGHESTMODSEQ",  "MODIFIED",   "REFERRAL"};

std::string_view check(rg::RespCodeOther code) {
  const std::string_view name = code.resp_code_name().text();
  const bool known = std::ranges::any_of(known_codes, [&](auto k) { return ascii_iequal(k, name); });
  return known ? "a known response code with wrong arguments" : "";
}

// RFC 3501 section 6.1.1, RFC 9051 section 6.1.1.
std::string_view check(rg::CapabilityData data) {
  for (const rg::Capability c : data.capability())
    if (ascii_iequal(c.text(), "IMAP4rev1") || ascii_iequal(c.text(), "IMAP4rev2")) return "";
  return "CAPABILITY without IMAP4rev1 or IMAP4rev2";
}

bool is(View string, std::string_view value) { return ascii_iequal(protocol::string_value(string.text()), value); }

// RFC 9051 section 9: body-type-text, body-type-msg, body-type-basic.
std::string_view check(rg::BodyType1part part) {
  const bool text = is(part.media_type(), "TEXT");
  const bool message = is(part.media_type(), "MESSAGE") &&
                       (is(part.media_subtype(), "RFC822") || is(part.media_subtype(), "GLOBAL"));
  if (message != part.envelope().has_value())
    return "an envelope in a part that is no message, or none in one that is";
  if ((text || message) != part.body_fld_lines().has_value()) return "a count of lines where none belongs, or none";
  return "";
}

std::string_view check(rg::DateTime date) {
  return protocol::date_time_value(date.text()) ? "" : "a date that does not exist";
}

// RFC 4315 section 3: the two sets correspond.
std::string_view check(rg::RespTextCode code) {
  if (code.kind() != rg::RespTextCode::Kind::copyuid) return "";
  std::array<std::uint64_t, 2> sizes{};
  std::size_t i = 0;
  for (const rg::UidSet set : code.uid_set()) {
    const auto value = protocol::SequenceSet::from(set.text(), 1'000'000);
    sizes.at(i++) = value->resolve<Uid>(std::nullopt).size();
  }
  return sizes[0] == sizes[1] ? "" : "COPYUID whose sets do not correspond";
}

// "MUST NOT be returned on non-extensible BODY fetch": RFC 9051 section 9, body-ext-1part.
bool has_extension_data(rg::Body body) {
  if (const auto part = body.body_type_1part())
    return part->body_ext_1part() || (part->body() && has_extension_data(*part->body()));
  const auto multi = body.body_type_mpart();
  return multi->body_ext_mpart() || std::ranges::any_of(multi->body(), has_extension_data);
}

std::string_view check(rg::MsgAttItem item) {
  if (item.kind() != rg::MsgAttItem::Kind::body_body) return "";
  return item.body() && has_extension_data(*item.body()) ? "extension data in BODY" : "";
}

// RFC 9051 section 4.3: not from the server.
std::string_view check_literal(View literal) {
  const auto header = protocol::literal_header(literal.text());
  return header && !header->synchronising ? "a non-synchronising literal from the server" : "";
}

std::string_view check_node(View view) {
  switch (static_cast<rg::Rule>(view.rule_number())) {
    case rg::Rule::resp_code_other: return check(rg::RespCodeOther(view));
    case rg::Rule::capability_data: return check(rg::CapabilityData(view));
    case rg::Rule::body_type_1part: return check(rg::BodyType1part(view));
    case rg::Rule::date_time: return check(rg::DateTime(view));
    case rg::Rule::resp_text_code: return check(rg::RespTextCode(view));
    case rg::Rule::msg_att_item: return check(rg::MsgAttItem(view));
    default: return check_literal(view);
  }
}

}  // namespace

std::string broken_rule(const protocol::Machine& machine, std::string_view text) {
  for (const protocol::Node& node : machine.tape()) {
    const std::string_view wrong = check_node(View(text.data(), &node));
    if (!wrong.empty()) return std::string(wrong) + " at offset " + std::to_string(node.begin());
  }
  return "";
}

}  // namespace postbag::test
