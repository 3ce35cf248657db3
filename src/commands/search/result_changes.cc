#include "commands/search/result_changes.h"

#include <algorithm>
#include <span>
#include <string>

#include "session/client.h"

namespace postbag {

namespace {

using Kind = ResultChange::Kind;

/// Ranges of one line, about 10 kB of text at most.
constexpr std::size_t most_ranges = 500;

std::vector<std::uint32_t> numbers_of(const View& view, const std::vector<Uid>& uids, ByUid by_uid) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(uids.size());
  for (const Uid uid : uids) {
    if (by_uid == ByUid::yes) {
      numbers.push_back(uid.value());
    } else if (const auto seq = view.seq_of(uid)) {
      numbers.push_back(seq->value());
    }
  }
  return numbers;
}

/// Gathers steps into lines.
class Lines {
 public:
  Lines(Client& client, std::string_view tag, ByUid by_uid, const SearchedMailbox* where)
      : client_(client), tag_(tag), by_uid_(by_uid), where_(where) {}

  void add(const ResultChange& change) {
    const auto ranges = ordered_ranges(numbers_of(client_.selected().view(), change.uids, by_uid_));
    std::uint64_t position = change.position;
    for (std::span<const SeqRange> left = ranges; !left.empty();) {
      if (ranges_ == most_ranges) end_line();
      const auto part = left.first(std::min(most_ranges - ranges_, left.size()));
      put(change.kind, position, part);
      // What was removed makes room for what comes behind it.
      if (position != 0 && change.kind == Kind::added)
        for (const SeqRange& range : part) position += range.size();
      left = left.subspan(part.size());
    }
  }

  void end_line() {
    if (!line_.empty()) {
      protocol::Writer out = client_.respond();
      begin_extended(out, tag_, by_uid_, where_);
      out.raw(line_).raw(")").crlf();
    }
    line_.clear();
    ranges_ = 0;
  }

 private:
  void put(Kind kind, std::uint64_t position, std::span<const SeqRange> part) {
    if (!line_.empty() && kind != kind_) line_ += ')';
    if (line_.empty() || kind != kind_)
      line_ += kind == Kind::added ? " ADDTO (" : " REMOVEFROM (";
    else
      line_ += ' ';
    kind_ = kind;
    protocol::Writer(line_).number(position).sp().ranges(part);
    ranges_ += part.size();
  }

  Client& client_;
  std::string_view tag_;
  ByUid by_uid_;
  const SearchedMailbox* where_;
  std::string line_;  ///< its data items, the last one open
  Kind kind_ = Kind::added;
  std::size_t ranges_ = 0;
};

}  // namespace

void add_change(ResultChanges& changes, Kind kind, std::uint64_t position, Uid uid) {
  if (!changes.empty() && changes.back().kind == kind) {
    ResultChange& last = changes.back();
    const bool goes_on =
        kind == Kind::added ? position == last.position + last.uids.size() : position == last.position;
    if (goes_on) return last.uids.push_back(uid);
  }
  changes.push_back({.kind = kind, .position = position, .uids = {uid}});
}

void respond_changes(Client& client, std::string_view tag, ByUid by_uid, const SearchedMailbox* where,
                     const ResultChanges& changes) {
  Lines lines(client, tag, by_uid, where);
  for (const ResultChange& change : changes) lines.add(change);
  lines.end_line();
}

}  // namespace postbag
