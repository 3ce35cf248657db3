// Sessions in two processes that use one account in turn, each with the lock of the data directory. Neither closes
// its store; after each turn the other is told that something was committed.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "async/loop.h"
#include "session/account/account.h"
#include "storage/accounts/data_lock.h"
#include "tests/session/played_client.h"
#include "tests/storage/fixture.h"
#include "tests/storage/other_process.h"
#include "tests/unit/async/run.h"

using namespace postbag;
using storage::DataLock;
using storage::test::OtherProcess;

namespace {

/// One process with one session.
class Side {
 public:
  explicit Side(const std::filesystem::path& data) : data_(data) {
    const auto lock = DataLock::acquire(data_);
    const auto open = [this] {
      storage::StoreOptions options;
      options.directory = data_ / "account";
      options.durability = storage::Durability::none;
      return storage::sqlite::open_store(std::move(options));
    };
    auto store = open();
    static_cast<void>(store->write([](storage::Transaction& tx) { return create_default_mailboxes(tx); }));
    account_ = std::make_shared<Account>(loop_, worker_, AccountId(1), std::move(store), open,
                                         AccountOptions{std::chrono::hours{1}, false},
                                         Account::Events{[] {}, [] {}}, totals_);
    client_.emplace(loop_, account_);
  }
  ~Side() {
    const auto lock = DataLock::acquire(data_);
    client_.reset();
    async::run_to_end(loop_, account_->close());
  }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  /// A turn in which the client says something, or nothing, and the server answers until a line begins with `end`.
  std::string turn(const std::string& says, const std::string& end) {
    const auto lock = DataLock::acquire(data_);
    async::run_to_end(loop_, account_->external_change());
    return client_->say(says, end);
  }

 private:
  std::filesystem::path data_;
  async::Loop loop_;
  async::Worker worker_{loop_, false, 8};
  WriteTotals totals_;
  std::shared_ptr<Account> account_;
  std::optional<PlayedClient> client_;
};

/// The client of this process, that of another one, and what each is answered.
class Conversation {
 public:
  std::string here(const std::string& command) { return here_.turn("a " + command + "\r\n", "a "); }
  std::string there(const std::string& command) { return there_.run("a " + command + "\r\n"); }
  /// What comes without a command.
  std::string unasked(const std::string& end) { return here_.turn("", end); }
  std::string say(const std::string& bytes, const std::string& end) { return here_.turn(bytes, end); }

 private:
  TemporaryDirectory data_;
  OtherProcess there_{[this] {
    return [this, side = std::shared_ptr<Side>()](const std::string& says) mutable {
      if (!side) side = std::make_shared<Side>(data_.path());  // it has its turn
      return side->turn(says, "a ");
    };
  }};
  Side here_{data_.path()};
};

/// Whether a line of the answer begins so; prints the answer when not.
bool has(const std::string& answer, const std::string& line) {
  const bool found = ("\r\n" + answer).find("\r\n" + line) != std::string::npos;
  if (!found) MESSAGE(answer);
  return found;
}

constexpr auto append = "APPEND INBOX {19+}\r\nSubject: a letter\r\n";

}  // namespace

TEST_CASE("sessions in two processes hear of what the other one did") {
  Conversation talk;
  for (const auto* command : {"LOGIN anna secret", "SELECT INBOX"}) {
    talk.here(command);
    talk.there(command);
  }
  CHECK(has(talk.here(append), "* 1 EXISTS"));
  CHECK(has(talk.there("NOOP"), "* 1 EXISTS"));
  CHECK(has(talk.there("STORE 1 +FLAGS (\\Seen \\Deleted)"), "* 1 FETCH (FLAGS (\\Deleted \\Seen"));
  CHECK(has(talk.here("NOOP"), "* 1 FETCH (FLAGS (\\Deleted \\Seen"));
  CHECK(has(talk.there(append), "* 2 EXISTS"));
  CHECK(has(talk.here(append), "* 3 EXISTS"));
  CHECK(has(talk.there("NOOP"), "* 3 EXISTS"));
  CHECK(has(talk.there("UID SEARCH ALL"), "* SEARCH 1 2 3"));
  CHECK(has(talk.there("EXPUNGE"), "* 1 EXPUNGE"));
  CHECK(has(talk.here("FETCH 2 UID"), "* 2 FETCH (UID 2)"));  // EXPUNGE may not be sent in a FETCH
  CHECK(has(talk.here("NOOP"), "* 1 EXPUNGE"));
  CHECK(has(talk.here("FETCH 1:* UID"), "* 2 FETCH (UID 3)"));
}

TEST_CASE("a session that waits is woken by what another process did") {
  Conversation talk;
  for (const auto* command : {"LOGIN anna secret", "SELECT INBOX"}) {
    talk.here(command);
    talk.there(command);
  }
  talk.say("a IDLE\r\n", "+ ");
  talk.there(append);
  CHECK(has(talk.unasked("* 1 EXISTS"), "* 1 EXISTS"));
  talk.say("DONE\r\n", "a OK");
  talk.here("NOTIFY SET (PERSONAL (MailboxName MessageNew MessageExpunge))");
  talk.there("COPY 1 Archive");
  CHECK(has(talk.unasked("* STATUS"), "* STATUS Archive (MESSAGES 1"));
  talk.there("CREATE lists");
  CHECK(has(talk.unasked("* LIST"), "* LIST (\\HasNoChildren) \"/\" lists"));
}

TEST_CASE("a mailbox that another process removed is gone for the session that has it selected") {
  Conversation talk;
  talk.here("LOGIN anna secret");
  talk.there("LOGIN anna secret");
  talk.here("CREATE lists");
  talk.here("SELECT lists");
  talk.there("DELETE lists");
  CHECK(has(talk.here("FETCH 1:* UID"), "a "));
  CHECK(talk.here("SEARCH ALL").find("NONEXISTENT") != std::string::npos);
}
