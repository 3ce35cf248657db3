#include "commands/search/search_key.h"

#include <algorithm>
#include <span>
#include <utility>

#include "protocol/mime/header/header_fields.h"

namespace postbag::search {

namespace {

/// The keys that a key is made of.
struct PartsOf {
  std::span<const Key> operator()(const Fuzzy& test) const { return test.key; }
  std::span<const Key> operator()(const Not& test) const { return test.key; }
  std::span<const Key> operator()(const Or& test) const { return test.keys; }
  std::span<const Key> operator()(const And& test) const { return test.keys; }
  std::span<const Key> operator()(const auto&) const { return {}; }
};

std::span<const Key> parts_of(const Key& key) { return std::visit(PartsOf{}, key.test); }

/// What the key needs itself.
struct CostOf {
  Cost operator()(const SentDate&) const { return Cost::structure; }
  Cost operator()(const FieldContains& test) const {
    return mime::is_common_field(test.field) ? Cost::structure : Cost::body;
  }
  Cost operator()(const MessageContains&) const { return Cost::body; }
  Cost operator()(const auto&) const { return Cost::entry; }
};

/// Whether a test stands anywhere in a key.
template <class Test>
bool mentions(const Key& key) {
  return std::holds_alternative<Test>(key.test) || std::ranges::any_of(parts_of(key), mentions<Test>);
}

void collect_ages(const Key& key, std::vector<std::int64_t>& ages) {
  if (const auto* arrived = std::get_if<Arrived>(&key.test)) ages.push_back(arrived->age);
  for (const Key& part : parts_of(key)) collect_ages(part, ages);
}

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
  void operator()(Fuzzy& test) { all(test.key); }
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

bool mentions_modseq(const Key& key) { return mentions<ModSeqAtLeast>(key); }

bool mentions_fuzzy(const Key& key) { return mentions<Fuzzy>(key); }

std::optional<Key> came_of_age(const Key& key, std::int64_t seconds) {
  std::vector<std::int64_t> ages;
  collect_ages(key, ages);
  if (ages.empty()) return std::nullopt;
  Or any;
  for (const std::int64_t age : ages) {
    Keys both;
    both.push_back(Key{Arrived{When::before, age}});
    both.push_back(Key{Arrived{When::since, age + seconds}});
    any.keys.push_back(all_of(std::move(both)));
  }
  return Key{std::move(any)};
}

Cost cost(const Key& key) {
  Cost most = std::visit(CostOf{}, key.test);
  for (const Key& part : parts_of(key)) most = std::max(most, cost(part));
  return most;
}

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
