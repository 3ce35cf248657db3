#include "commands/search/search_run.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "commands/search/search_narrow.h"

namespace postbag::search {

namespace {

/// Messages looked up at once, and how long one slice may hold the account's worker.
constexpr std::size_t batch = 256;
constexpr std::chrono::milliseconds slice_time{20};
/// Fewer messages are read sooner than the index is asked.
constexpr std::uint64_t worth_narrowing = 32;

/// How far a search has come.
struct Progress {
  std::optional<Uid> from = Uid::min();
  std::uint64_t done = 0;  ///< messages looked at
  bool gone = false;
  std::unique_ptr<MessageMatch> begun;  ///< on the message `from`, perhaps
};

/// One slice of a search. On the account's worker.
class Slice {
 public:
  Slice(storage::ReadTransaction& tx, const Job& job, const std::optional<Narrowing>& narrowing, Finds& finds,
        Progress& progress)
      : tx_(tx), job_(job), narrowing_(narrowing), finds_(finds), progress_(progress) {}

  void run() {
    const auto keywords = tx_.keywords(job_.mailbox);
    progress_.gone = !keywords;
    if (progress_.gone) return;
    const Surroundings around{.keywords = *keywords, .recent = job_.recent, .now = job_.now};
    while (progress_.from && !(got_on_ && is_over())) {
      const auto messages = tx_.messages(job_.mailbox, job_.candidates, batch, *progress_.from);
      if (!take(messages->messages, around)) return;
      progress_.from = messages->next;
      got_on_ = true;
    }
  }

 private:
  /// False when the time is up; then it is known where to go on.
  bool take(const std::vector<storage::Message>& messages, const Surroundings& around) {
    for (const storage::Message& message : messages) {
      progress_.from = message.uid;
      if (!take(message, around)) return false;
    }
    return true;
  }

  bool take(const storage::Message& message, const Surroundings& around) {
    if (narrowing_ && narrowing_->rules_out(message.body)) {
      ++progress_.done;
      return true;
    }
    if (std::exchange(got_on_, true) && is_over()) return false;
    auto match = std::move(progress_.begun);
    if (!match || match->message().uid != message.uid) match = std::make_unique<MessageMatch>(job_.key, message);
    const auto found = match->step(tx_, around, end_);
    if (!found) {
      progress_.begun = std::move(match);
      return false;
    }
    ++progress_.done;
    if (*found != 0) finds_.take(message, tx_, *found);
    return true;
  }

  bool is_over() const { return std::chrono::steady_clock::now() >= end_; }

  storage::ReadTransaction& tx_;
  const Job& job_;
  const std::optional<Narrowing>& narrowing_;
  Finds& finds_;
  Progress& progress_;
  bool got_on_ = false;  ///< each slice does
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + slice_time;
};

}  // namespace

async::Task<bool> run(Account& account, const Job& job, Finds& finds, InProgress* told) {
  const Account::Hold keeps_bodies(account, Account::Keeps::bodies);
  std::optional<Narrowing> narrowing;
  if (job.candidates.size() > worth_narrowing) narrowing = co_await narrow(account, job.key);
  Progress progress;
  const std::uint64_t goal = job.candidates.size();
  while (progress.from && !progress.gone) {
    co_await account.read([&](storage::ReadTransaction& tx) { Slice(tx, job, narrowing, finds, progress).run(); });
    if (told == nullptr || !progress.from) continue;
    const bool alive = co_await told->at(progress.done, goal);
    if (!alive) co_return false;
  }
  co_return !progress.gone;
}

}  // namespace postbag::search
