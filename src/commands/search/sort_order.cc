#include "commands/search/sort_order.h"

#include <algorithm>
#include <array>
#include <optional>

#include "commands/search/stored_keys.h"
#include "protocol/mime/stored_structure.h"
#include "storage/errors.h"

namespace postbag {

namespace {

/// Messages sorted at once.
constexpr std::size_t run = 8192;

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

/// One message while its key is made.
struct Looked {
  const storage::Message& message;
  std::int64_t sent;  ///< RFC 5256 section 2.2
  mime::SortKeys keys;
  search::Relevancy relevancy = 100;
};

void put(std::string& out, SortBy by, const Looked& looked) {
  switch (by) {
    case SortBy::arrival: return put_instant(out, looked.message.internal_date.seconds);
    case SortBy::date: return put_instant(out, looked.sent);
    case SortBy::size: return put_number(out, looked.message.size);
    case SortBy::relevancy: return out.push_back(static_cast<char>(100 - looked.relevancy));  // the best first
    default: return put_text(out, text_of(by, looked.keys));
  }
}

void reverse_from(std::string& out, std::size_t begin) {
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
                 out.begin() + static_cast<std::ptrdiff_t>(begin),
                 [](char c) { return static_cast<char>(~static_cast<unsigned char>(c)); });
}

Looked look(const storage::Message& message, storage::ReadTransaction& tx, bool reads) {
  Looked looked{.message = message, .sent = message.internal_date.seconds, .keys = {}};
  if (!reads) return looked;
  const std::optional<std::string> stored = tx.structure(message.body);
  if (!stored) throw storage::Corrupt("a message's structure is missing");
  const mime::StoredStructure structure(*stored);
  if (const auto sent = structure.sent()) looked.sent = sent->seconds;
  looked.keys = stored_keys(message, structure, tx);
  return looked;
}

}  // namespace

std::vector<SortCriterion> without_repeats(const std::vector<SortCriterion>& criteria) {
  std::vector<SortCriterion> out;
  for (const SortCriterion& one : criteria)
    if (std::ranges::find(out, one.by, &SortCriterion::by) == out.end()) out.push_back(one);
  return out;
}

void append_sort_key(std::string& out, std::span<const SortCriterion> criteria, const storage::Message& message,
                     storage::ReadTransaction& tx, search::Relevancy relevancy) {
  Looked looked = look(message, tx, std::ranges::any_of(criteria, reads_structure, &SortCriterion::by));
  looked.relevancy = relevancy;
  for (const SortCriterion& one : criteria) {
    const std::size_t from = out.size();
    put(out, one.by, looked);
    if (one.reverse) reverse_from(out, from);
  }
}

SortedFinds::SortedFinds(std::vector<SortCriterion> criteria) : criteria_(without_repeats(criteria)), width_(run) {}

void SortedFinds::take(const storage::Message& message, storage::ReadTransaction& tx, search::Relevancy relevancy) {
  if (is_too_much()) return;
  const std::size_t begin = keys_.size();
  append_sort_key(keys_, criteria_, message, tx, relevancy);
  found_.push_back({.key = begin,
                    .key_size = static_cast<std::uint32_t>(keys_.size() - begin),
                    .uid = message.uid,
                    .modseq = message.modseq.value(),
                    .relevancy = static_cast<std::uint8_t>(relevancy)});
}

bool SortedFinds::sort_some() {
  if (sorted_ >= found_.size()) {
    if (width_ >= found_.size()) return false;
    width_ *= 2;
    sorted_ = 0;
  }
  const std::size_t end = std::min(sorted_ + width_, found_.size());
  sort_run(sorted_, end);
  sorted_ = end;
  return true;
}

/// From two sorted halves, or from nothing sorted in the first pass. What is taken comes rising by UID, and both
/// ways are stable.
void SortedFinds::sort_run(std::size_t begin, std::size_t end) {
  const auto less = [this](const Found& a, const Found& b) { return key(a) < key(b); };
  const auto at = [this](std::size_t i) { return found_.begin() + static_cast<std::ptrdiff_t>(i); };
  if (width_ == run) {
    std::stable_sort(at(begin), at(end), less);
  } else if (begin + width_ / 2 < end) {
    std::inplace_merge(at(begin), at(begin + width_ / 2), at(end), less);
  }
}

}  // namespace postbag
