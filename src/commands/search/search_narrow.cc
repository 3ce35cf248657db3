#include "commands/search/search_narrow.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/mime/text/searchable_text.h"

namespace postbag::search {

namespace {

/// More would not narrow further, and each has to be looked up.
constexpr std::size_t most_trigrams = 16;
constexpr std::chrono::milliseconds slice_time{20};

using Known = std::optional<Narrowing>;

/// Calls f(needle) for each text that must be in a message, or is one of those of which one must be. What stands
/// under NOT tells nothing: the index finds too much rather than too little; and what is FUZZY need not be there.
template <class F>
struct Visit {
  F& f;
  void operator()(const MessageContains& test) const {
    if (const auto* needle = std::get_if<protocol::Needle>(&test.sought)) f(*needle);
  }
  void operator()(const And& test) const { all(test.keys); }
  void operator()(const Or& test) const { all(test.keys); }
  void operator()(const auto&) const {}
  void all(const Keys& keys) const {
    for (const Key& key : keys) std::visit(*this, key.test);
  }
};

/// Puts together what is known of the texts, which come in the order of Visit.
class Combine {
 public:
  explicit Combine(std::vector<Known> texts) : texts_(std::move(texts)) {}

  Known operator()(const MessageContains& test) {
    if (!std::holds_alternative<protocol::Needle>(test.sought)) return std::nullopt;
    return std::move(texts_[next_++]);
  }
  Known operator()(const And& test) {
    Known out;
    for (const Key& key : test.keys) {
      Known one = std::visit(*this, key.test);
      if (!one) continue;
      if (!out) {
        out = std::move(one);
        continue;
      }
      out->upto = std::min(out->upto, one->upto);
      out->may = out->may.intersect(one->may);
    }
    return out;
  }
  Known operator()(const Or& test) {
    Known out;
    bool all_known = true;
    for (const Key& key : test.keys) {
      Known one = std::visit(*this, key.test);
      all_known = all_known && one;
      if (!all_known) continue;
      if (!out) {
        out = std::move(one);
        continue;
      }
      out->upto = std::min(out->upto, one->upto);
      out->may.add(one->may);
    }
    return all_known ? out : std::nullopt;
  }
  Known operator()(const auto&) { return std::nullopt; }

 private:
  std::vector<Known> texts_;
  std::size_t next_ = 0;
};

async::Task<Known> ask(Account& account, const protocol::Needle& needle) {
  const std::vector<std::string> trigrams = mime::trigrams(needle, most_trigrams);
  if (trigrams.empty()) co_return std::nullopt;
  Known known;
  std::optional<BodyId> next;
  do {
    auto answer = co_await account.read(
        [&](storage::ReadTransaction& tx) { return tx.bodies_with(trigrams, next, slice_time); });
    if (!answer) co_return std::nullopt;
    if (!known) known = Narrowing{.upto = answer->upto, .may = {}};
    known->may.add(answer->found);
    next = answer->next;
  } while (next);
  co_return known;
}

}  // namespace

async::Task<std::optional<Narrowing>> narrow(Account& account, const Key& key) {
  std::vector<const protocol::Needle*> needles;
  const auto take = [&needles](const protocol::Needle& needle) { needles.push_back(&needle); };
  std::visit(Visit{take}, key.test);
  std::vector<Known> texts;
  for (const protocol::Needle* needle : needles) texts.push_back(co_await ask(account, *needle));
  co_return std::visit(Combine(std::move(texts)), key.test);
}

}  // namespace postbag::search
