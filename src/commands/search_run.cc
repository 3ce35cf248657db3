#include "commands/search_run.h"

#include <chrono>
#include <optional>

#include "commands/search_narrow.h"

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
};

/// Goes on for a slice of time. On the account's worker.
void slice(storage::ReadTransaction& tx, const Job& job, const std::optional<Narrowing>& narrowing, Finds& finds,
           Progress& progress) {
  const auto keywords = tx.keywords(job.mailbox);
  progress.gone = !keywords;
  if (progress.gone) return;
  const Surroundings around{.keywords = *keywords, .recent = job.recent, .now = job.now};
  const auto end = std::chrono::steady_clock::now() + slice_time;
  while (progress.from) {
    const auto messages = tx.messages(job.mailbox, job.candidates, batch, *progress.from);
    progress.from = messages->next;
    for (const storage::Message& message : messages->messages) {
      ++progress.done;
      if (narrowing && narrowing->rules_out(message.body)) continue;
      const Relevancy found = relevancy(job.key, message, tx, around);
      if (found != 0) finds.take(message, tx, found);
      if (std::chrono::steady_clock::now() < end) continue;
      progress.from = message.uid == Uid::max() ? std::nullopt : std::optional(message.uid.next());
      return;
    }
  }
}

}  // namespace

async::Task<bool> run(Account& account, const Job& job, Finds& finds, InProgress* told) {
  const Account::Hold keeps_bodies(account);
  std::optional<Narrowing> narrowing;
  if (job.candidates.size() > worth_narrowing) narrowing = co_await narrow(account, job.key);
  Progress progress;
  const std::uint64_t goal = job.candidates.size();
  while (progress.from && !progress.gone) {
    co_await account.read([&](storage::ReadTransaction& tx) { slice(tx, job, narrowing, finds, progress); });
    if (told == nullptr || !progress.from) continue;
    const bool alive = co_await told->at(progress.done, goal);
    if (!alive) co_return false;
  }
  co_return !progress.gone;
}

}  // namespace postbag::search
