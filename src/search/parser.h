// Reading a search program: a parsed command's keys made values.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "search/key.h"
#include "search/sought.h"

namespace postbag::search {

/// What sets of messages mean where the search is made.
class Sets {
 public:
  virtual std::expected<InSet, Refusal> of_uids(std::string_view written) = 0;
  virtual std::expected<InSet, Refusal> of_numbers(std::string_view written) = 0;

 protected:
  ~Sets() = default;
};

/// Of one command.
class Parser {
 public:
  /// `charset` is that of the strings and known to us; empty: UTF-8. `limits` and `sets` must outlive this.
  Parser(const Limits& limits, std::string charset, Sets& sets)
      : limits_(limits), charset_(std::move(charset)), sets_(sets) {}

  /// One key, of whatever kind.
  Parsed key(grammar::SearchKey key);
  std::expected<Keys, Refusal> keys(protocol::Children<grammar::SearchKey> keys);
  /// All of these keys together.
  Parsed all(protocol::Children<grammar::SearchKey> keys);

  // For the kinds
  /// A key whose strings are looked for nearly. RFC 6203 section 3.
  Parsed fuzzy_key(grammar::SearchKey key);
  /// A key's string, made UTF-8.
  std::expected<Sought, Refusal> sought(grammar::Astring argument) const;
  /// Counts a key that reads whole messages.
  std::optional<Refusal> count_body_key();
  Sets& sets() { return sets_; }

 private:
  const Limits& limits_;
  std::string charset_;
  Sets& sets_;
  bool is_fuzzy_ = false;
  std::size_t keys_ = 0;
  std::size_t body_keys_ = 0;
};

}  // namespace postbag::search
