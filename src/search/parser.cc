#include "search/parser.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>

#include "protocol/parse/values.h"
#include "search/charset.h"

namespace postbag::search {

namespace {

using ParseKey = Parsed (*)(grammar::SearchKey, Parser&);

/// By name.
template <class... Kinds>
constexpr auto parsers_of(std::type_identity<std::variant<Kinds...>>) {
  std::array<ParseKey, std::size(grammar::SearchKey::kinds)> out{};
  const auto enter = [&out]<class Kind>(std::type_identity<Kind>) {
    for (const KeyName name : Kind::names) out[static_cast<std::size_t>(name)] = Kind::parse;
  };
  (enter(std::type_identity<Kinds>()), ...);
  return out;
}
constexpr auto parsers = parsers_of(std::type_identity<Test>());

template <class... Kinds>
constexpr bool is_of_one(std::type_identity<std::variant<Kinds...>>, KeyName name) {
  return (std::ranges::count(Kinds::names, name) + ...) == 1;
}
constexpr bool is_of_one_kind(KeyName name) { return is_of_one(std::type_identity<Test>(), name); }
static_assert(std::ranges::all_of(grammar::SearchKey::kinds, is_of_one_kind),
              "each search key of the grammar is of one kind");

}  // namespace

Parsed Parser::key(grammar::SearchKey key) {
  if (++keys_ > limits_.search_keys) return too_many("Too many search keys");
  return parsers[static_cast<std::size_t>(key.kind())](key, *this);
}

std::expected<Keys, Refusal> Parser::keys(protocol::Children<grammar::SearchKey> keys) {
  Keys out;
  for (const auto one : keys) {
    Parsed parsed = key(one);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    out.push_back(std::move(*parsed));
  }
  return out;
}

Parsed Parser::all(protocol::Children<grammar::SearchKey> keys) {
  auto parts = this->keys(keys);
  if (!parts) return std::unexpected(std::move(parts.error()));
  return all_of(std::move(*parts));
}

Parsed Parser::fuzzy_key(grammar::SearchKey key) {
  const bool was_fuzzy = std::exchange(is_fuzzy_, true);
  Parsed parsed = this->key(key);
  is_fuzzy_ = was_fuzzy;
  return parsed;
}

std::expected<Sought, Refusal> Parser::sought(grammar::Astring argument) const {
  const auto utf8 = text_in_charset(protocol::string_value(argument.text()), charset_);
  if (!utf8) return bad("String is not valid in the charset");
  if (is_fuzzy_) return protocol::FuzzyNeedle(*utf8);
  return protocol::Needle(*utf8);
}

std::optional<Refusal> Parser::count_body_key() {
  if (++body_keys_ <= limits_.search_body_keys) return std::nullopt;
  return Refusal{.why = Refusal::Why::limit, .words = "Too many keys that read whole messages"};
}

}  // namespace postbag::search
