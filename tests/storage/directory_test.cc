// The accounts of a data directory, its lock, and the read-only walk.
#include "storage/accounts/directory.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "storage/accounts/data_lock.h"
#include "storage/accounts/file_stores.h"
#include "storage/errors.h"
#include "storage/inspect/dump.h"
#include "storage/sqlite/connection/connection.h"
#include "storage/sqlite/mail_file.h"
#include "storage/sqlite/migrations/migrations.h"
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

TEST_CASE("accounts are added, found, changed and removed") {
  for (const bool in_files : {false, true}) {
    CAPTURE(in_files);
    const TemporaryDirectory temporary;
    const FixedClock clock;
    auto directory = Directory::open(in_files ? temporary.path() / "data" : std::filesystem::path(), clock);
    const auto bob = directory->add("bob", {"hash1"}).value();
    const auto alice = directory->add("älice@example.org", {"hash2"}).value();
    CHECK(directory->add("bob", {"other"}).error() == Error::account_exists);
    CHECK(directory->find("bob")->credentials.password_hash == "hash1");
    CHECK(directory->find("bob")->created == clock.seconds);
    CHECK(directory->find("Bob") == std::nullopt);
    CHECK(directory->find(alice)->name == "älice@example.org");
    CHECK(directory->set_credentials("bob", {"new", "keys"}));
    CHECK(directory->find(bob)->credentials.password_hash == "new");
    CHECK(directory->set_credentials("eve", {"x"}).error() == Error::no_such_account);
    REQUIRE(directory->list().size() == 2);
    CHECK(directory->list()[0].name == "bob");
    CHECK(directory->remove("bob"));
    CHECK(directory->remove("bob").error() == Error::no_such_account);
    CHECK(directory->add("bob", {"again"}).value() > alice);  // an id is never used again
    CHECK(directory->stores().exists(alice) == in_files);
  }
}

TEST_CASE("credentials are replaced only while they are the old ones") {
  const auto directory = Directory::open({});
  const AccountId bob = directory->add("bob", {"old", "keys"}).value();
  CHECK_FALSE(directory->replace_credentials(bob, {"old", "others"}, {"new", "keys"}));
  CHECK(directory->find(bob)->credentials == Credentials{"old", "keys"});
  CHECK(directory->replace_credentials(bob, {"old", "keys"}, {"new", "more"}));
  CHECK(directory->find(bob)->credentials == Credentials{"new", "more"});
  CHECK_FALSE(directory->find(bob)->is_administrator);
  CHECK(directory->set_administrator("bob", true));
  CHECK(directory->find("bob")->is_administrator);
  CHECK(directory->set_administrator("eve", true).error() == Error::no_such_account);
}

TEST_CASE("where an account has moved is kept until it is here again") {
  const TemporaryDirectory temporary;
  const std::string url = "imap://bob;AUTH=*@new.example.org/";
  {
    const auto directory = Directory::open(temporary.path());
    CHECK(directory->add("bob", {"x"}));
    CHECK(directory->find("bob")->moved_to.empty());
    CHECK(directory->set_moved_to("bob", url));
    CHECK(directory->set_moved_to("eve", url).error() == Error::no_such_account);
  }
  const auto directory = Directory::open(temporary.path());
  CHECK(directory->find("bob")->moved_to == url);
  CHECK(directory->list()[0].moved_to == url);
  CHECK(directory->set_moved_to("bob", {}));
  CHECK(directory->find("bob")->moved_to.empty());
}

TEST_CASE("in a directory of before there were moves every account is here") {
  const TemporaryDirectory temporary;
  const std::size_t without_moves = 5;
  {
    sqlite::Connection old(temporary.path() / "directory.db", {});
    sqlite::migrate(old, sqlite::directory_migrations.first(without_moves));
    old.run("INSERT INTO account (name, password_hash, created) VALUES ('bob', 'x', 0)");
  }
  const auto directory = Directory::open(temporary.path());
  CHECK(directory->find("bob")->credentials.password_hash == "x");
  CHECK(directory->find("bob")->moved_to.empty());
}

TEST_CASE("application passwords are kept by label, and go with their account") {
  const FixedClock clock;
  const auto directory = Directory::open({}, clock);
  const AccountId bob = directory->add("bob", {"x"}).value();
  const std::string hash("h\0h", 3);
  CHECK(directory->add_app_password(bob, {"phone", hash, true}));
  CHECK(directory->add_app_password(bob, {"phone", "other"}).error() == Error::account_exists);
  CHECK(directory->add_app_password(AccountId(99), {"phone", hash}).error() == Error::no_such_account);
  const auto all = directory->app_passwords(bob);
  REQUIRE(all.size() == 1);
  CHECK(all[0].hash == hash);
  CHECK(all[0].read_only);
  CHECK(all[0].created == clock.seconds);
  CHECK(directory->add_app_password(bob, {"tablet", hash}));
  CHECK(directory->remove_app_password(bob, "phone"));
  CHECK_FALSE(directory->remove_app_password(bob, "phone"));
  CHECK(directory->remove("bob"));
  CHECK(directory->app_passwords(bob).empty());
}

TEST_CASE("a directory has a secret of its own, which stays") {
  const TemporaryDirectory temporary;
  const std::string secret = Directory::open(temporary.path())->secret();
  CHECK(secret.size() == 32);
  CHECK(Directory::open(temporary.path())->secret() == secret);
  CHECK(Directory::open({})->secret() != secret);
}

TEST_CASE("names that are no account names are refused") {
  auto directory = Directory::open({});
  for (const std::string& name : {std::string(), std::string(256, 'a'), std::string("a\0b", 3), std::string("\xff"),
                                  std::string("a\nb"), std::string("\x7f")}) {
    CAPTURE(name);
    CHECK(directory->add(name, {"x"}).error() == Error::invalid_account_name);
  }
  CHECK(directory->add(std::string(255, 'a'), {"x"}));
}

TEST_CASE("a database of a newer schema is refused, not changed") {
  TestAccount a(true);
  a.store.reset();
  sqlite::Connection(a.options.directory / "mail.db", {}).set_version(99);
  CHECK_THROWS_AS(sqlite::open_store(a.options), TooNew);
  CHECK_THROWS_AS(Dump(a.options.directory), TooNew);
  CHECK(sqlite::Connection(a.options.directory / "mail.db", {}).version() == 99);
}

TEST_CASE("a file that is no database is refused") {
  TestAccount a(true);
  a.store.reset();
  std::FILE* f = std::fopen((a.options.directory / "mail.db").c_str(), "w");
  std::fputs(std::string(10'000, 'x').c_str(), f);
  std::fclose(f);
  CHECK_THROWS_AS(sqlite::open_store(a.options), Corrupt);
}

TEST_CASE("two objects on one directory see each other's accounts") {
  const TemporaryDirectory temporary;
  auto one = Directory::open(temporary.path());
  auto two = Directory::open(temporary.path());
  CHECK(one->add("bob", {"x"}));
  CHECK(two->find("bob"));
  CHECK(two->add("bob", {"x"}).error() == Error::account_exists);
  CHECK(two->remove("bob"));
  CHECK(!one->find("bob"));
}

TEST_CASE("several at once make one directory and its accounts") {
  const TemporaryDirectory temporary;
  constexpr int users = 4;
  constexpr int accounts = 10;
  {
    std::vector<std::jthread> threads;
    for (int user = 0; user < users; ++user)
      threads.emplace_back([&temporary, user] {
        auto directory = Directory::open(temporary.path() / "new");
        for (int i = 0; i < accounts; ++i)
          static_cast<void>(directory->add(std::to_string(user) + "-" + std::to_string(i), {"x"}));
      });
  }
  CHECK(Directory::open(temporary.path() / "new")->list().size() == users * accounts);
}

TEST_CASE("one server holds the data directory") {
  const TemporaryDirectory temporary;
  {
    auto lock = DataLock::acquire(temporary.path());
    CHECK_THROWS_AS(DataLock::acquire(temporary.path()), InUse);
    const auto moved = std::move(lock);
    CHECK_THROWS_AS(DataLock::acquire(temporary.path()), InUse);
    CHECK(Directory::open(temporary.path())->add("bob", {"x"}));
  }
  CHECK_NOTHROW(DataLock::acquire(temporary.path()));
}

TEST_CASE("a child of fork neither keeps the lock of its parent nor gives it away") {
  const TemporaryDirectory temporary;
  std::optional<DataLock> lock = DataLock::acquire(temporary.path());
  const auto forked = [](auto&& child) {
    const pid_t id = ::fork();
    if (id == 0) {
      child();
      ::_exit(0);
    }
    return id;
  };
  const pid_t destroys = forked([&] { lock.reset(); });
  CHECK(::waitpid(destroys, nullptr, 0) == destroys);
  CHECK_THROWS_AS(DataLock::acquire(temporary.path()), InUse);

  int end[2];
  REQUIRE(::pipe(end) == 0);
  const pid_t lives = forked([&] {
    char byte = 0;
    ::close(end[1]);
    static_cast<void>(!::read(end[0], &byte, 1));
  });
  lock.reset();
  CHECK_NOTHROW(DataLock::acquire(temporary.path()));
  ::close(end[1]);
  CHECK(::waitpid(lives, nullptr, 0) == lives);
}

TEST_CASE("a data directory that cannot be made is an error") {
  const TemporaryDirectory temporary;
  std::filesystem::create_symlink(temporary.path() / "nowhere", temporary.path() / "link");
  std::ofstream(temporary.path() / "file").close();
  for (const char* const name : {"link", "link/data", "link/data/below", "file", "file/data"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(Directory::open(temporary.path() / name), Broken);
    CHECK_THROWS_AS(DataLock::acquire(temporary.path() / name), Broken);
  }
  std::filesystem::create_directory(temporary.path() / "nowhere");  // as when a volume is mounted
  CHECK_NOTHROW(Directory::open(temporary.path() / "link" / "data"));
}

TEST_CASE("only the mail of removed accounts is swept") {
  const TemporaryDirectory temporary;
  auto directory = Directory::open(temporary.path());
  CHECK(directory->sweep().accounts == 0);
  const auto bob = account_path(temporary.path(), directory->add("bob", {"x"}).value());
  const auto eve = account_path(temporary.path(), directory->add("eve", {"x"}).value());
  open_account(bob);
  open_account(eve);
  CHECK(directory->remove("eve"));
  CHECK(directory->sweep().accounts == 1);
  CHECK(std::filesystem::exists(bob));
  CHECK(!std::filesystem::exists(eve));
  // What is now in the place of a removed account, and belongs to another one.
  sqlite::make_account(eve, {"fay", "identity of fay."});
  const auto gone = account_path(temporary.path(), directory->add("gil", {"x"}).value());
  CHECK(directory->remove("gil"));
  std::filesystem::remove_all(gone);
  sqlite::make_account(gone, {"fay", "identity of fay."});
  CHECK(directory->sweep().accounts == 0);
  CHECK(std::filesystem::exists(eve));
  CHECK(std::filesystem::exists(gone));
  CHECK(directory->strays().size() == 2);
}

TEST_CASE("what a crash left of an account that was being made or deleted is removed by the next sweep") {
  const TemporaryDirectory temporary;
  auto directory = Directory::open(temporary.path());
  const auto bob = account_path(temporary.path(), directory->add("bob", {"x"}).value());
  CHECK(directory->remove("bob"));
  std::filesystem::rename(bob, bob.string() + ".removed");  // as a sweep that was ended does
  sqlite::Connection(temporary.path() / "directory.db", {})
      .run("INSERT INTO removed VALUES (2, 'eve', x'00', 0)");  // and one that is being made
  std::filesystem::create_directory(account_path(temporary.path(), AccountId(2)));
  CHECK(directory->add("fay", {"x"}).value() == AccountId(3));
  CHECK(directory->strays().empty());
  CHECK(directory->sweep().accounts == 2);
  CHECK(std::distance(std::filesystem::directory_iterator(temporary.path() / "accounts"), {}) == 1);
}

TEST_CASE("mail that directory.db does not know is found by its owner's name, if only one has it") {
  const TemporaryDirectory temporary;
  const auto accounts = temporary.path() / "accounts";
  const Owner bob{"bob", "identity of bob."};
  sqlite::make_account(accounts / "1", bob);
  sqlite::make_account(accounts / "2", {"eve", "one of two eves."});
  sqlite::make_account(accounts / "3", {"eve", "another of them."});
  std::filesystem::create_directory(accounts / "4");
  const auto directory = Directory::open(temporary.path());
  CHECK(directory->strays().size() == 4);
  const AccountId fay = directory->add("fay", {"x"}).value();
  CHECK(fay == AccountId(5));
  CHECK(directory->add("eve", {"x"}).value() == AccountId(6));
  CHECK(directory->add("bob", {"x"}).value() == AccountId(1));
  CHECK(directory->find("bob")->owner() == bob);
  CHECK(directory->remove("bob"));
  CHECK(directory->add("bob", {"x"}).value() == AccountId(7));  // removed is removed
}

TEST_CASE("what cannot be read below accounts/ prevents no account from being added, and stays") {
  const TemporaryDirectory temporary;
  const auto accounts = temporary.path() / "accounts";
  std::filesystem::create_directory(accounts);
  std::filesystem::create_directory_symlink("volume that is not mounted", accounts / "1");
  std::filesystem::create_directory_symlink("2", accounts / "2");  // EACCES would be the same, but not for root
  const auto directory = Directory::open(temporary.path());
  CHECK(directory->add("bob", {"x"}).value() == AccountId(3));
  CHECK(directory->strays().size() == 2);
  CHECK(directory->sweep().left.empty());
  for (const char* const name : {"1", "2"}) CHECK(std::filesystem::is_symlink(accounts / name));
}

TEST_CASE("the walk over a live account reports what is stored") {
  TestAccount a(true);
  a.add(a.inbox, flags({SystemFlag::deleted}));
  a.add(a.inbox, {}, {"k"});
  const auto large = a.body(std::string(5000, 'x'));
  const NamedFlags none;
  a.write([&](Transaction& tx) { return tx.append(a.inbox, large, none, {}); });
  a.write([&](Transaction& tx) { return tx.expunge(a.inbox); });

  const Dump dump(a.options.directory);
  CHECK(dump.schema_version() == static_cast<int>(sqlite::mail_migrations.size()));
  const auto mailboxes = dump.mailboxes();
  REQUIRE(mailboxes.size() == 6);
  const auto& inbox = mailboxes[2];
  CHECK(inbox.entry.id == a.inbox);
  CHECK(inbox.entry.subscribed);
  CHECK(inbox.state == a.state(a.inbox));
  CHECK(inbox.keywords == std::vector<std::string>{"k"});
  std::vector<Message> messages;
  dump.pages(a.inbox, [&](const DumpedPage& page) {
    CHECK(page.row == static_cast<std::int64_t>(a.inbox.value() << 32 | 1));
    messages = page.messages;
  });
  CHECK(messages == a.messages(a.inbox));
  REQUIRE(dump.vanished(a.inbox).size() == 1);
  CHECK(dump.vanished(a.inbox)[0].uids == set_of({1}));
  std::vector<DumpedBody> bodies;
  dump.bodies([&](const DumpedBody& body) { bodies.push_back(body); });
  REQUIRE(bodies.size() == 3);
  CHECK(bodies[0].file.empty());
  CHECK(!bodies[2].file.empty());
  CHECK(bodies[2].size == 5000);
  CHECK(bodies[2].checksum.size() == 32);

  // Closed and alone: the walk needs no server.
  a.store.reset();
  CHECK(Dump(a.options.directory).mailboxes().size() == 6);
  CHECK_THROWS_AS(Dump(a.options.directory / "nowhere"), Broken);
}
