// The server on a thread of its own, over files.

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "postbag/accounts.h"
#include "postbag/server.h"
#include "tests/embed/contains.h"
#include "tests/embed/socket_client.h"
#include "tests/temporary_directory.h"

using namespace postbag;

namespace {

ServerOptions options_for(const TemporaryDirectory& directory) {
  ServerOptions options;
  options.data_dir = directory.path();
  options.listen = {"127.0.0.1:0"};
  return options;
}

void stop(Server& server) {
  server.stop(std::chrono::seconds(5));
  server.wait();
}

}  // namespace

TEST_CASE("mail outlives the server") {
  const TemporaryDirectory directory;
  {
    Server server = Server::open(options_for(directory)).value();
    REQUIRE(server.add_account("dave", "secret"));
    REQUIRE(server.start());
    Delivery delivery = server.begin_delivery("dave", "INBOX").value();
    for (int i = 0; i < 40; ++i) REQUIRE(delivery.write("X-Line: " + std::string(5000, 'x') + "\r\n"));
    REQUIRE(delivery.write("\r\nbody\r\n"));
    CHECK(delivery.finish().value().uid == 1);
    SocketClient client(server.addresses().front());
    CHECK(contains(client.run("LOGIN dave secret"), "t OK"));
    stop(server);
    CHECK(contains(client.read_to("* BYE"), "* BYE"));
  }
  Server server = Server::open(options_for(directory)).value();
  REQUIRE(server.start());
  SocketClient client(server.addresses().front());
  CHECK(contains(client.run("LOGIN dave secret"), "t OK"));
  CHECK(contains(client.run("SELECT INBOX"), "* 1 EXISTS"));
  CHECK(contains(client.run("FETCH 1 BODY[TEXT]"), "body"));
  stop(server);

  int mailboxes = 0;
  REQUIRE(read_account(directory.path(), "dave", "", [&](const StoredMailbox& mailbox) {
    ++mailboxes;
    if (mailbox.name == "INBOX") CHECK(mailbox.messages.size() == 1);
  }));
  CHECK(mailboxes == 6);
  CHECK(read_account(directory.path(), "dave", "Nope", [](const auto&) {}).error().cause == Cause::no_such_mailbox);
  CHECK(read_account(directory.path(), "eve", "", [](const auto&) {}).error().cause == Cause::no_such_account);
}

TEST_CASE("one data directory, one server") {
  const TemporaryDirectory directory;
  const Server first = Server::open(options_for(directory)).value();
  const Expected<Server> second = Server::open(options_for(directory));
  REQUIRE_FALSE(second);
  CHECK(second.error().cause == Cause::in_use);
}

TEST_CASE("options that make no sense are all named, and nothing is touched") {
  const TemporaryDirectory directory;
  ServerOptions options = options_for(directory);
  options.data_dir += "/new";
  options.listen = {"localhost:imap"};
  options.limits = {{"no_such_limit", 1}, {"autologout", 5}};
  options.history = {.ranges = 0, .days = History::most_days + 1};
  options.workers = 100'000;
  options.close_idle_after = std::chrono::seconds(-5);
  const Expected<Server> server = Server::open(std::move(options));
  REQUIRE_FALSE(server);
  CHECK(server.error().cause == Cause::bad_option);
  for (const char* part : {"localhost:imap", "no_such_limit", "autologout", "history ranges", "history days",
                           "workers", "close_idle_after"})
    CHECK(contains(server.error().text, part));
  CHECK_FALSE(std::filesystem::exists(directory.path() / "new"));
}

TEST_CASE("each option that makes no sense is refused alone") {
  const auto refused = [](const std::function<void(ServerOptions&)>& change) {
    ServerOptions options;
    change(options);
    const Expected<Server> server = Server::open(std::move(options));
    return !server && server.error().cause == Cause::bad_option;
  };
  CHECK(refused([](ServerOptions& o) { o.workers = ServerOptions::most_workers + 1; }));
  CHECK(refused([](ServerOptions& o) { o.close_idle_after = std::chrono::seconds::min(); }));
  CHECK(refused([](ServerOptions& o) { o.close_idle_after = std::chrono::seconds::max(); }));
  CHECK(refused([](ServerOptions& o) { o.data_dir = std::string("/tmp\0/x", 7); }));
  for (const std::string& address :
       {std::string("unix:"), "unix:/" + std::string(200, 'x'), std::string("127.0.0.1"),
        std::string("127.0.0.1:99999"), std::string("127.0.0.1\0:1", 12)})
    CHECK(refused([&](ServerOptions& o) { o.listen = {address}; }));
}

TEST_CASE("a password that could never be used to log in is refused") {
  const TemporaryDirectory directory;
  Server server = Server::open({}).value();
  AccountFile file = AccountFile::open(directory.path()).value();
  REQUIRE(server.add_account("dave", "secret"));
  REQUIRE(file.add("dave", "secret"));
  for (const std::string& password : {std::string(), std::string("a\0b", 3), std::string(1025, 'x')}) {
    CHECK(server.add_account("eve", password).error().cause == Cause::bad_option);
    CHECK(server.set_password("dave", password).error().cause == Cause::bad_option);
    CHECK(file.add("eve", password).error().cause == Cause::bad_option);
    CHECK(file.set_password("dave", password).error().cause == Cause::bad_option);
  }
  CHECK(server.accounts().value().size() == 1);
}

TEST_CASE("an address that is taken") {
  Server first = Server::open({.listen = {"127.0.0.1:0"}}).value();
  REQUIRE(first.start());
  Server second = Server::open({.listen = {first.addresses().front()}}).value();
  const Expected<void> started = second.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().cause == Cause::cannot_listen);
  stop(first);
}

TEST_CASE("deliveries are refused for their reason") {
  Server server = Server::open({.limits = {{"message", 65536}}}).value();
  REQUIRE(server.add_account("dave", "secret"));
  CHECK(server.add_account("dave", "again").error().cause == Cause::account_exists);
  CHECK(server.add_account("", "x").error().cause == Cause::invalid_name);
  CHECK(server.begin_delivery("dave", "INBOX").error().cause == Cause::stopped);
  REQUIRE(server.start());
  CHECK(server.begin_delivery("eve", "INBOX").error().cause == Cause::no_such_account);
  CHECK(server.begin_delivery("dave", "Nope").error().cause == Cause::no_such_mailbox);
  CHECK(server.begin_delivery("dave", "a//b").error().cause == Cause::invalid_name);
  Delivery large = server.begin_delivery("dave", "INBOX").value();
  REQUIRE(large.write(std::string(60'000, 'x')));
  CHECK(large.write(std::string(10'000, 'x')).error().cause == Cause::message_too_big);
  Delivery unfinished = server.begin_delivery("dave", "INBOX").value();
  REQUIRE(unfinished.write("Subject: half\r\n"));
  stop(server);
  CHECK(unfinished.finish().error().cause == Cause::stopped);
}

TEST_CASE("a changed password counts at once, also after logins that are remembered") {
  Server server = Server::open({.listen = {"127.0.0.1:0"}, .limits = {{"failed_login_delay", 0}}}).value();
  REQUIRE(server.add_account("dave", "old"));
  REQUIRE(server.start());
  const auto login = [&](const char* password) {
    SocketClient client(server.addresses().front());
    return contains(client.run(std::string("LOGIN dave ") + password), "t OK");
  };
  CHECK(login("old"));
  CHECK(login("old"));
  REQUIRE(server.set_password("dave", "new"));
  CHECK_FALSE(login("old"));
  CHECK(login("new"));
  stop(server);
}

TEST_CASE("sessions that write to one account at the same time share transactions and syncs") {
  constexpr std::uint64_t sessions = 8;
  constexpr std::uint64_t messages = 40;
  const TemporaryDirectory directory;
  Server server = Server::open(options_for(directory)).value();
  REQUIRE(server.add_account("frank", "secret"));
  REQUIRE(server.start());
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (std::uint64_t i = 0; i < sessions; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server.addresses().front()));
    REQUIRE(contains(clients.back()->run("LOGIN frank secret"), "t OK"));
  }
  const Counters before = server.counters();
  std::string burst;
  for (std::uint64_t i = 0; i < messages; ++i) burst += "a APPEND INBOX {12+}\r\nSubject: x\r\n\r\n";
  for (const auto& client : clients) client->send(burst + "t NOOP\r\n");
  for (const auto& client : clients) CHECK(contains(client->read_to("t "), "t OK"));
  const Counters after = server.counters();
  CHECK(after.writes - before.writes == sessions * messages);
  CHECK(after.commits - before.commits < sessions * messages);
  CHECK(after.syncs - before.syncs == after.commits - before.commits);
  CHECK(contains(clients.front()->run("STATUS INBOX (MESSAGES)"),
                 "(MESSAGES " + std::to_string(sessions * messages) + ")"));
  stop(server);
}

TEST_CASE("relaxed flags are acknowledged before their sync, which comes by itself") {
  const TemporaryDirectory directory;
  ServerOptions options = options_for(directory);
  options.flags = FlagDurability::relaxed;
  Server server = Server::open(std::move(options)).value();
  REQUIRE(server.add_account("grace", "secret"));
  REQUIRE(server.start());
  SocketClient client(server.addresses().front());
  REQUIRE(contains(client.run("LOGIN grace secret"), "t OK"));
  client.run("APPEND INBOX {12+}\r\nSubject: x\r\n");
  client.run("SELECT INBOX");
  REQUIRE(contains(client.run("STORE 1 +FLAGS (\\Seen)"), "t OK"));  // reserves, which is synced
  const Counters before = server.counters();
  REQUIRE(contains(client.run("STORE 1 -FLAGS (\\Seen)"), "t OK"));
  CHECK(server.counters().commits == before.commits + 1);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (server.counters().syncs == before.syncs && std::chrono::steady_clock::now() < deadline) client.run("NOOP");
  CHECK(server.counters().syncs == before.syncs + 1);
  CHECK(server.counters().commits == before.commits + 1);
  stop(server);
}

TEST_CASE("a host binds an address before the start, and asks whether the loop runs") {
  const TemporaryDirectory directory;
  ServerOptions options = options_for(directory);
  const Expected<std::string> bound = listen_early("127.0.0.1:0");
  REQUIRE(bound);
  options.listen = {*bound};
  Server server = Server::open(options).value();
  CHECK_FALSE(server.call_soon([] {}));
  REQUIRE(server.start());
  CHECK(server.addresses().front().starts_with("127.0.0.1:"));
  CHECK(contains(SocketClient(server.addresses().front()).greeting(), "* OK"));
  std::promise<std::thread::id> loop;
  CHECK(server.call_soon([&] { loop.set_value(std::this_thread::get_id()); }));
  CHECK(loop.get_future().get() != std::this_thread::get_id());
  CHECK(listen_early(server.addresses().front()).error().cause == Cause::cannot_listen);
  CHECK(listen_early("nowhere").error().cause == Cause::bad_option);
  stop(server);
  CHECK_FALSE(server.call_soon([] {}));
}

TEST_CASE("a descriptor that does not listen is refused at the start") {
  ServerOptions options;
  options.listen = {"fd:0"};
  Server server = Server::open(options).value();
  CHECK(server.start().error().cause == Cause::cannot_listen);
  options.listen = {"fd:x"};
  CHECK(Server::open(options).error().cause == Cause::bad_option);
}
