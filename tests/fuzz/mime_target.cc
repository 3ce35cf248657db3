// Fuzz target: any bytes as a message. Input: a seed of the pieces, a choice of limits, the message.
//
// What must hold: the structure does not depend on the pieces; parts are within each other and the message; limits
// hold; the stored form restores what went in; every part is found by its section; what is rendered is a
// response.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "input.h"
#include "protocol/grammar/response_grammar.h"
#include "protocol/mime/header/base_subject.h"
#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/parser.h"
#include "protocol/mime/render.h"
#include "protocol/mime/section.h"
#include "protocol/mime/stored_structure.h"
#include "protocol/mime/thread_keys.h"
#include "protocol/parse/machine.h"
#include "response_rules.h"

using namespace postbag;
using namespace postbag::mime;
using fuzz::require;

namespace {

/// Levels of parts in a BODYSTRUCTURE, and the response around them.
constexpr std::size_t nesting = 256;

ParserLimits limits_of(std::uint8_t choice) {
  if (choice % 2 == 0) return {};
  ParserLimits small;
  small.depth = 1 + choice % 5;
  small.parts = 2 + choice % 7;
  small.header_used = 8U + choice;
  small.headers_used = 3U * choice;
  small.addresses = 1 + choice % 3;
  small.parameters = 1 + choice % 4;
  small.common_fields = choice;
  return small;
}

Structure parsed_in_pieces(std::string_view message, const ParserLimits& limits, std::uint8_t seed) {
  Parser parser(limits);
  for (fuzz::Pieces pieces(message, seed); pieces.more();) parser.feed(pieces.next());
  return std::move(parser).finish();
}

void check_ranges(const Structure& s) {
  std::vector<std::uint64_t> ends(s.parts.size(), 0);  ///< of each part's last child so far
  for (std::size_t i = 0; i < s.parts.size(); ++i) {
    const Part& p = s.parts[i];
    require(p.header <= p.body && p.body <= p.end && p.end <= s.size, "a part lies in the message");
    require(p.lines <= p.end - p.body, "a line has a byte at least");
    require((p.parent == Part::none) == (i == 0), "only the message itself has no parent");
    if (i == 0) continue;
    require(p.parent < i && p.depth == s.parts[p.parent].depth + 1, "a parent comes before its children");
    require(p.header >= s.parts[p.parent].body && p.end <= s.parts[p.parent].end, "a part lies in its parent");
    require(p.header >= ends[p.parent], "parts do not overlap");
    ends[p.parent] = p.end;
  }
}

void check_children(const Structure& s) {
  std::vector<std::size_t> children(s.parts.size(), 0);
  for (std::size_t i = 1; i < s.parts.size(); ++i) ++children[s.parts[i].parent];
  for (std::size_t i = 0; i < s.parts.size(); ++i) {
    const Kind kind = s.parts[i].kind;
    if (kind == Kind::multipart) require(children[i] > 0, "a multipart has a part");
    if (kind == Kind::message) require(children[i] == 1, "an embedded message is one");
    if (kind == Kind::text || kind == Kind::other) require(children[i] == 0, "a leaf has no parts");
  }
}

void check_part_limits(const Part& p, const ParserLimits& limits) {
  require(p.depth <= limits.depth, "limit of depth");
  require(p.type.parameters.size() <= limits.parameters + 1, "limit of parameters");  // 1: the default charset
  require(p.languages.size() <= limits.parameters, "limit of languages");
  if (!p.envelope) return;
  const Envelope& e = *p.envelope;
  for (const Addresses* list : {&e.from, &e.sender, &e.reply_to, &e.to, &e.cc, &e.bcc})
    require(list->size() <= limits.addresses + 2, "limit of addresses");  // 2: a group's begin and end
}

void check_limits(const Structure& s, const ParserLimits& limits) {
  require(s.parts.size() <= limits.parts + 1, "limit of parts");  // 1: the only child of a multipart without parts
  require(s.common_fields.size() <= limits.common_fields, "limit of common fields");
  for (const Part& p : s.parts) check_part_limits(p, limits);
}

void check_stored(const Structure& s, const std::string& bytes) {
  const StoredStructure stored(bytes);
  std::string short_form;
  stored.append_body(short_form);
  require(stored.size() == s.size && stored.sent() == s.sent, "stored size and date");
  require(stored.envelope() == envelope(s), "stored envelope");
  require(stored.sort_keys() == sort_keys(s), "stored sort keys");
  require(stored.bodystructure() == bodystructure(s) && short_form == body(s), "stored structure");
  require(stored.common_fields() == s.common_fields, "stored fields");
  require(stored.common_fields_complete() == s.common_fields_complete, "stored completeness");
  const auto entries = stored.parts();
  require(entries.size() == s.parts.size(), "stored parts");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& e = entries[i];
    const Part& p = s.parts[i];
    require(e.parent == p.parent && e.kind == p.kind && e.encoding == p.encoding && e.lines == p.lines,
            "stored part");
    require(e.header == p.header_range() && e.body == p.body_range(), "stored ranges");
  }
}

/// The part numbers of each part, by the rule that a client applies. RFC 9051 section 6.4.5.1.
std::vector<std::vector<std::uint32_t>> numbers_of(const Structure& s) {
  std::vector<std::vector<std::uint32_t>> numbers(s.parts.size());
  std::vector<std::uint32_t> children(s.parts.size(), 0);
  for (std::size_t i = 1; i < s.parts.size(); ++i) {
    const std::size_t parent = s.parts[i].parent;
    numbers[i] = numbers[parent];
    if (s.parts[parent].kind == Kind::multipart) numbers[i].push_back(++children[parent]);
  }
  for (std::size_t i = 0; i < s.parts.size(); ++i) {
    const bool message_root = i == 0 || s.parts[s.parts[i].parent].kind == Kind::message;
    if (message_root && s.parts[i].kind != Kind::multipart) {
      // Not a multipart: its one part is 1, and so begin the numbers of what it embeds.
      numbers[i].push_back(1);
      const std::size_t at = numbers[i].size() - 1;
      for (std::size_t k = i + 1; k < s.parts.size() && s.parts[k].depth > s.parts[i].depth; ++k)
        numbers[k].insert(numbers[k].begin() + static_cast<std::ptrdiff_t>(std::min(at, numbers[k].size())), 1);
    }
  }
  return numbers;
}

void check_sections(const Structure& s, const std::string& bytes) {
  if (s.parts.size() > 200) return;  // each lookup parses them all
  const StoredStructure stored(bytes);
  const auto numbers = numbers_of(s);
  for (std::size_t i = 0; i < s.parts.size(); ++i) {
    const bool root = i == 0 || s.parts[s.parts[i].parent].kind == Kind::message;
    if (root && s.parts[i].kind == Kind::multipart) continue;  // has no number of its own
    require(section(stored, numbers[i], SectionText::all) == s.parts[i].body_range(), "a part by its section");
    require(section(stored, numbers[i], SectionText::mime) == s.parts[i].header_range(),
            "a MIME header by its section");
    const auto header = section(stored, numbers[i], SectionText::header);
    require(header.has_value() == (s.parts[i].kind == Kind::message), "HEADER of embedded messages only");
    if (header) require(*header == s.parts[i + 1].header_range(), "an embedded header by its section");
    require(binary_section(stored, numbers[i])->range == s.parts[i].body_range(), "BINARY of a part");
  }
}

void check_response(const Structure& s) {
  static protocol::Machine machine(protocol::response_grammar::program(), nesting);
  const std::string response =
      "* 1 FETCH (ENVELOPE " + envelope(s) + " BODYSTRUCTURE " + bodystructure(s) + " BODY " + body(s) + ")\r\n";
  machine.reset();
  require(machine.run(response) == protocol::Outcome::accepted, "the response grammar");
  require(test::broken_rule(machine, response).empty(), "the rules of responses");
}

std::string without_space(std::string text) {
  std::erase_if(text, [](char c) { return std::string_view(" \t\r\n").find(c) != std::string_view::npos; });
  return text;
}

void check_sort_keys(const Structure& s) {
  const SortKeys keys = sort_keys(s);
  for (const std::string* text :
       {&keys.subject, &keys.from, &keys.to, &keys.cc, &keys.display_from, &keys.display_to})
    require(text->size() <= 4096, "limit of sort keys");
  require(keys.id.size() <= 1 && keys.references.size() <= 128, "limit of identifiers");
  const std::string subject = s.parts.front().envelope->subject.value_or("");
  // Runs of white space become one space: RFC 5256 section 2.1 (1).
  require(without_space(subject).find(without_space(base_subject(subject).text)) != std::string::npos,
          "the base subject is in the subject");
}

/// HEADER.FIELDS and HEADER.FIELDS.NOT have each byte of the header exactly once between them.
void check_fields(std::string_view header) {
  const std::string_view names[] = {"Subject", "to", "CONTENT-TYPE"};
  const std::string named = header_fields(header, names, Pick::named);
  const std::string others = header_fields(header, names, Pick::others);
  std::size_t size = 0;
  bool ended = true;
  FieldReader reader(header);
  while (const auto field = reader.next()) {
    size += field->whole.size();
    ended = field->whole.ends_with('\n');
  }
  require(named.size() + others.size() == size + (ended ? 4U : 6U), "each field is in one of the two");
  require(named.ends_with("\r\n") && others.ends_with("\r\n"), "a blank line at the end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t seed = input.byte();
  const ParserLimits limits = limits_of(input.byte());
  const std::string_view message = input.rest();
  const Structure structure = parse(message, limits);
  require(parsed_in_pieces(message, limits, seed) == structure, "the structure does not depend on the pieces");
  require(structure.size == message.size(), "the size of the message");
  check_ranges(structure);
  check_children(structure);
  check_limits(structure, limits);
  const std::string bytes = encode(structure);
  check_stored(structure, bytes);
  check_sections(structure, bytes);
  check_response(structure);
  check_sort_keys(structure);
  const ByteRange header = structure.parts.front().header_range();
  check_fields(message.substr(header.offset, header.size));
  require(thread_keys(structure).size() <= 61, "limit of thread keys");
  return 0;
}
