// How a mailbox is named above storage, and who asks for it: mailboxes of two accounts that have the same id.
#include "session/access/mailbox_access.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/all_commands.h"
#include "commands/arguments.h"
#include "commands/handlers.h"
#include "commands/mailboxes/status.h"
#include "commands/messages/target.h"
#include "session/client.h"
#include "tests/session/nobody.h"
#include "tests/session/silent_stream.h"
#include "tests/storage/fixture.h"
#include "tests/unit/async/run.h"

using namespace postbag;
using storage::ReadTransaction;
using storage::Transaction;
using storage::test::TestAccount;

namespace {

/// Two accounts whose mailboxes have the same names and ids, and a client that logged in to the first.
struct TwoAccounts {
  TwoAccounts() {
    REQUIRE(own_files.inbox == others_files.inbox);
    client.log_in(own, Principal{own->id(), "alice"});
  }
  ~TwoAccounts() {
    client.unselect();
    const auto close = [&]() -> async::Task<void> {
      co_await own->close();
      co_await others->close();
    };
    async::run_to_end(loop, close());
  }
  TwoAccounts(const TwoAccounts&) = delete;
  TwoAccounts& operator=(const TwoAccounts&) = delete;

  std::shared_ptr<Account> open(AccountId id, TestAccount& files) {
    return std::make_shared<Account>(loop, worker, id, std::move(files.store), Account::OpenStore(),
                                     AccountOptions{std::chrono::seconds{60}, false}, Account::Events{[] {}, [] {}},
                                     totals);
  }
  /// As SELECT would do it, were the mailbox shared.
  async::Task<void> select_inbox_of(const std::shared_ptr<Account>& account) {
    std::optional<storage::MailboxState> state;
    UidSet uids;
    co_await account->read([&](ReadTransaction& tx) {
      state = *tx.state(inbox);
      uids = *tx.uids(inbox);
    });
    client.select({.account = account,
                   .id = inbox,
                   .name = MailboxName::inbox(),
                   .read_only = false,
                   .state = *state,
                   .uids = uids,
                   .recent = {},
                   .keywords = {}});
  }
  /// One message more in INBOX, marked \Deleted.
  async::Task<void> append_to(Account& account) {
    std::optional<storage::StagedBody> staged;
    co_await account.with_store([&](storage::Store& store) {
      auto writer = store.stage();
      writer->append("Subject: test\r\n\r\n");
      staged.emplace(writer->finish("structure"));
    });
    const NamedFlags deleted{{SystemFlag::deleted}, {}};
    const auto added =
        co_await account.write([&](Transaction& tx) { return tx.append(inbox, *staged, deleted, {}); });
    REQUIRE(added.has_value());
  }
  async::Task<std::uint32_t> messages_in(Account& account) {
    co_return co_await account.read([&](ReadTransaction& tx) { return tx.state(inbox)->messages; });
  }
  void run(async::Task<void> task) { async::run_to_end(loop, std::move(task)); }

  async::Loop loop;
  const Limits limits;
  test::Nobody nobody;
  const AllCommands all;
  const Context context{loop, limits, system_clock(), nobody, nobody, all, nobody};
  async::Worker worker{loop, false, 8};
  WriteTotals totals;
  TestAccount own_files{false};
  TestAccount others_files{false};
  MailboxId inbox = own_files.inbox;
  std::shared_ptr<Account> own = open(AccountId(1), own_files);
  std::shared_ptr<Account> others = open(AccountId(2), others_files);
  test::SilentStream stream{loop};
  ClientConnection connection{limits, stream};
  Client client{context, connection};
};

/// Writes down who has committed.
struct Committers final : CommitListener {
  void committed(AccountId account, const storage::CommitReport&) override { heard.push_back(account); }
  std::vector<AccountId> heard;
};

}  // namespace

TEST_CASE("a name becomes a mailbox of the principal's own account, under the same name") {
  const TwoAccounts accounts;
  const Client& client = accounts.client;
  CHECK(client.principal().account == AccountId(1));
  CHECK(client.principal().name == "alice");
  CHECK(&client.access().home() == accounts.own.get());
  const auto place = mailbox_place(client, "\"inbox/&AOQ-\"");
  REQUIRE(place.has_value());
  CHECK(place->account == accounts.own);
  CHECK(place->name.utf8() == "INBOX/\u00e4");
  CHECK(mailbox_place(client, "a//b").error() == Error::invalid_name);
}

TEST_CASE("who has not logged in has no name") {
  async::Loop loop;
  const Limits limits;
  test::Nobody nobody;
  const AllCommands all;
  const Context context{loop, limits, system_clock(), nobody, nobody, all, nobody};
  test::SilentStream stream(loop);
  ClientConnection connection(limits, stream);
  const Client client(context, connection);
  CHECK_FALSE(client.is_logged_in());
  CHECK(client.user().empty());
}

TEST_CASE("mailboxes of two accounts are two, although they have the same id") {
  TwoAccounts accounts;
  Client& client = accounts.client;
  accounts.run(accounts.select_inbox_of(accounts.others));
  CHECK(client.selected().key() == MailboxKey{AccountId(2), accounts.inbox});
  RunningCommand command(client, RunningCommand::Removals::reported);
  const MailboxKey in_own{AccountId(1), accounts.inbox};
  client.note_own_messages({.mailbox = in_own, .before = {}, .after = {}, .uids = UidSet{{Uid(1), Uid(1)}}});
  CHECK(command.has_changed(in_own));
  CHECK_FALSE(command.has_changed(client.selected().key()));
  // STATUS of the other one says nothing of the mod-sequences of the selected one. RFC 7162 section 6.
  const StatusItems items{StatusItem::highestmodseq};
  status_response(client, MailboxName::inbox(), {.mailbox = in_own, .state = {}}, items);
  CHECK_FALSE(command.take_modseqs_told());
  status_response(client, MailboxName::inbox(), {.mailbox = client.selected().key(), .state = {}}, items);
  CHECK(command.take_modseqs_told());
}

TEST_CASE("a session hears of, and changes, the account of its selected mailbox") {
  TwoAccounts accounts;
  Client& client = accounts.client;
  const grammar::Close close{protocol::View()};
  const auto body = [&]() -> async::Task<void> {
    co_await accounts.select_inbox_of(accounts.others);
    co_await accounts.append_to(*accounts.own);
    CHECK_FALSE(client.selected().has_news());
    co_await accounts.append_to(*accounts.others);
    CHECK(client.selected().has_news());
    const Reply closed = co_await handle(client, close);
    CHECK(closed.status == Reply::Status::ok);
    const std::uint32_t own = co_await accounts.messages_in(*accounts.own);
    CHECK(own == 1);
    const std::uint32_t others = co_await accounts.messages_in(*accounts.others);
    CHECK(others == 0);
  };
  accounts.run(body());
}

TEST_CASE("nothing is copied, moved or renamed from one account to another") {
  TwoAccounts accounts;
  accounts.run(accounts.select_inbox_of(accounts.others));
  const auto target = target_beside_selected(accounts.client, "Archive");
  REQUIRE_FALSE(target.has_value());
  CHECK(target.error().status == Reply::Status::no);
  CHECK(target.error().code == "CANNOT");
  CHECK(refuse_two_accounts(*accounts.own, *accounts.others).has_value());

  accounts.client.unselect();
  accounts.run(accounts.select_inbox_of(accounts.own));
  CHECK(target_beside_selected(accounts.client, "Archive").has_value());
  CHECK_FALSE(refuse_two_accounts(*accounts.own, *accounts.own).has_value());
}

TEST_CASE("who listens to two accounts learns which one has committed") {
  TwoAccounts accounts;
  Committers listener;
  accounts.own->listen(listener);
  accounts.others->listen(listener);
  const auto body = [&]() -> async::Task<void> {
    co_await accounts.append_to(*accounts.others);
    co_await accounts.append_to(*accounts.own);
  };
  accounts.run(body());
  CHECK(listener.heard == std::vector{AccountId(2), AccountId(1)});
  accounts.own->unlisten(listener);
  accounts.others->unlisten(listener);
}
