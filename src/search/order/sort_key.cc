#include "search/order/sort_key.h"

#include <algorithm>
#include <string_view>

#include "mail/stored_message.h"
#include "search/stored_keys.h"

namespace postbag::search {

namespace {

namespace grammar = protocol::grammar;

SortBy sort_by(grammar::SortKey::Kind kind) {
  using Kind = grammar::SortKey::Kind;
  switch (kind) {
    case Kind::arrival: return SortBy::arrival;
    case Kind::cc: return SortBy::cc;
    case Kind::date: return SortBy::date;
    case Kind::from: return SortBy::from;
    case Kind::size: return SortBy::size;
    case Kind::to: return SortBy::to;
    case Kind::displayfrom: return SortBy::display_from;
    case Kind::displayto: return SortBy::display_to;
    case Kind::relevancy: return SortBy::relevancy;
    case Kind::subject: break;
  }
  return SortBy::subject;
}

constexpr bool reads_structure(SortBy by) {
  return by != SortBy::arrival && by != SortBy::size && by != SortBy::relevancy;
}

/// The bytes compare as the numbers do.
void put_number(std::string& out, std::uint64_t n) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(n >> shift & 0xffU));
}
void put_instant(std::string& out, std::int64_t seconds) {
  put_number(out, static_cast<std::uint64_t>(seconds) ^ std::uint64_t{1} << 63);
}
/// A text ends with a NUL, which is in none, so that a shorter one comes first.
void put_text(std::string& out, std::string_view folded) {
  out.append(folded);
  out.push_back('\0');
}

std::string_view text_of(SortBy by, const mime::SortKeys& keys) {
  switch (by) {
    case SortBy::cc: return keys.cc;
    case SortBy::from: return keys.from;
    case SortBy::to: return keys.to;
    case SortBy::display_from: return keys.display_from;
    case SortBy::display_to: return keys.display_to;
    default: return keys.subject;
  }
}

/// What the criteria compare of one message.
struct Compared {
  const storage::Message& message;
  std::int64_t sent;  ///< RFC 5256 section 2.2
  mime::SortKeys keys;
  Relevancy relevancy;
};

Compared compared(const storage::Message& message, storage::ReadTransaction& tx, bool with_structure,
                  Relevancy relevancy) {
  Compared out{.message = message, .sent = message.internal_date.seconds, .keys = {}, .relevancy = relevancy};
  if (!with_structure) return out;
  KnownMessage known{message};
  StoredMessage stored(tx, known);
  out.sent = sent_time(stored);
  out.keys = stored_keys(stored);
  return out;
}

void put(std::string& out, SortBy by, const Compared& of) {
  switch (by) {
    case SortBy::arrival: return put_instant(out, of.message.internal_date.seconds);
    case SortBy::date: return put_instant(out, of.sent);
    case SortBy::size: return put_number(out, of.message.size);
    case SortBy::relevancy: return out.push_back(static_cast<char>(100 - of.relevancy));  // the best first
    default: return put_text(out, text_of(by, of.keys));
  }
}

void reverse_from(std::string& out, std::size_t begin) {
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
                 out.begin() + static_cast<std::ptrdiff_t>(begin),
                 [](char c) { return static_cast<char>(~static_cast<unsigned char>(c)); });
}

bool contains(const SortOrder& order, SortBy by) {
  return std::ranges::find(order, by, &SortCriterion::by) != order.end();
}

}  // namespace

SortOrder sort_order(grammar::Sort command) {
  SortOrder out;
  for (const auto one : command.sort_criterion())
    out.push_back({.by = sort_by(one.sort_key().kind()), .reverse = one.reverse().has_value()});
  return out;
}

SortOrder without_repeats(const SortOrder& order) {
  SortOrder out;
  for (const SortCriterion& one : order)
    if (!contains(out, one.by)) out.push_back(one);
  return out;
}

bool is_by_relevancy(const SortOrder& order) { return contains(order, SortBy::relevancy); }

void append_sort_key(std::string& out, std::span<const SortCriterion> order, const storage::Message& message,
                     storage::ReadTransaction& tx, Relevancy relevancy) {
  const bool with_structure = std::ranges::any_of(order, reads_structure, &SortCriterion::by);
  const Compared of = compared(message, tx, with_structure, relevancy);
  for (const SortCriterion& one : order) {
    const std::size_t from = out.size();
    put(out, one.by, of);
    if (one.reverse) reverse_from(out, from);
  }
}

}  // namespace postbag::search
