// Creating, removing and renaming mailboxes; the list of names; subscriptions.
#include <algorithm>

#include "tests/store/each_store.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

Result<MailboxId> create(AnyAccount& a, std::string_view name, SpecialUses use = {}) {
  return a.write([&](Transaction& tx) { return tx.create(AnyAccount::name(name), use); });
}
Result<void> remove(AnyAccount& a, std::string_view name) {
  return a.write([&](Transaction& tx) { return tx.remove(AnyAccount::name(name)); });
}
Result<void> rename(AnyAccount& a, std::string_view from, std::string_view to) {
  return a.write([&](Transaction& tx) { return tx.rename(AnyAccount::name(from), AnyAccount::name(to)); });
}
std::optional<MailboxId> find(AnyAccount& a, std::string_view name) {
  return a.read([&](ReadTransaction& tx) { return tx.find(AnyAccount::name(name)); });
}
/// The names below or at `root`, each with + for a mailbox, - for a name without one, c for children, s subscribed.
std::vector<std::string> tree(AnyAccount& a, std::string_view root) {
  std::vector<std::string> out;
  const auto top = AnyAccount::name(root);
  for (const auto& e : a.read([](ReadTransaction& tx) { return tx.mailboxes(); }))
    if (e.name == top || e.name.is_below(top))
      out.push_back(e.name.utf8() + " " + (e.id ? "+" : "-") + (e.has_children ? "c" : "") +
                    (e.subscribed ? "s" : ""));
  return out;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a new account has the mailboxes with special uses, subscribed") {
  for_each_store([](AnyAccount& a) {
    a.reopen();
    const auto entries = a.read([](ReadTransaction& tx) { return tx.mailboxes(); });
    REQUIRE(entries.size() == 6);
    CHECK(std::ranges::all_of(entries, [](const auto& e) { return e.id && e.subscribed && !e.has_children; }));
    CHECK(entries[0].name.utf8() == "Archive");
    CHECK(entries[0].special_use == SpecialUses(SpecialUse::archive));
    CHECK(entries[2].name.is_inbox());
    CHECK(entries[2].special_use.empty());
    CHECK(a.write([](Transaction& tx) { return create_default_mailboxes(tx); }).has_value());
    CHECK(a.read([](ReadTransaction& tx) { return tx.mailboxes(); }).size() == 6);
  });
}

TEST_CASE("missing parents are listed but do not exist") {
  for_each_store([](AnyAccount& a) {
    CHECK(create(a, "a/b/c"));
    CHECK(tree(a, "a") == Names{"a -c", "a/b -c", "a/b/c +"});
    CHECK(!find(a, "a/b"));
    CHECK(create(a, "a/b"));
    CHECK(tree(a, "a") == Names{"a -c", "a/b +c", "a/b/c +"});
    CHECK(create(a, "a/b").error() == Error::mailbox_exists);
    CHECK(create(a, "INBOX").error() == Error::mailbox_exists);
    CHECK(create(a, "Other", SpecialUse::sent).error() == Error::special_use_taken);
    CHECK(!find(a, "Other"));
  });
}

TEST_CASE("the number of mailboxes is bounded") {
  StoreSettings settings;
  settings.limits.mailboxes = 7;
  for_each_store(
      [](AnyAccount& a) {
        CHECK(create(a, "seventh"));
        CHECK(create(a, "eighth").error() == Error::too_many_mailboxes);
        const auto subscribe = [&](std::string_view name) {
          return a.write([&](Transaction& tx) { return tx.subscribe(AnyAccount::name(name)); });
        };
        CHECK(subscribe("seventh"));
        CHECK(subscribe("seventh"));
        CHECK(subscribe("eighth").error() == Error::too_many_mailboxes);
        a.write([](Transaction& tx) { return tx.unsubscribe(AnyAccount::name("Junk")), Result<void>(); });
        CHECK(subscribe("eighth"));
      },
      settings);
}

TEST_CASE("a removed mailbox leaves the names below it and its subscription") {
  for_each_store([](AnyAccount& a) {
    CHECK(create(a, "a"));
    CHECK(create(a, "a/b"));
    a.write([](Transaction& tx) -> Result<void> { return tx.subscribe(AnyAccount::name("a")); });
    const auto id = a.id("a");
    a.add(id);
    CommitReport report;
    CHECK(a.write([](Transaction& tx) { return tx.remove(AnyAccount::name("a")); }, &report));
    CHECK(report.names_changed);
    REQUIRE(report.mailboxes.size() == 1);
    CHECK(report.mailboxes[0].id == id);
    CHECK(report.mailboxes[0].gone);
    CHECK(tree(a, "a") == Names{"a -cs", "a/b +"});
    CHECK(remove(a, "a").error() == Error::mailbox_has_children);
    CHECK(remove(a, "a/b"));
    CHECK(tree(a, "a") == Names{"a -s"});
    CHECK(remove(a, "a").error() == Error::no_such_mailbox);
    CHECK(remove(a, "INBOX").error() == Error::not_permitted);
  });
}

TEST_CASE("every call reports a deleted mailbox") {
  for_each_store([](AnyAccount& a) {
    const auto id = create(a, "a").value();
    a.add(id);
    CHECK(remove(a, "a"));
    const auto gone = [](const auto& result) { return !result && result.error() == Error::mailbox_gone; };
    a.read([&](ReadTransaction& tx) {
      CHECK(gone(tx.state(id)));
      CHECK(gone(tx.uids(id)));
      CHECK(gone(tx.keywords(id)));
      CHECK(gone(tx.first_unseen(id)));
      CHECK(gone(tx.messages(id, AnyAccount::all, 1)));
      CHECK(gone(tx.changes_since(id, 0, 0, 1)));
      CHECK(gone(tx.claim_recent(id)));
      CHECK(!tx.name(id));
      return 0;
    });
    const auto staged = a.body("x");
    const NamedFlags none;
    CHECK(gone(a.write([&](Transaction& tx) { return tx.append(id, staged, none, {}); })));
    CHECK(gone(a.write([&](Transaction& tx) { return tx.copy(id, AnyAccount::all, a.inbox); })));
    CHECK(gone(a.write([&](Transaction& tx) { return tx.copy(a.inbox, AnyAccount::all, id); })));
    CHECK(gone(a.write([&](Transaction& tx) { return tx.move(a.inbox, AnyAccount::all, id); })));
    CHECK(gone(a.write([&](Transaction& tx) { return tx.store_flags(id, AnyAccount::all, FlagOp::add, none); })));
    CHECK(gone(a.write([&](Transaction& tx) { return tx.expunge(id); })));
  });
}

TEST_CASE(
    "a mailbox created again has a new id and a higher UIDVALIDITY, even when the clock stands still or goes "
    "back") {
  for_each_store([](AnyAccount& a) {
    std::optional<MailboxId> last_id;
    std::uint32_t last = 0;
    for (const int step : {0, 0, -1000, 5, 2000}) {
      a.clock.seconds += step;
      const auto id = create(a, "a").value();
      const auto validity = a.state(id).uid_validity.value();
      CHECK(validity > last);
      CHECK((!last_id || id > *last_id));
      last_id = id;
      last = validity;
      CHECK(remove(a, "a"));
      a.reopen();
    }
    CHECK(last >= static_cast<std::uint32_t>(a.clock.seconds));
  });
}

TEST_CASE("a mailbox that was rolled back leaves nothing, though its id is used again") {
  for_each_store([](AnyAccount& a) {
    std::optional<MailboxId> first;
    const auto refused = a.write([&](Transaction& tx) -> Result<void> {
      first = tx.create(AnyAccount::name("a")).value();
      static_cast<void>(tx.state(*first));
      return std::unexpected(Error::over_quota);
    });
    CHECK(!refused);
    CHECK(a.read([&](ReadTransaction& tx) { return tx.state(*first); }).error() == Error::mailbox_gone);
    a.clock.seconds += 1000;
    const auto second = create(a, "a").value();
    CHECK(a.state(second).uid_validity.value() == a.clock.seconds);
  });
}

TEST_CASE("a rename also renames the names below and leaves subscriptions") {
  for_each_store([](AnyAccount& a) {
    for (const auto* name : {"a", "a/b", "a/b/c", "ab"}) CHECK(create(a, name));
    a.write([](Transaction& tx) -> Result<void> { return tx.subscribe(AnyAccount::name("a/b")); });
    const auto id = a.id("a/b");
    const auto uid = a.add(id);
    const auto validity = a.state(id).uid_validity;
    CHECK(rename(a, "a", "x/y"));
    a.reopen();
    CHECK(tree(a, "x") == Names{"x -c", "x/y +c", "x/y/b +c", "x/y/b/c +"});
    CHECK(tree(a, "a") == Names{"a/b -s"});
    CHECK(find(a, "ab"));
    CHECK(find(a, "x/y/b") == id);
    CHECK(a.uids(id) == UidSet{{uid, uid}});
    CHECK(a.state(id).uid_validity == validity);
  });
}

TEST_CASE("a rename is refused when names collide") {
  for_each_store([](AnyAccount& a) {
    for (const auto* name : {"a", "a/b", "x/b", "y"}) CHECK(create(a, name));
    CHECK(rename(a, "a", "y").error() == Error::mailbox_exists);
    CHECK(rename(a, "a", "a").error() == Error::mailbox_exists);
    CHECK(rename(a, "a", "x").error() == Error::mailbox_exists);  // x/b exists
    CHECK(rename(a, "a", "a/z").error() == Error::not_permitted);
    CHECK(rename(a, "nowhere", "z").error() == Error::no_such_mailbox);
    CHECK(rename(a, "y", "INBOX").error() == Error::mailbox_exists);
    CHECK(rename(a, "a", std::string(1024, 'n')).error() == Error::name_too_long);
    CHECK(tree(a, "a") == Names{"a +c", "a/b +"});
  });
}

TEST_CASE("an implied parent can be renamed, also to one of its own parents") {
  for_each_store([](AnyAccount& a) {
    for (const auto* name : {"a/b/b/x", "a/b/y", "a/b/b"}) CHECK(create(a, name));
    CHECK(rename(a, "a/b", "a"));
    CHECK(tree(a, "a") == Names{"a -c", "a/b +c", "a/b/x +", "a/y +"});
  });
}

TEST_CASE("a name that had a higher UIDVALIDITY before never gets a lower one by RENAME") {
  for_each_store([](AnyAccount& a) {
    const auto old = create(a, "old").value();
    const auto old_validity = a.state(old).uid_validity;
    const auto other = create(a, "name").value();
    const auto seen = a.state(other).uid_validity;
    CHECK(seen > old_validity);
    CHECK(remove(a, "name"));
    CHECK(rename(a, "old", "name"));
    CHECK(a.state(old).uid_validity > seen);
  });
}

TEST_CASE("renaming INBOX moves its messages, and nothing below it") {
  for_each_store([](AnyAccount& a) {
    CHECK(create(a, "INBOX/below"));
    a.add(a.inbox);
    a.add(a.inbox, {}, {"k"});
    const auto before = a.state(a.inbox);
    CHECK(rename(a, "inbox", "old"));
    a.reopen();
    CHECK(tree(a, "INBOX") == Names{"INBOX +cs", "INBOX/below +"});
    CHECK(a.id("INBOX") == a.inbox);
    CHECK(a.uids(a.inbox).empty());
    CHECK(a.state(a.inbox).uid_validity == before.uid_validity);
    CHECK(a.state(a.inbox).uid_next == before.uid_next);
    CHECK(a.uids(a.id("old")).size() == 2);
    CHECK(a.changes(a.inbox, before.highest_modseq.value()).vanished == set_of({1, 2}));
    CHECK(rename(a, "INBOX", "old").error() == Error::mailbox_exists);
  });
}

TEST_CASE("a commit reports which mailboxes were made by renaming INBOX, and of no other body") {
  for_each_store([](AnyAccount& a) {
    CommitReport report;
    CHECK(a.write(
        [](Transaction& tx) -> Result<void> {
          for (const char* to : {"one", "two"})
            if (const auto done = tx.rename(MailboxName::inbox(), AnyAccount::name(to)); !done) return done;
          return tx.rename(AnyAccount::name("two"), AnyAccount::name("three"));
        },
        &report));
    CHECK(report.from_inbox == std::vector{a.id("one"), a.id("three")});
    CHECK(report.names_changed);
    CHECK(!a.write(
        [](Transaction& tx) -> Result<void> {
          if (const auto done = tx.rename(MailboxName::inbox(), AnyAccount::name("four")); !done) return done;
          return tx.rename(MailboxName::inbox(), AnyAccount::name("one"));
        },
        &report));
    CHECK(report.from_inbox.empty());
    CHECK(a.write([](Transaction& tx) { return tx.create(AnyAccount::name("five")); }, &report));
    CHECK(report.from_inbox.empty());
  });
}

TEST_CASE("a name was used if a mailbox had it and does not have it now") {
  for_each_store([](AnyAccount& a) {
    const auto was_used = [&](std::string_view name) {
      return a.read([&](ReadTransaction& tx) { return tx.was_used(AnyAccount::name(name)); });
    };
    CHECK(create(a, "a"));
    CHECK(!was_used("a"));
    CHECK(!was_used("b"));
    CHECK(rename(a, "a", "b"));
    CHECK(was_used("a"));
    CHECK(!was_used("b"));
    CHECK(remove(a, "b"));
    CHECK(was_used("b"));
    CHECK(create(a, "b"));
    a.reopen();
    CHECK(was_used("b"));
    CHECK(!was_used("INBOX"));
  });
}
