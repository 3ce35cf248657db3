#include "commands/search/updates/changes_response.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "commands/search/esearch_response.h"
#include "commands/search/numbers.h"
#include "session/client.h"

namespace postbag {

namespace {

using Kind = search::ListChange::Kind;

/// Ranges of one line, about 10 kB of text at most.
constexpr std::size_t most_ranges = 500;

/// Gathers steps into lines.
class Lines {
 public:
  Lines(Client& client, const SearchRequest& request) : client_(client), request_(request) {}

  void add(const search::ListChange& change) {
    const Numbers numbers(client_.selected().view(), change.uids, request_.by_uid);
    std::uint64_t position = change.position;
    for (std::span<const SeqRange> left = numbers.ranges(); !left.empty();) {
      if (ranges_ == most_ranges) end_line();
      const auto part = left.first(std::min(most_ranges - ranges_, left.size()));
      put(change.kind, position, part);
      // What comes after a removed one takes its place.
      if (position != 0 && change.kind == Kind::added)
        for (const SeqRange& range : part) position += range.size();
      left = left.subspan(part.size());
    }
  }

  void end_line() {
    if (!line_.empty()) {
      protocol::Writer out = client_.respond();
      begin_extended(out, request_);
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
  const SearchRequest& request_;
  std::string line_;  ///< its data items, the last one open
  Kind kind_ = Kind::added;
  std::size_t ranges_ = 0;
};

}  // namespace

void respond_changes(Client& client, const SearchRequest& request, const search::ListChanges& changes) {
  Lines lines(client, request);
  for (const search::ListChange& change : changes) lines.add(change);
  lines.end_line();
}

}  // namespace postbag
