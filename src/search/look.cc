#include "search/look.h"

#include <algorithm>
#include <utility>

namespace postbag::search {

bool Look::is_late() { return std::exchange(got_on_, true) && is_over(end_); }

std::optional<Relevancy> Look::scan(const Sought& sought, mime::SearchIn where) {
  if (!memory_.scan) memory_.scan.emplace(sought, where, stored_.structure());
  TextScan& scan = *memory_.scan;
  bool done = false;
  while (!done) {
    if (is_late()) return std::nullopt;
    done = scan.take(stored_.bytes({scan.wants(), std::min(StoredMessage::piece, message().size - scan.wants())}));
  }
  const Relevancy found = scan.relevancy();
  memory_.scan.reset();
  return found;
}

std::optional<Relevancy> Look::found(const void* test) const {
  const auto at = memory_.found.find(test);
  return at == memory_.found.end() ? std::nullopt : std::optional(at->second);
}

bool Look::count(const Sought& sought, Relevancy relevancy) {
  if (relevancy != 0 && std::holds_alternative<protocol::FuzzyNeedle>(sought)) {
    score_.sum += relevancy;
    ++score_.keys;
  }
  return relevancy != 0;
}

}  // namespace postbag::search
