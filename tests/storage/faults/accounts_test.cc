// Accounts are made and removed while the power fails, the process is killed or the disk fails: each account that
// exists has its mail, each that was acknowledged exists, and nothing prevents the next one from being made.
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "storage/accounts/directory.h"
#include "storage/accounts/file_stores.h"
#include "storage/errors.h"
#include "storage/inspect/verify.h"
#include "tests/storage/faults/report.h"
#include "tests/storage/faults/runner.h"

using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

using Names = std::set<std::string>;

Names names_of(const Directory& directory) {
  Names names;
  for (const Account& account : directory.list()) names.insert(account.name);
  return names;
}

void add(Directory& directory, const std::string& name) { static_cast<void>(directory.add(name, {"x"}).value()); }

/// One step, and which accounts exist after it.
struct Change {
  void (*run)(Directory& directory);
  Names after;
};

const Change changes[] = {
    {[](Directory& d) { add(d, "alice"); }, {"alice"}},
    {[](Directory& d) { add(d, "bob"); }, {"alice", "bob"}},
    {[](Directory& d) { d.remove("alice").value(); }, {"bob"}},
    {[](Directory& d) { add(d, "alice"); }, {"alice", "bob"}},
};

/// What is wrong with the accounts below `root`, which must be those of one of the sets; or nothing.
std::string wrong_with(const std::filesystem::path& root, const std::vector<Names>& allowed) {
  try {
    const auto directory = Directory::open(root);
    const Names found = names_of(*directory);
    if (std::ranges::find(allowed, found) == allowed.end()) return "other accounts";
    if (!directory->sweep().left.empty()) return "something cannot be deleted";
    add(*directory, "the next");
    for (const Account& account : directory->list()) open_account(account_path(root, account.id), account.owner());
    if (!directory->strays().empty()) return "mail that belongs to nobody";
    return {};
  } catch (const Broken& broken) {
    return broken.what();
  }
}

void judge(Tally& tally, const Tree& disk, const std::vector<Names>& allowed, const std::string& when) {
  ++tally.cases;
  const RunDirectory directory;
  write_tree(disk, directory.path());
  const std::string wrong = wrong_with(directory.path(), allowed);
  if (wrong.empty()) return;
  ++tally.lost;
  tally.failures.push_back(when + ": " + wrong);
}

/// The disk after each change of it by the step, as a kill and as losses of power leave it.
std::vector<Tree> pictures(Layer& layer, const Effort& effort, const std::function<void()>& step) {
  std::vector<Tree> trees;
  std::size_t moment = 0;
  layer.each_change([&] {
    trees.push_back(layer.disk().live());
    for (std::uint64_t i = 0; i < effort.seeds; ++i)
      trees.push_back(layer.disk().after_power_loss(effort.seed(i, ++moment)));
  });
  step();
  layer.each_change({});
  return trees;
}

}  // namespace

TEST_SUITE_BEGIN("power loss");

TEST_CASE("power loss: accounts are made and removed") {
  const auto effort = test::effort();
  const RunDirectory place;
  Layer layer(place.path(), Tree{});
  const auto directory = Directory::open(place.path());
  Names before;
  Tally tally;
  for (const auto& [run, after] : changes) {
    for (const Tree& disk : pictures(layer, effort, [&] { run(*directory); }))
      judge(tally, disk, {before, after}, "under way");
    for (std::uint64_t i = 0; i < effort.seeds; ++i)
      judge(tally, layer.disk().after_power_loss(effort.seed(i, 0)), {after}, "acknowledged");
    before = after;
  }
  report(tally);
}

TEST_CASE("power loss: a new data directory exists with its first account, however its path is written") {
  for (const char* const name : {"data", "data/", "new/data", "new/data/"}) {
    CAPTURE(name);
    const RunDirectory place;
    Layer layer(place.path(), Tree{});
    add(*Directory::open(place.path() / name), "alice");
    const RunDirectory after;
    write_tree(layer.disk().after_power_loss(0), after.path());
    CHECK(names_of(*Directory::open(after.path() / name)) == Names{"alice"});
  }
}

TEST_CASE("power loss: a directory.db of any moment while an account was made loses no account") {
  const RunDirectory place;
  Layer layer(place.path(), Tree{});
  const auto directory = Directory::open(place.path());
  std::vector<Tree> copies;
  layer.each_change([&] { copies.push_back(layer.disk().live()); });
  add(*directory, "alice");
  layer.each_change({});
  const Account alice = directory->find("alice").value();
  open_account(account_path(place.path(), alice.id), alice.owner())->write([](Transaction& tx) {
    return create_default_mailboxes(tx);
  });
  Tree mail = layer.disk().live();
  const auto is_of_directory = [](const auto& entry) { return entry.first.starts_with("directory.db"); };
  std::erase_if(mail, is_of_directory);
  for (const Tree& copy : copies) {
    Tree mixed = mail;
    std::ranges::copy_if(copy, std::inserter(mixed, mixed.end()), is_of_directory);
    const RunDirectory restored;
    write_tree(mixed, restored.path());
    const auto old = Directory::open(restored.path());
    CHECK(old->sweep().left.empty());
    if (!old->find("alice")) add(*old, "alice");
    const Account found = old->find("alice").value();
    const auto store = open_account(account_path(restored.path(), found.id), found.owner());
    CHECK(store->read([](ReadTransaction& tx) { return tx.find(postbag::MailboxName::inbox()).has_value(); }));
  }
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("disk errors");

TEST_CASE("disk errors: what verification cannot read at once it reads again, and then reports") {
  for (const bool lasting : {false, true}) {
    CAPTURE(lasting);
    const RunDirectory place;
    write_tree(start_tree(), place.path());
    Layer layer(place.path(), start_tree());
    const auto verify = [&] {
      const VerifyReport report{.deviation = [](const std::string&) {}, .note = [](const std::string&) {}};
      return verify_account(store_options(place.path()).directory, {}, VerifyBodies::checksums, report).deviations;
    };
    REQUIRE(verify() == 0);
    // The files of the messages are opened last.
    int opened = 0;
    for (bool struck = true; struck; ++opened) {
      layer.fail(Fault{FaultKind::io_error, opened});
      try {
        verify();
      } catch (const Broken&) {
        CHECK(layer.struck());
      }
      struck = layer.struck();
    }
    layer.fail(Fault{FaultKind::io_error, opened - 2, lasting});
    CHECK(verify() == (lasting ? 1 : 0));
    CHECK(layer.struck());
  }
}

TEST_CASE("disk errors: accounts are made and removed") {
  Tally tally;
  for (const FaultKind kind : {FaultKind::io_error, FaultKind::disk_full, FaultKind::failed_sync}) {
    bool struck = true;
    for (int n = 0; struck; ++n) {
      const RunDirectory place;
      Names before;
      {
        Layer layer(place.path(), Tree{});
        const auto directory = Directory::open(place.path());
        add(*directory, "alice");
        before = names_of(*directory);
        layer.fail(Fault{kind, n});
        try {
          add(*directory, "bob");
          before.insert("bob");
        } catch (const Broken&) {
          CHECK(layer.struck());
        }
        struck = layer.struck();
      }
      ++tally.cases;
      // It is unknown whether a commit whose sync failed was made.
      const Names both{"alice", "bob"};
      const std::string wrong = wrong_with(place.path(), {before, both});
      if (!wrong.empty()) tally.failures.push_back("fault " + std::to_string(n) + ": " + wrong);
    }
  }
  report(tally);
}

TEST_CASE(
    "disk errors: what cannot be deleted of a removed account does not prevent others, and is deleted later") {
  std::size_t failed = 0;
  bool struck = true;
  for (int n = 0; struck; ++n) {
    const RunDirectory place;
    Layer layer(place.path(), Tree{});
    const auto directory = Directory::open(place.path());
    for (const std::string name : {"alice", "bob"}) {
      add(*directory, name);
      directory->remove(name).value();
    }
    layer.fail(Fault{FaultKind::io_error, n});
    const Swept swept = directory->sweep();
    failed += swept.left.size();
    CHECK(swept.accounts + swept.left.size() == 2);
    struck = layer.struck();
    layer.fail(std::nullopt);
    CHECK(directory->sweep().left.empty());
    CHECK(std::filesystem::is_empty(place.path() / "accounts"));
  }
  CHECK(failed > 0);
}

TEST_SUITE_END();
