#include "commands/search/in_progress.h"

#include "session/session.h"

namespace postbag {

InProgress::InProgress(Session& session, std::string_view tag)
    : session_(session), tag_(tag), next_(async::in(session.context().limits.in_progress_time)) {}

async::Task<bool> InProgress::at(std::uint64_t done, std::uint64_t goal) {
  if (session_.has_to_probe()) next_ = async::Deadline::min();
  // The goal must be above: what is complete has a tagged answer.
  if (done >= goal || std::chrono::steady_clock::now() < next_) co_return !session_.stream().is_closed();
  const Step step = step_.value_or(Step{done, goal});
  tell(step.done, step.goal);
  next_ = async::in(session_.context().limits.in_progress_time);
  co_return co_await session_.flush();
}

void InProgress::tell(std::uint64_t done, std::uint64_t goal) {
  protocol::Writer out = session_.respond();
  out.raw("* OK [INPROGRESS (");
  // A response code ends at its first "]".
  if (tag_.find(']') == std::string::npos)
    out.raw("\"").raw(tag_).raw("\"");
  else
    out.nil();
  out.sp().number(done).sp().number(goal).raw(")] Still at it").crlf();
}

}  // namespace postbag
