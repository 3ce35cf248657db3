// A host that frees, stops and moves its server at any moment: no crash, no hang, each callback once.

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include "tests/embed/host.h"
#include "tests/temporary_directory.h"

using namespace postbag;

namespace {

constexpr auto message = "Subject: hello\r\n\r\nWorld\r\n";

/// Where the host is when it frees its server.
enum class Moment : std::uint8_t { log, clock, authenticate, receive, closed, done, stopped };
constexpr std::array moments{Moment::log,    Moment::clock, Moment::authenticate, Moment::receive,
                             Moment::closed, Moment::done,  Moment::stopped};

/// A server that is freed inside one of its callbacks, with counts of its callbacks.
class FreedWithin {
 public:
  FreedWithin(Moment moment, std::size_t workers) : moment_(moment) {
    ServerOptions options{.workers = workers};
    options.log = [this, token = token_](const LogLine&) { reached(Moment::log); };
    options.clock = [this]() -> std::int64_t {
      if (on_loop()) reached(Moment::clock);
      return 1'700'000'000;
    };
    options.authenticate = [this](const LoginAttempt&, const std::function<void(bool)>& decide) {
      reached(Moment::authenticate);
      decide(true);
    };
    token_.reset();
    server_ = std::make_unique<Server>(Server::open(std::move(options)).value());
    REQUIRE(server_->add_account("alice", "secret"));
  }
  FreedWithin(const FreedWithin&) = delete;
  FreedWithin& operator=(const FreedWithin&) = delete;

  Server& server() { return *server_; }
  /// A client, a delivery, and an end: everything that has a callback.
  void play() {
    loop_thread_ = std::this_thread::get_id();
    const auto receive = [this](std::string_view) { reached(Moment::receive); };
    auto connection = server_->connect(receive, [this] { reached(Moment::closed), ++closed_; });
    REQUIRE(connection);
    connection_.emplace(std::move(*connection));
    connection_->send("a LOGIN alice secret\r\nb APPEND INBOX {12+}\r\nSubject: x\r\n\r\nc LOGOUT\r\n");
    server_->deliver({.user = "alice", .bytes = message}, [this](const Expected<Delivered>&) {
      ++done_;
      reached(Moment::done);
      if (server_) server_->stop(std::chrono::seconds(5), [this] { reached(Moment::stopped), ++stopped_; });
    });
  }
  bool is_freed() const { return freed_; }
  bool is_gone() const { return gone_.expired(); }
  void check_counts() const {
    CHECK(closed_ == 1);
    CHECK(done_ == 1);
    CHECK(stopped_ <= 1);
    CHECK(late_ == 0);
  }

 private:
  bool on_loop() const { return std::this_thread::get_id() == loop_thread_; }
  void reached(Moment moment) {
    if (moment_ == moment && server_) {
      server_.reset();  // the last callbacks are called in here
      freed_ = true;
    } else if (freed_) {
      ++late_;
    }
  }

  Moment moment_;
  std::shared_ptr<int> token_ = std::make_shared<int>(0);  // lives as long as the server's options
  std::weak_ptr<int> gone_ = token_;
  std::unique_ptr<Server> server_;
  std::optional<Connection> connection_;
  std::thread::id loop_thread_;
  std::atomic<bool> freed_ = false;
  std::atomic<int> closed_ = 0;
  std::atomic<int> done_ = 0;
  std::atomic<int> stopped_ = 0;
  std::atomic<int> late_ = 0;
};

void wait_for(const std::function<bool()>& what) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!what()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("a host frees the server inside any callback, in its own loop") {
  for (const Moment moment : moments) {
    for (const std::size_t workers : {std::size_t{0}, std::size_t{2}}) {
      CAPTURE(static_cast<int>(moment));
      CAPTURE(workers);
      Host host;
      FreedWithin freed(moment, workers);
      REQUIRE(freed.server().start(host.loop()));
      freed.play();
      host.run_until([&] { return freed.is_freed(); });
      freed.check_counts();
      host.run_until([&] { return freed.is_gone(); });
      freed.check_counts();
    }
  }
}

TEST_CASE("a host frees the server inside any callback, on the server's thread") {
  for (const Moment moment : moments) {
    CAPTURE(static_cast<int>(moment));
    if (moment == Moment::clock) continue;  // on a worker's thread too; no callback is due before that has returned
    FreedWithin freed(moment, 2);
    // Everything begins on the server's thread, so that only that one touches the host's objects.
    std::atomic<bool> begun = false;
    REQUIRE(freed.server().start());
    freed.server().deliver({.user = "nobody"}, [&](const Expected<Delivered>&) {
      freed.play();
      begun = true;
    });
    wait_for([&] { return begun && freed.is_gone(); });
    CHECK(freed.is_freed());
    freed.check_counts();
  }
}

TEST_CASE("a host frees the server by releasing the last callback that held it") {
  Host host;
  bool closed = false;
  std::weak_ptr<Server> gone;
  {
    const auto server = std::make_shared<Server>(in_memory());
    gone = server;
    REQUIRE(server->start(host.loop()));
    Connection client = server->connect([server](std::string_view) {}, [&] { closed = true; }).value();
    client.send("a LOGOUT\r\n");
    host.run_until([&] { return server.use_count() <= 2; });
  }
  host.run_until([&] { return gone.expired(); });
  CHECK(closed);
}

TEST_CASE("a host frees the server by releasing `stopped`, which held it") {
  Host host;
  std::weak_ptr<Server> gone;
  const auto leave = [&](std::shared_ptr<Server> server) {
    gone = server;
    Server& running = *server;
    running.stop(std::chrono::milliseconds(0), [server = std::move(server)] {});
  };
  auto in_loop = std::make_shared<Server>(in_memory());
  REQUIRE(in_loop->start(host.loop()));
  leave(std::exchange(in_loop, nullptr));
  host.run_until([&] { return gone.expired(); });

  auto own_thread = std::make_shared<Server>(in_memory());
  REQUIRE(own_thread->start());
  leave(std::exchange(own_thread, nullptr));
  wait_for([&] { return gone.expired(); });

  leave(std::make_shared<Server>(in_memory()));
  CHECK(gone.expired());
}

TEST_CASE("freed without stop: the last callbacks come in the destructor, on the loop's thread, none later") {
  Host host;
  int closed = 0;
  int done = 0;
  std::optional<Connection> client;
  {
    Server server = started(host);
    client = server.connect([](std::string_view) {}, [&] { ++closed; }).value();
    server.deliver({.user = "alice", .bytes = message}, [&](const Expected<Delivered>&) { ++done; });
    uv_run(&host.loop(), UV_RUN_NOWAIT);
  }
  CHECK(closed == 1);
  CHECK(done == 1);
  client->send("late");
  uv_run(&host.loop(), UV_RUN_NOWAIT);
  CHECK(closed == 1);
}

TEST_CASE("freed on another thread than its loop's: it ends when the loop runs again") {
  Host host;
  int closed = 0;
  auto server = std::make_unique<Server>(in_memory());
  REQUIRE(server->start(host.loop()));
  const Connection client = server->connect([](std::string_view) {}, [&] { ++closed; }).value();
  std::jthread([&] { server.reset(); }).join();
  host.run_until([&] { return closed == 1; });
}

TEST_CASE("stop twice, before start, and after the end: each callback once") {
  Host host;
  std::string order;
  {
    Server server = in_memory();
    REQUIRE(server.start(host.loop()));
    server.stop(std::chrono::hours(1), [&] { order += '1'; });
    server.stop(std::chrono::milliseconds::max(), [&] { order += '2'; });
    CHECK(order.empty());
    host.run_until([&] { return order.size() == 2; });
    server.stop(std::chrono::milliseconds(-5), [&] { order += '3'; });
    CHECK(order == "123");
    CHECK(server.start(host.loop()).error().cause == Cause::stopped);
  }
  Server never = in_memory();
  never.stop(std::chrono::milliseconds(0), [&] { order += '4'; });
  CHECK(order == "1234");
  never.wait();
  CHECK(never.start().error().cause == Cause::stopped);
}

TEST_CASE("a server that does not run is freed inside the callbacks that it calls at once") {
  auto never = std::make_unique<Server>(in_memory());
  never->stop(std::chrono::milliseconds(0), [&] { never.reset(); });
  CHECK_FALSE(never);

  auto refusing = std::make_unique<Server>(in_memory());
  refusing->deliver({.user = "alice"}, [&](const Expected<Delivered>&) { refusing.reset(); });
  CHECK_FALSE(refusing);

  // Inside the clock, below the accounts, stopped or not.
  for (const bool stopped : {false, true}) {
    CAPTURE(stopped);
    std::unique_ptr<Server> asked;
    ServerOptions options;
    options.clock = [&]() -> std::int64_t {
      asked.reset();
      return 1'700'000'000;
    };
    asked = std::make_unique<Server>(in_memory(std::move(options)));
    if (stopped) asked->stop(std::chrono::milliseconds(0));
    CHECK(asked->add_account("alice", "secret"));
    CHECK_FALSE(asked);
  }
}

TEST_CASE("a second stop shortens the grace, and so does freeing") {
  Host host;
  Server server = started(host);
  MemoryClient client(host, server);
  client.run("LOGIN alice secret");
  client.send("b APPEND INBOX {1000}\r\n");
  client.read_to("+ ");
  bool first = false;
  server.stop(std::chrono::hours(1), [&] { first = true; });
  uv_run(&host.loop(), UV_RUN_NOWAIT);
  server.stop(std::chrono::milliseconds(0));
  host.run_until([&] { return first; });
  client.wait_closed();

  Server own = in_memory();
  REQUIRE(own.start());
  std::atomic<bool> greeted = false;
  const Connection idle = own.connect([&](std::string_view) { greeted = true; }, [] {}).value();
  wait_for([&] { return greeted.load(); });
  own.stop(std::chrono::hours(1));
}

TEST_CASE("a server starts once, but again after an address was taken") {
  Server first = in_memory({.listen = {"127.0.0.1:0"}});
  REQUIRE(first.start());
  CHECK(first.start().error().cause == Cause::started);
  Server second = in_memory({.listen = first.addresses()});
  Server third = in_memory({.listen = first.addresses()});
  Host host;
  CHECK(second.start().error().cause == Cause::cannot_listen);
  CHECK(second.start(host.loop()).error().cause == Cause::cannot_listen);
  CHECK(third.start(host.loop()).error().cause == Cause::cannot_listen);
  first.stop(std::chrono::milliseconds(0));
  first.wait();
  REQUIRE(second.start(host.loop()));
  CHECK(second.start(host.loop()).error().cause == Cause::started);
  host.stop(second);
  REQUIRE(third.start());
  third.stop(std::chrono::milliseconds(0));
  third.wait();
}

TEST_CASE("moving onto a running server ends that one; a server that was moved from is one that does not run") {
  Host host;
  int closed = 0;
  Server running = in_memory();
  Server other = in_memory();
  REQUIRE(running.start());
  running = std::move(other);  // its own thread ends
  REQUIRE(running.start(host.loop()));
  const Connection client = running.connect([](std::string_view) {}, [&] { ++closed; }).value();
  running = in_memory();
  CHECK(closed == 1);
  Server taken = std::move(running);
  int called = 0;
  running.stop(std::chrono::milliseconds(0), [&] { ++called; });  // NOLINT(bugprone-use-after-move)
  running.deliver({}, [&](const Expected<Delivered>&) { ++called; });
  CHECK(called == 2);
  running.wait();
  running.disconnect("alice");
  CHECK(running.start().error().cause == Cause::stopped);
  CHECK(running.add_account("a", "b").error().cause == Cause::stopped);
  CHECK(running.remove_account("a").error().cause == Cause::stopped);
  CHECK(running.accounts().error().cause == Cause::stopped);
  CHECK(running.begin_delivery("a", "INBOX").error().cause == Cause::stopped);
  CHECK(running.connect([](std::string_view) {}, [] {}).error().cause == Cause::stopped);
  CHECK(running.addresses().empty());
}

TEST_CASE("connections and deliveries that were moved from do nothing; moving onto one ends it") {
  Server server = in_memory();
  REQUIRE(server.add_account("alice", "secret"));
  REQUIRE(server.start());
  std::atomic<int> closed = 0;
  const auto connect = [&] { return server.connect([](std::string_view) {}, [&] { ++closed; }).value(); };
  Connection one = connect();
  Connection two = connect();
  one = std::move(two);
  wait_for([&] { return closed == 1; });
  two.send("x");  // NOLINT(bugprone-use-after-move)
  two.hang_up();
  Delivery delivery = server.begin_delivery("alice", "INBOX").value();
  const Delivery kept = std::move(delivery);
  CHECK(delivery.write("x").error().cause == Cause::stopped);  // NOLINT(bugprone-use-after-move)
  CHECK(delivery.finish().error().cause == Cause::stopped);
}

TEST_CASE("calls that would wait for the loop's own thread do not") {
  Host host;
  Server server = in_memory();
  REQUIRE(server.start(host.loop()));
  CHECK(server.begin_delivery("alice", "INBOX").error().cause == Cause::refused);
  server.wait();
  host.stop(server);
}

TEST_CASE("the data directory is free again as soon as the server is freed, also inside `stopped`") {
  Host host;
  ServerOptions options;
  const TemporaryDirectory directory;
  options.data_dir = directory.path();
  auto server = std::make_unique<Server>(Server::open(options).value());
  REQUIRE(server->start(host.loop()));
  bool opened = false;
  server->stop(std::chrono::milliseconds(0), [&] {
    server.reset();
    opened = Server::open(options).has_value();
  });
  host.run_until([&] { return server == nullptr; });
  CHECK(opened);
}
