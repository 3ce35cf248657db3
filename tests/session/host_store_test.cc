// Sessions over a store that is no database: whatever keeps the promises of storage/store.h can be served as mail.
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "async/loop.h"
#include "session/account/account.h"
#include "tests/session/played_client.h"
#include "tests/store/map/map_store.h"
#include "tests/unit/async/run.h"

using namespace postbag;

namespace {

/// An account whose mail is in maps.
class MapAccountInUse {
 public:
  MapAccountInUse() {
    static_cast<void>(store().write([](storage::Transaction& tx) { return create_default_mailboxes(tx); }));
    account_ = std::make_shared<Account>(loop_, worker_, AccountId(1), stores_.open(who_, settings_), nullptr,
                                         AccountOptions{std::chrono::hours{1}, false},
                                         Account::Events{[] {}, [] {}}, totals_);
  }
  ~MapAccountInUse() { async::run_to_end(loop_, account_->close()); }
  MapAccountInUse(const MapAccountInUse&) = delete;
  MapAccountInUse& operator=(const MapAccountInUse&) = delete;

  async::Loop& loop() { return loop_; }
  const std::shared_ptr<Account>& account() const { return account_; }

 private:
  storage::Store& store() {
    stores_.create(who_.id, who_.owner());
    first_ = stores_.open(who_, settings_);
    return *first_;
  }

  async::Loop loop_;
  async::Worker worker_{loop_, false, 8};
  WriteTotals totals_;
  const storage::Account who_{AccountId(1), "anna", {}, 0, "identity of anna"};
  storage::StoreSettings settings_;
  storage::test::MapStores stores_;
  std::unique_ptr<storage::Store> first_;
  std::shared_ptr<Account> account_;
};

bool has(const std::string& answer, const std::string& line) {
  const bool found = ("\r\n" + answer).find("\r\n" + line) != std::string::npos;
  if (!found) MESSAGE(answer);
  return found;
}

constexpr auto two_letters =
    "APPEND INBOX (\\Seen) {21+}\r\nSubject: a letter\r\n\r\n {24+}\r\nSubject: another one\r\n\r\n";

}  // namespace

TEST_CASE("a session over a store of the host's own appends, moves, searches and resynchronises") {
  MapAccountInUse mail;
  PlayedClient anna(mail.loop(), mail.account());
  anna.command("LOGIN anna secret");
  anna.command("ENABLE QRESYNC");
  CHECK(has(anna.command("SELECT INBOX"), "* 0 EXISTS"));
  CHECK(has(anna.command(two_letters), "a OK [APPENDUID "));
  CHECK(has(anna.command("FETCH 1:2 (UID FLAGS)"), "* 1 FETCH (UID 1 FLAGS (\\Seen"));
  CHECK(has(anna.command("UID SEARCH SUBJECT another"), "* SEARCH 2\r\n"));
  const std::string moved = anna.command("MOVE 2 Archive");
  CHECK(has(moved, "* OK [COPYUID "));
  CHECK(has(moved, "* VANISHED 2\r\n"));
  CHECK(has(anna.command("MOVE 1 Nowhere"), "a NO [TRYCREATE]"));
  CHECK(has(anna.command("STATUS Archive (MESSAGES UIDNEXT)"), "* STATUS Archive (MESSAGES 1 UIDNEXT 2)"));
}

TEST_CASE("what one session does to a store of the host's own, another one hears of") {
  MapAccountInUse mail;
  PlayedClient anna(mail.loop(), mail.account());
  PlayedClient watcher(mail.loop(), mail.account());
  for (PlayedClient* client : {&anna, &watcher}) {
    client->command("LOGIN anna secret");
    client->command("SELECT INBOX");
  }
  watcher.say("a IDLE\r\n", "+ ");
  anna.command(two_letters);
  CHECK(has(watcher.say("", "* 2 EXISTS"), "* 2 EXISTS"));
  anna.command("STORE 1 +FLAGS (\\Deleted)");
  CHECK(has(watcher.say("", "* 1 FETCH"), "* 1 FETCH (FLAGS (\\Deleted \\Seen"));
  anna.command("EXPUNGE");
  CHECK(has(watcher.say("", "* 1 EXPUNGE"), "* 1 EXPUNGE"));
  CHECK(has(watcher.say("DONE\r\n", "a "), "a OK"));
}
