// How names find accounts.

#include "server/accounts/account_names.h"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/clock.h"
#include "postbag/accounts.h"
#include "postbag/server.h"
#include "server/accounts/account_registry.h"
#include "storage/accounts/directory.h"
#include "tests/embed/socket_client.h"
#include "tests/temporary_directory.h"

using namespace postbag;
using namespace postbag::server;

namespace {

const AccountNames with_domain{.default_domain = "Example.org"};

/// A data directory with accounts as they were made before names had rules.
class OldDirectory {
 public:
  explicit OldDirectory(const std::vector<std::string>& names) {
    const auto directory = storage::Directory::open(place_.path());
    for (const std::string& name : names) REQUIRE(directory->add(name, {no_hash}));
  }
  /// The name of the account that is found; empty when none is.
  std::string found(std::string_view name, const AccountNames& rules = {}) const {
    const AccountRegistry registry(storage::Directory::open(place_.path()), rules);
    const auto account = registry.find(name);
    return account ? account->name : std::string();
  }
  const std::string path() const { return place_.path(); }

 private:
  static constexpr auto no_hash = "*";
  TemporaryDirectory place_;
};

}  // namespace

TEST_CASE("one canonical name") {
  CHECK(canonical_name("Bob", {}) == "bob");
  CHECK(canonical_name("Bob@EXAMPLE.org", {}) == "bob@example.org");
  CHECK(canonical_name("Bob@EXAMPLE.org", with_domain) == "bob");
  CHECK(canonical_name("Bob@other.org", with_domain) == "bob@other.org");
  CHECK(canonical_name("@example.org", with_domain) == "@example.org");
}

TEST_CASE("the detail of an address") {
  CHECK(without_detail("bob+lists", {}) == "bob");
  CHECK(without_detail("bob+a+b@b.org", {}) == "bob@b.org");
  CHECK(without_detail("bob@b+c.org", {}).empty());
  CHECK(without_detail("+lists", {}).empty());
  CHECK(without_detail("bob", {}).empty());
  CHECK(without_detail("bob+lists", {.detail_separator = ""}).empty());
  CHECK(without_detail("bob-lists", {.detail_separator = "-"}) == "bob");
}

TEST_CASE("existing accounts keep their names and are found") {
  const OldDirectory old({"Alice", "BOB", "Carol@Example.org", "Dave", "dave", "EVE", "Eve"});
  CHECK(old.found("Alice") == "Alice");
  CHECK(old.found("aLICE") == "Alice");
  CHECK(old.found("bob") == "BOB");
  CHECK(old.found("carol@example.ORG") == "Carol@Example.org");
  CHECK(old.found("carol").empty());
  CHECK(old.found("carol", with_domain) == "Carol@Example.org");
  CHECK(old.found("alice@example.org", with_domain) == "Alice");
  CHECK(old.found("Dave") == "Dave");
  CHECK(old.found("dave") == "dave");
  CHECK(old.found("EVE") == "EVE");
  CHECK(old.found("Eve") == "Eve");
  CHECK(old.found("eve").empty());  // it could be either
}

TEST_CASE("no second account of a name that differs in case only") {
  const OldDirectory old({"Alice", "carol@example.org"});
  AccountRegistry registry(storage::Directory::open(old.path()), with_domain);
  CHECK(registry.add("ALICE", "x").error() == Error::account_exists);
  CHECK(registry.add("alice@example.org", "x").error() == Error::account_exists);
  CHECK(registry.add("Carol", "x").error() == Error::account_exists);
  CHECK(registry.find_or_add("aLiCe").value() == registry.find("Alice")->id);
  REQUIRE(registry.add("Frank@EXAMPLE.ORG", "x"));
  CHECK(registry.find("frank")->name == "frank");
  REQUIRE(registry.set_password("FRANK", "y"));
  REQUIRE(registry.remove("alice"));
  CHECK_FALSE(registry.find("Alice"));
  CHECK(registry.remove("alice").error() == Error::no_such_account);
}

TEST_CASE("login, mail and administration find the same account") {
  Server server = Server::open({.listen = {"127.0.0.1:0"}, .names = with_domain}).value();
  REQUIRE(server.add_account("Bob", "secret"));
  REQUIRE(server.add_account("bob+own", "secret"));
  CHECK(server.accounts().value() == std::vector<std::string>{"bob", "bob+own"});
  REQUIRE(server.start());
  const auto deliver = [&](const char* user) {
    Expected<Delivery> delivery = server.begin_delivery(user, "INBOX");
    return delivery && delivery->write("Subject: x\r\n\r\n") && delivery->finish();
  };
  for (const char* user : {"BOB", "bob@example.ORG", "Bob+lists", "bob+a+b@example.org"}) CHECK(deliver(user));
  CHECK(deliver("bob+own"));
  CHECK_FALSE(deliver("bob@other.org"));
  CHECK_FALSE(deliver("bobby+lists"));
  SocketClient bob(server.addresses().front());
  CHECK(bob.run("LOGIN bOb@example.org secret").find("t OK") != std::string::npos);
  CHECK(bob.run("STATUS INBOX (MESSAGES)").find("(MESSAGES 4)") != std::string::npos);
  SocketClient detail(server.addresses().front());
  CHECK(detail.run("LOGIN bob+lists secret").find("t NO") != std::string::npos);
  REQUIRE(server.remove_account("BOB"));
  CHECK(bob.read_to("* BYE").find("removed") != std::string::npos);
  server.stop(std::chrono::milliseconds(0));
  server.wait();
}

TEST_CASE("rules for names that make no sense are refused") {
  for (const AccountNames& names : {AccountNames{.default_domain = "a@b"}, AccountNames{.default_domain = "a b"},
                                    AccountNames{.detail_separator = "++"}, AccountNames{.detail_separator = "@"},
                                    AccountNames{.detail_separator = "a"}})
    CHECK(Server::open({.names = names}).error().cause == Cause::bad_option);
}
