#include "commands/search_key.h"

#include <algorithm>
#include <utility>

#include "protocol/mime/header_fields.h"

namespace postbag::search {

namespace {

struct CostOf {
  Cost operator()(const SentDate&) const { return Cost::structure; }
  Cost operator()(const FieldContains& test) const {
    return mime::is_common_field(test.field) ? Cost::structure : Cost::body;
  }
  Cost operator()(const MessageContains&) const { return Cost::body; }
  Cost operator()(const Not& test) const { return dearest(test.key); }
  Cost operator()(const Or& test) const { return dearest(test.keys); }
  Cost operator()(const And& test) const { return dearest(test.keys); }
  Cost operator()(const auto&) const { return Cost::entry; }

  static Cost dearest(const Keys& keys) {
    Cost most = Cost::entry;
    for (const Key& key : keys) most = std::max(most, cost(key));
    return most;
  }
};

/// Whether a test stands anywhere in a key.
template <class Test>
struct Mentions {
  bool operator()(const Test&) const { return true; }
  bool operator()(const Not& test) const { return any(test.key); }
  bool operator()(const Or& test) const { return any(test.keys); }
  bool operator()(const And& test) const { return any(test.keys); }
  bool operator()(const auto&) const { return false; }

  static bool in(const Key& key) { return std::visit(Mentions{}, key.test); }
  static bool any(const Keys& keys) { return std::ranges::any_of(keys, in); }
};

struct RenewSets {
  std::optional<Uid> last;
  UidSet changed = {};

  void operator()(InSet& test) {
    if (!test.written) return;
    UidSet now = test.written->resolve<Uid>(last);
    changed.add(now.minus(test.uids));
    changed.add(test.uids.minus(now));
    test.uids = std::move(now);
  }
  void operator()(Not& test) { all(test.key); }
  void operator()(Or& test) { all(test.keys); }
  void operator()(And& test) { all(test.keys); }
  void operator()(auto&) {}

  void all(Keys& keys) {
    for (Key& key : keys) std::visit(*this, key.test);
  }
};

}  // namespace

UidSet renew_sets(Key& key, std::optional<Uid> last) {
  RenewSets renew{last};
  std::visit(renew, key.test);
  return std::move(renew.changed);
}

bool mentions_modseq(const Key& key) { return Mentions<ModSeqAtLeast>::in(key); }

bool depends_on_time(const Key& key) { return Mentions<Arrived>::in(key); }

Cost cost(const Key& key) { return std::visit(CostOf{}, key.test); }

Key all_of(Keys keys) {
  if (keys.size() == 1) return std::move(keys.front());
  std::ranges::stable_sort(keys, {}, cost);
  return Key{And{std::move(keys)}};
}

UidSet narrowed(const Key& key, UidSet candidates) {
  if (const auto* set = std::get_if<InSet>(&key.test)) return candidates.intersect(set->uids);
  if (const auto* all = std::get_if<And>(&key.test))
    for (const Key& part : all->keys) candidates = narrowed(part, std::move(candidates));
  return candidates;
}

}  // namespace postbag::search
