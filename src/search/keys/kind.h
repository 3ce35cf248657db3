// What a kind of key is: a struct with what the key says, in a file of its own, and these members:
//
//   static constexpr std::array names = ...;
//       The keys of the grammar that are of this kind. Each key is of exactly one kind; otherwise parser.cc does
//       not compile.
//   static Parsed parse(grammar::SearchKey key, Parser& parser);
//   Answer match(Look& look) const;
//       Whether the message that `look` shows matches.
//
// and these where the kind is not like most others:
//
//   Cost cost() const;
//       What the kind itself has to look at; otherwise Cost::entry.
//   UidSet narrow_uids(UidSet candidates) const;
//       Those that can match, as far as that is known without a look at a message; otherwise all.
//   std::optional<Narrowing> narrow_bodies(IndexQuestions& index) const;
//       The bodies that can match, as far as the search index knows; otherwise nothing is known.
//   Keys parts;
//       The keys that it is made of.
//
// The list of all kinds is Test, in search/key.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/range_set.h"
#include "protocol/command.h"

namespace postbag::search {

namespace grammar = protocol::grammar;

/// What a key is called in the grammar.
using KeyName = grammar::SearchKey::Kind;

struct Key;
using Keys = std::vector<Key>;

/// Why there can be no search for a key.
struct Refusal {
  enum class Why : std::uint8_t { bad, limit, uid_required };
  Why why;
  std::string words = {};  ///< for people; none for uid_required
};
using Parsed = std::expected<Key, Refusal>;
class Parser;

/// What a test needs to look at; a key costs as much as its dearest part.
enum class Cost : std::uint8_t { entry, structure, body };

/// Nothing: the time of the slice is up before it is known.
using Answer = std::optional<bool>;
class Look;

struct Narrowing;
class IndexQuestions;

/// The names in the first column of a table.
template <class Row, std::size_t size>
constexpr std::array<KeyName, size> names_of(const std::array<Row, size>& rows) {
  std::array<KeyName, size> out{};
  std::ranges::transform(rows, out.begin(), &Row::name);
  return out;
}
/// The row of that name, which must be in the table.
template <class Row, std::size_t size>
const Row& row_of(const std::array<Row, size>& rows, KeyName name) {
  return *std::ranges::find(rows, name, &Row::name);
}

inline std::unexpected<Refusal> bad(std::string words) {
  return std::unexpected(Refusal{.why = Refusal::Why::bad, .words = std::move(words)});
}
inline std::unexpected<Refusal> too_many(std::string words) {
  return std::unexpected(Refusal{.why = Refusal::Why::limit, .words = std::move(words)});
}

}  // namespace postbag::search
