// Whose mail is in a directory: what is missing or another's is refused, and what an older postbag made is
// accepted.
#include "storage/owner.h"

#include <fstream>

#include "storage/accounts/directory.h"
#include "storage/accounts/file_stores.h"
#include "storage/errors.h"
#include "storage/inspect/verify.h"
#include "storage/sqlite/connection/connection.h"
#include "storage/sqlite/mail_file.h"
#include "storage/sqlite/migrations/migrations.h"
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

/// directory.db and mail.db as they were before accounts had an identity.
constexpr std::size_t old_directory = 1;
constexpr std::size_t old_mail = 4;

/// A data directory of an older postbag with the account "bob", and a database of mail when `used`.
std::filesystem::path make_old(const std::filesystem::path& data, bool used) {
  std::filesystem::create_directory(data);
  sqlite::Connection directory(data / "directory.db", {});
  sqlite::migrate(directory, sqlite::directory_migrations.first(old_directory));
  directory.run("INSERT INTO account (name, password_hash, created) VALUES ('bob', 'x', 0)");
  const auto account = data / "accounts" / "1";
  if (!used) return account;
  std::filesystem::create_directories(account);
  sqlite::Connection mail(account / "mail.db", {});
  sqlite::migrate(mail, sqlite::mail_migrations.first(old_mail));
  mail.run("INSERT INTO subscription VALUES ('of old')");
  return account;
}

bool has_subscription(Store& store) {
  const auto name = MailboxName::from("of old").value();
  return store.read([&](const ReadTransaction& tx) {
    return std::ranges::any_of(tx.mailboxes(), [&](const auto& entry) { return entry.name == name; });
  });
}

}  // namespace

TEST_CASE("the mail of an account is opened by its name and its identity only") {
  const Owner bob{"bob", "identity of bob."};
  struct {
    Owner found;
    Owner wanted;
    bool fits;
  } const rows[] = {
      {bob, bob, true},
      {bob, {"bob", ""}, true},  // directory.db does not know the identity yet
      {bob, {"eve", ""}, false},
      {bob, {"eve", bob.identity}, false},
      {bob, {"bob", "another identity"}, false},
  };
  for (const auto& [found, wanted, fits] : rows) {
    CAPTURE(wanted.name);
    CAPTURE(wanted.identity);
    const TemporaryDirectory temporary;
    const auto account = temporary.path() / "accounts" / "1";
    sqlite::make_account(account, found);
    CHECK(sqlite::owner_of(account) == found);
    if (fits)
      CHECK_NOTHROW(open_account(account, wanted));
    else
      CHECK_THROWS_AS(open_account(account, wanted), Foreign);
    if (fits) CHECK(sqlite::owner_of(account) == bob);
    std::size_t deviations = 0;
    const VerifyReport report{.deviation = [&](const std::string&) { ++deviations; }, .note = {}};
    CHECK(verify_account(account, wanted, VerifyBodies::sizes, report).deviations == (fits ? 0 : 1));
    CHECK(deviations == (fits ? 0 : 1));
  }
}

TEST_CASE("mail that is missing is refused, and nothing is created in its place") {
  const TemporaryDirectory temporary;
  const auto directory = Directory::open(temporary.path());
  const AccountId id = directory->add("bob", {"x"}).value();
  const auto account = account_path(temporary.path(), id);
  const Owner bob = directory->find(id)->owner();
  CHECK_NOTHROW(open_account(account, bob));
  std::filesystem::remove(account / "mail.db");
  CHECK_THROWS_AS(open_account(account, bob), Missing);
  CHECK_THROWS_AS(sqlite::owner_of(account), Missing);
  CHECK(!std::filesystem::exists(account / "mail.db"));
  std::ofstream(account / "mail.db").close();  // what is empty is no database of bob
  CHECK_THROWS_AS(open_account(account, bob), Foreign);
  std::filesystem::remove_all(account);
  CHECK_THROWS_AS(open_account(account, bob), Missing);
  CHECK(!std::filesystem::exists(account));
}

TEST_CASE("an account whose database cannot be made does not exist") {
  const TemporaryDirectory temporary;
  const auto directory = Directory::open(temporary.path());
  std::ofstream(temporary.path() / "accounts").close();  // no directory can be made below a file
  CHECK_THROWS_AS(static_cast<void>(directory->add("bob", {"x"})), Broken);
  CHECK(!directory->find("bob"));
  std::filesystem::remove(temporary.path() / "accounts");
  const AccountId id = directory->add("bob", {"x"}).value();
  CHECK(sqlite::owner_of(account_path(temporary.path(), id)) == directory->find(id)->owner());
}

TEST_CASE("what an older postbag made gets its identity when it is opened, and keeps its mail") {
  for (const bool used : {true, false}) {
    CAPTURE(used);
    const TemporaryDirectory temporary;
    const auto account = make_old(temporary.path() / "data", used);
    const auto directory = Directory::open(temporary.path() / "data");
    const Account bob = directory->find("bob").value();
    CHECK(bob.identity.empty());
    for (int time = 0; time < 2; ++time) {  // also when directory.db has not learned of the identity the first time
      const auto store = open_account(account, bob.owner());
      CHECK(sqlite::owner_of(account)->name == "bob");
      CHECK(has_subscription(*store) == used);
    }
    directory->set_identity(bob.id, sqlite::owner_of(account)->identity);
    CHECK(directory->find("bob")->owner() == sqlite::owner_of(account));
    CHECK_NOTHROW(open_account(account, directory->find("bob")->owner()));
    CHECK_THROWS_AS(open_account(account, Owner{"eve", ""}), Foreign);
  }
}

TEST_CASE("mail of an older postbag of which only a part is left counts as missing too") {
  const TemporaryDirectory temporary;
  const auto account = make_old(temporary.path() / "data", true);
  std::filesystem::create_directory(account / "bodies");
  std::filesystem::remove(account / "mail.db");
  CHECK_THROWS_AS(open_account(account, Owner{"bob", ""}), Missing);
}
