// Converts the typed views of command arguments to values for the handlers.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/flags.h"
#include "protocol/grammar/command_grammar.h"  // generated
#include "protocol/parse/sequence_set.h"
#include "protocol/parse/values.h"

namespace postbag::protocol {

/// Why flags were refused, as a text for people. RFC 9051 section 2.3.2.
enum class FlagError : std::uint8_t {
  recent,  ///< \Recent cannot be set by clients
};
std::string_view to_string(FlagError error);

/// Reads a flag list, or STORE's flags with or without parentheses. System flags in any letter case; each keyword
/// once, in the spelling of its first occurrence. A flag with a backslash that no supported standard defines is
/// not in PERMANENTFLAGS, so it is left out: RFC 9051 section 7.1.
std::expected<NamedFlags, FlagError> flags_value(grammar::FlagList list);
std::expected<NamedFlags, FlagError> flags_value(grammar::StoreAttFlags flags);

/// What STORE does with its flags. RFC 9051 section 6.4.6.
enum class StoreMode : std::uint8_t { replace, add, remove };
StoreMode store_mode(grammar::StoreAttFlags flags);
/// True for .SILENT.
bool is_silent(grammar::StoreAttFlags flags);

/// The part of a message that BODY[…] and BINARY[…] name. RFC 9051 section 6.4.5.1.
struct Section {
  enum class What : std::uint8_t { all, header, header_fields, header_fields_not, text, mime };
  std::vector<std::uint32_t> part;  ///< 1.2.3; empty: the message itself
  What what = What::all;
  std::vector<std::string> fields;  ///< names of header fields as the client wrote them
  bool operator==(const Section&) const = default;
};
Section section_value(grammar::Section section);
Section section_value(grammar::SectionBinary section);

/// <offset.count>, in bytes; count is never 0.
struct Partial {
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
  bool operator==(const Partial&) const = default;
};
Partial partial_value(grammar::Partial partial);

}  // namespace postbag::protocol
