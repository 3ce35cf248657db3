#include "search/run.h"

#include <utility>

namespace postbag::search {

namespace {

/// Messages looked up at once.
constexpr std::size_t batch = 256;
constexpr std::uint64_t worth_narrowing = 32;

}  // namespace

bool is_worth_narrowing(const Job& job) { return job.candidates.size() > worth_narrowing; }

bool Run::step(storage::ReadTransaction& tx, SliceEnd end) {
  const auto keywords = tx.keywords(job_.mailbox);
  is_gone_ = !keywords;
  if (is_gone_) return false;
  const Surroundings around{
      .keywords = *keywords, .recent = job_.recent, .now = job_.now, .headers_used = job_.headers_used};
  Slice slice{.tx = tx, .around = around, .end = end};
  while (from_ && !(slice.got_on && is_over(end))) {
    const auto messages = tx.messages(job_.mailbox, job_.candidates, batch, *from_);
    if (!take(messages->messages, slice)) return true;
    from_ = messages->next;
    slice.got_on = true;
  }
  return from_.has_value();
}

/// False when the time is up; then it is known where to go on.
bool Run::take(const std::vector<storage::Message>& messages, Slice& slice) {
  for (const storage::Message& message : messages) {
    from_ = message.uid;
    if (!take(message, slice)) return false;
  }
  return true;
}

bool Run::take(const storage::Message& message, Slice& slice) {
  if (narrowing_ && narrowing_->rules_out(message.body)) {
    ++done_;
    return true;
  }
  if (std::exchange(slice.got_on, true) && is_over(slice.end)) return false;
  auto match = std::move(begun_);
  if (!match || match->message().uid != message.uid) match = std::make_unique<MessageMatch>(job_.key, message);
  const auto found = match->step(slice.tx, slice.around, slice.end);
  if (!found) {
    begun_ = std::move(match);
    return false;
  }
  ++done_;
  if (*found != 0) finds_.take(message, slice.tx, *found);
  return true;
}

}  // namespace postbag::search
