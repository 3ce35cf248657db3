#include "server/server_impl.h"

#include <csignal>
#include <functional>
#include <system_error>

#include <pthread.h>

#include "server/failures.h"
#include "server/limits_table.h"

namespace postbag {

namespace {

/// The host's clock.
class HostClock final : public Clock {
 public:
  explicit HostClock(std::function<std::int64_t()> now) : now_(std::move(now)) {}
  DateTime now() const override { return {now_(), 0}; }

 private:
  std::function<std::int64_t()> now_;
};

void add_complaint(std::string& complaints, std::string_view complaint) {
  if (!complaints.empty()) complaints += "; ";
  complaints += complaint;
}

void add_range_complaint(std::string& complaints, const std::string& name, std::uint64_t value,
                         std::uint64_t most) {
  if (value < 1 || value > most) add_complaint(complaints, name + " must be from 1 to " + std::to_string(most));
}

}  // namespace

Server::Impl::~Impl() {
  if (thread.joinable()) thread.join();
  // In the host's loop, when stop() was not called or not waited for.
  if (serving) cease();
}

std::string Server::Impl::check_options() {
  std::string complaints;
  for (const auto& [name, value] : options.limits)
    if (const auto complaint = server::set_limit(limits, name, value)) add_complaint(complaints, *complaint);
  const History& history = options.history;
  add_range_complaint(complaints, "history ranges", history.ranges, History::most_ranges);
  add_range_complaint(complaints, "history days", history.days, History::most_days);
  for (const std::string& address : options.listen)
    if (!async::Address::parse(address)) add_complaint(complaints, "not an address to listen on: " + address);
  return complaints;
}

void Server::Impl::open_data() {
  if (options.clock) host_clock = std::make_unique<HostClock>(options.clock);
  if (!options.data_dir.empty()) lock = storage::DataLock::acquire(options.data_dir);
  book = std::make_unique<server::AccountBook>(options.data_dir, host_clock ? *host_clock : system_clock());
  book->sweep();
}

Expected<void> Server::Impl::try_begin(async::Loop& loop) {
  try {
    begin(loop);
    return {};
  } catch (const std::system_error& error) {
    return std::unexpected(Failure{Cause::cannot_listen, error.what()});
  }
}

void Server::Impl::begin(async::Loop& loop) {
  const Clock& clock = host_clock ? *host_clock : system_clock();
  auto made =
      std::make_unique<server::Serving>(loop, server::ServingParts{options, limits, clock, *book, door, totals});
  made->listen();
  serving = std::move(made);
  door->open(loop);
  const std::lock_guard held(mutex);
  state = State::serving;
  addresses = serving->addresses();
}

void Server::Impl::cease() {
  door->close();
  ending.reset();
  serving.reset();
  host_loop.reset();
}

void Server::Impl::set_stopped() {
  const std::lock_guard held(mutex);
  state = State::stopped;
  changed.notify_all();
}

Expected<void> Server::Impl::serve_on_own_thread() {
  std::optional<Expected<void>> outcome;
  // Signals are the host's affair, and a peer that goes away must not raise one here.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread = std::thread([&, this] {
    own_thread([&](Expected<void> begun) {
      const std::lock_guard held(mutex);
      outcome = std::move(begun);
      changed.notify_all();
    });
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::unique_lock held(mutex);
  changed.wait(held, [&] { return outcome.has_value(); });
  return std::move(*outcome);
}

void Server::Impl::own_thread(const std::function<void(Expected<void>)>& begun) {
  async::Loop loop;
  own_loop = &loop;
  Expected<void> outcome = server::guarded([&] { return try_begin(loop); });
  const bool serves = outcome.has_value();
  begun(std::move(outcome));  // `begun` is dead from here on
  if (!serves) return;
  loop.run();
  cease();
  set_stopped();
}

}  // namespace postbag
