// The mail of the session target's users: in memory, made anew for each input.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "async/loop.h"
#include "async/task.h"
#include "async/workers.h"
#include "protocol/mime/parser.h"
#include "protocol/mime/stored_structure.h"
#include "protocol/mime/thread_keys.h"
#include "session/account/account.h"
#include "storage/errors.h"
#include "storage/store.h"
#include "tests/fuzz/world/time_of_run.h"
#include "tests/store/map/map_store.h"

namespace postbag::fuzz {

/// A disk that is full after a few messages: COPY to its own mailbox doubles what is there.
class SmallStore final : public storage::test::MapStore {
 public:
  using MapStore::MapStore;

  storage::CommitReport commit(std::span<storage::Write* const> writes) override {
    const auto totals = read([](storage::ReadTransaction& tx) { return tx.totals(); });
    if (totals.messages < most_messages) return MapStore::commit(writes);
    for (auto* write : writes) write->settle(std::make_exception_ptr(storage::DiskFull("No room")));
    return {};
  }

 private:
  static constexpr std::size_t most_messages = 60;
};

/// One user's mail, with a message in INBOX whose text nobody else may see.
class UserMail {
 public:
  UserMail(async::Loop& loop, async::Worker& worker, AccountId id, std::string_view marker, const Clock& clock,
           const Limits& limits)
      : settings_{.clock = &clock, .limits = limits}, marker_(marker) {
    auto store = std::make_unique<SmallStore>(mail_, settings_);
    static_cast<void>(store->write([](storage::Transaction& tx) { return create_default_mailboxes(tx); }));
    const auto body = staged(*store, marker_);
    static_cast<void>(store->write([&](storage::Transaction& tx) { return add(tx, body); }));
    account_ = std::make_shared<Account>(loop, worker, id, std::move(store), nullptr,
                                         AccountOptions{std::chrono::hours{1}, false},
                                         Account::Events{[] {}, [] {}}, totals_);
  }

  UserMail(const UserMail&) = delete;
  UserMail& operator=(const UserMail&) = delete;

  const std::shared_ptr<Account>& account() const { return account_; }
  const std::string& marker() const { return marker_; }

  /// A message with this subject and text comes.
  async::Task<void> deliver(std::string words) {
    const auto body = co_await account_->with_store([&](storage::Store& store) { return staged(store, words); });
    co_await account_->write([&](storage::Transaction& tx) { return add(tx, body); });
  }

 private:
  static storage::StagedBody staged(storage::Store& store, const std::string& words) {
    const std::string message = "Message-ID: <" + words + ">\r\nSubject: " + words + "\r\n\r\n" + words + "\r\n";
    mime::Parser parser;
    parser.feed(message);
    const mime::Structure structure = std::move(parser).finish();
    const auto writer = store.stage();
    writer->append(message);
    return writer->finish(mime::encode(structure), mime::thread_keys(structure));
  }
  static Result<storage::Appended> add(storage::Transaction& tx, const storage::StagedBody& body) {
    return tx.append(*tx.find(MailboxName::inbox()), body, {}, DateTime{});
  }

  storage::test::MapMail mail_;
  storage::StoreSettings settings_;
  WriteTotals totals_;
  std::string marker_;
  std::shared_ptr<Account> account_;
};

}  // namespace postbag::fuzz
