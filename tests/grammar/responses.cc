#include "responses.h"

#include <utility>

#include "protocol/grammar/response_grammar.h"
#include "protocol/parse/values.h"
#include "response_rules.h"

namespace postbag::test {

namespace {

// Levels of MIME parts in a BODYSTRUCTURE, and the message around them.
constexpr std::size_t nesting = 256;

}  // namespace

std::optional<std::size_t> response_length(std::string_view stream) {
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = stream.find("\r\n", at);
    if (end == stream.npos) return std::nullopt;
    const std::string_view line = stream.substr(at, end + 2 - at);
    const std::size_t open = line.rfind('{');
    const auto header = open == line.npos ? std::nullopt : protocol::literal_header(line.substr(open));
    at = end + 2;
    if (!header || open + header->length != line.size()) return at;
    if (header->size > stream.size() - at) return std::nullopt;
    at += static_cast<std::size_t>(header->size);
  }
}

Responses::Responses() : machine_(protocol::response_grammar::program(), nesting) {}

/// RFC 9051 section 7.1: the greeting is OK, PREAUTH or BYE, and PREAUTH is nothing else.
bool Responses::fits_place(std::string_view response) {
  const bool preauth = response.starts_with("* PREAUTH ");
  if (std::exchange(greeted_, true)) return !preauth;
  return preauth || response.starts_with("* OK ") || response.starts_with("* BYE ");
}

std::string Responses::fault(std::string_view response) {
  machine_.reset();
  if (machine_.run(response) != protocol::Outcome::accepted)
    return std::string(to_string(machine_.error())) + " at offset " + std::to_string(machine_.error_offset());
  if (!fits_place(response)) return "out of place (greeting)";
  return broken_rule(machine_, response);
}

}  // namespace postbag::test
