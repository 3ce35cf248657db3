// Random operations on a store beside a model that is too simple to be wrong.
#include <algorithm>
#include <map>
#include <random>

#include "tests/store/each_store.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

struct ModelMessage {
  std::uint64_t modseq;
  std::uint8_t flags;
  BodyId body = BodyId::min();
  std::string text = {};
};

/// A mailbox as a map, and all that ever vanished from it.
struct ModelMailbox {
  std::map<std::uint32_t, ModelMessage> messages;
  std::map<std::uint32_t, std::uint64_t> vanished;  ///< UID -> modseq
  std::uint32_t uid_next = 1;
  std::uint64_t modseq = 1;
};

/// What one client knows: the messages with their flags, as of a mod-sequence. Kept up to date by changes_since
/// alone.
struct Client {
  std::map<std::uint32_t, std::uint8_t> known;
  Since upto = 0;
};

class Pair {
 public:
  Pair(AnyAccount& account, unsigned seed) : account_(account), random_(seed) {
    ids_ = {account.inbox, account.id("Archive"), account.id("Trash")};
  }

  void step() {
    using Operation = void (Pair::*)();
    static constexpr Operation operations[] = {&Pair::append, &Pair::append, &Pair::store,   &Pair::store,
                                               &Pair::copy,   &Pair::move,   &Pair::expunge, &Pair::refused};
    ++account_.clock.seconds;
    (this->*operations[below(std::size(operations))])();
    const auto of = below(3);
    catch_up(of);
    if (below(97) == 0) account_.reopen();
    if (below(50) == 0) account_.clean_up();
  }

  void compare_all() {
    for (std::size_t i = 0; i < 3; ++i) compare(i);
    compare_totals();
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  UidSet some_uids(const ModelMailbox& mailbox) {
    UidSet out;
    for (auto n = below(4); n < 4; ++n) {
      const auto first = static_cast<std::uint32_t>(below(mailbox.uid_next + 3)) + 1;
      out.add({Uid(first), Uid(first + static_cast<std::uint32_t>(below(30)))});
    }
    return out;
  }

  std::optional<std::string> text_of(BodyId body) {
    return account_.read([&](ReadTransaction& tx) { return tx.read_body(body, 0, 1'000); });
  }

  void append() {
    const auto i = below(3);
    auto& model = models_[i];
    const auto system = SystemFlags::from_bits(below(32));
    const NamedFlags named{system, {}};
    const auto count = below(20) == 0 ? below(150) : 1;
    for (std::size_t n = 0; n < count; ++n) {
      const std::string text = count == 1 ? "message " + std::to_string(below(1000)) : "many";
      const auto one = account_.body(text);
      const auto appended =
          account_.write([&](Transaction& tx) { return tx.append(ids_[i], one, named, {}); }).value();
      REQUIRE(appended.uid.value() == model.uid_next);
      REQUIRE(appended.modseq.value() == ++model.modseq);
      model.messages[model.uid_next++] = {model.modseq, system.bits(), appended.body, text};
      bodies_[appended.body] = text.size();
    }
  }

  void store() {
    const auto i = below(3);
    auto& model = models_[i];
    const auto uids = some_uids(model);
    const auto op = static_cast<FlagOp>(below(3));
    const auto bits = static_cast<std::uint8_t>(below(32));
    std::optional<Since> unchanged;
    if (below(3) == 0) unchanged = below(model.modseq + 1);
    const NamedFlags named{SystemFlags::from_bits(bits), {}};
    const auto stored =
        account_.write([&](Transaction& tx) { return tx.store_flags(ids_[i], uids, op, named, unchanged); })
            .value();
    UidSet changed;
    UidSet refused;
    for (auto& [uid, m] : model.messages) {
      if (!uids.contains(Uid(uid))) continue;
      if (unchanged && m.modseq > *unchanged) {
        refused.add(Uid(uid));
        continue;
      }
      const int now = op == FlagOp::replace ? bits : op == FlagOp::add ? m.flags | bits : m.flags & ~bits;
      if (now == m.flags) continue;
      m.modseq = model.modseq + 1;
      m.flags = static_cast<std::uint8_t>(now);
      changed.add(Uid(uid));
    }
    if (!changed.empty()) ++model.modseq;
    REQUIRE(stored.changed == changed);
    REQUIRE(stored.refused == refused);
    REQUIRE(stored.modseq.value() == model.modseq);
  }

  /// What copy and move add to `to`; checks that old and new UIDs pair up.
  std::vector<std::uint32_t> check_copied(ModelMailbox& from, const UidSet& uids, ModelMailbox& to,
                                          const Copied& copied) {
    std::vector<std::pair<std::uint32_t, ModelMessage>> taken;
    for (const auto& [uid, m] : from.messages)
      if (uids.contains(Uid(uid))) taken.emplace_back(uid, m);
    std::vector<std::uint32_t> sources;
    std::vector<std::uint32_t> targets;
    copied.from.for_each([&](Uid uid) { sources.push_back(uid.value()); });
    copied.to.for_each([&](Uid uid) { targets.push_back(uid.value()); });
    REQUIRE(sources.size() == taken.size());
    REQUIRE(targets.size() == taken.size());
    if (taken.empty()) return {};
    ++to.modseq;
    for (std::size_t n = 0; n < taken.size(); ++n) {
      REQUIRE(sources[n] == taken[n].first);
      REQUIRE(targets[n] == to.uid_next);
      to.messages[to.uid_next] = taken[n].second;
      to.messages[to.uid_next++].modseq = to.modseq;
    }
    REQUIRE(copied.to_modseq.value() == to.modseq);
    return sources;
  }

  void copy() {
    const auto from = below(3);
    const auto to = below(3);
    const auto uids = some_uids(models_[from]);
    const auto copied =
        account_.write([&](Transaction& tx) { return tx.copy(ids_[from], uids, ids_[to]); }).value();
    check_copied(models_[from], uids, models_[to], copied);
  }

  void move() {
    const auto from = below(3);
    const auto to = below(3);
    const auto uids = some_uids(models_[from]);
    const auto moved = account_.write([&](Transaction& tx) { return tx.move(ids_[from], uids, ids_[to]); }).value();
    const auto gone = check_copied(models_[from], uids, models_[to], moved);
    if (!gone.empty() && from != to) ++models_[from].modseq;
    REQUIRE(moved.from_modseq.value() == models_[from].modseq);
    vanish(models_[from], gone);
  }

  void expunge() {
    const auto i = below(3);
    auto& model = models_[i];
    std::optional<UidSet> uids;
    if (below(2) == 0) uids = some_uids(model);
    const auto expunged = account_.write([&](Transaction& tx) { return tx.expunge(ids_[i], uids); }).value();
    std::vector<std::uint32_t> gone;
    for (const auto& [uid, m] : model.messages)
      if ((m.flags & 4) != 0 && (!uids || uids->contains(Uid(uid)))) gone.push_back(uid);
    if (!gone.empty()) ++model.modseq;
    REQUIRE(expunged.uids.size() == gone.size());
    REQUIRE(expunged.modseq.value() == model.modseq);
    vanish(model, gone);
  }

  static void vanish(ModelMailbox& model, const std::vector<std::uint32_t>& gone) {
    for (const auto uid : gone) {
      model.messages.erase(uid);
      model.vanished[uid] = model.modseq;
    }
  }

  /// Makes many changes and is rolled back: the model does not change.
  void refused() {
    const auto from = below(3);
    const auto to = below(3);
    const auto staged = account_.body("never");
    const NamedFlags named{flags({SystemFlag::deleted}), {"never"}};
    const auto result = account_.write([&](Transaction& tx) -> Result<void> {
      static_cast<void>(tx.append(ids_[from], staged, named, {}));
      static_cast<void>(tx.move(ids_[from], some_uids(models_[from]), ids_[to]));
      static_cast<void>(tx.store_flags(ids_[to], AnyAccount::all, FlagOp::add, named));
      static_cast<void>(tx.expunge(ids_[to]));
      return std::unexpected(Error::over_quota);
    });
    REQUIRE(result.error() == Error::over_quota);
  }

  /// A client that looks now and then, in slices, ends with what exists.
  void catch_up(std::size_t i) {
    auto& client = clients_[i];
    const auto& model = models_[i];
    const auto limit = below(50) + 1;
    std::optional<Uid> from = Uid::min();
    Since upto = 0;
    while (from) {
      const auto changes = account_.read([&](ReadTransaction& tx) {
        return tx.changes_since(ids_[i], client.upto, client.upto, limit, *from).value();
      });
      REQUIRE(changes.complete);
      changes.vanished.for_each([&](Uid uid) {
        REQUIRE(!model.messages.contains(uid.value()));
        client.known.erase(uid.value());
      });
      for (const auto& m : changes.messages) {
        REQUIRE(m.modseq.value() > client.upto);
        client.known[m.uid.value()] = m.flags.system.bits();
      }
      if (*from == Uid::min()) upto = changes.upto.value();
      from = changes.next;
    }
    client.upto = upto;
    REQUIRE(upto == model.modseq);
    REQUIRE(client.known.size() == model.messages.size());
    REQUIRE(std::ranges::equal(client.known, model.messages, [](const auto& k, const auto& m) {
      return k.first == m.first && k.second == m.second.flags;
    }));
  }

  void compare(std::size_t i) {
    const auto& model = models_[i];
    const auto state = account_.state(ids_[i]);
    const auto messages = account_.messages(ids_[i]);
    REQUIRE(state.uid_next.value() == model.uid_next);
    REQUIRE(state.highest_modseq.value() == model.modseq);
    REQUIRE(state.messages == model.messages.size());
    REQUIRE(messages.size() == model.messages.size());
    const auto with = [&](int bit) {
      return std::ranges::count_if(model.messages, [&](const auto& m) { return (m.second.flags & bit) != 0; });
    };
    REQUIRE(state.deleted == with(4));
    REQUIRE(state.unseen + with(8) == state.messages);
    UidSet uids;
    std::uint64_t bytes = 0;
    for (const auto& m : messages) {
      uids.add(m.uid);
      bytes += m.size;
      const auto& expected = model.messages.at(m.uid.value());
      REQUIRE(m.modseq.value() == expected.modseq);
      REQUIRE(m.flags.system.bits() == expected.flags);
      REQUIRE(m.body == expected.body);
      if (below(20) == 0) REQUIRE(text_of(m.body) == expected.text);
    }
    REQUIRE(account_.uids(ids_[i]) == uids);
    REQUIRE(state.bytes == bytes);
    check_since(i, below(model.modseq + 1));
  }

  /// The account's totals are those of the messages that are there, and of the bodies that nobody refers to.
  void compare_totals() {
    AccountTotals expected;
    std::map<BodyId, std::uint64_t> stored;
    for (const auto mailbox : ids_)
      for (const auto& m : account_.messages(mailbox)) {
        ++expected.messages;
        stored.emplace(m.body, m.size);
      }
    account_.read([&](ReadTransaction& tx) {
      for (const auto& [id, size] : stored) expected.bytes += size;
      for (const auto& [id, size] : bodies_)
        if (!stored.contains(id) && tx.structure(id)) expected.garbage_bytes += size;
      REQUIRE(tx.totals() == expected);
      return 0;
    });
  }

  void check_since(std::size_t i, Since since) {
    const auto& model = models_[i];
    const auto changes = account_.changes(ids_[i], since);
    UidSet vanished;
    for (const auto& [uid, modseq] : model.vanished)
      if (modseq > since) vanished.add(Uid(uid));
    REQUIRE(changes.vanished == vanished);
    const auto newer =
        std::ranges::count_if(model.messages, [&](const auto& m) { return m.second.modseq > since; });
    REQUIRE(changes.messages.size() == static_cast<std::size_t>(newer));
  }

  AnyAccount& account_;
  std::mt19937 random_;
  std::array<MailboxId, 3> ids_ = {MailboxId::min(), MailboxId::min(), MailboxId::min()};
  std::array<ModelMailbox, 3> models_;
  std::array<Client, 3> clients_;
  std::map<BodyId, std::uint64_t> bodies_;  ///< all that ever were, with their sizes
};

}  // namespace

TEST_CASE("thousands of random steps leave store, model and clients equal") {
  unsigned seed = 4711;
  for_each_store([&](AnyAccount& account) {
    Pair pair(account, seed++);
    for (int step = 0; step < 3000; ++step) {
      CAPTURE(step);
      pair.step();
      if (step % 100 == 99) pair.compare_all();
    }
    account.reopen();
    pair.compare_all();
  });
}
