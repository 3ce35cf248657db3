#include "commands/search/in_progress.h"

#include "session/client.h"

namespace postbag {

InProgress::InProgress(Client& client, std::string_view tag)
    : client_(client), tag_(tag), next_(async::in(client.context().limits.in_progress_time)) {}

async::Task<bool> InProgress::at(std::uint64_t done, std::uint64_t goal) {
  if (client_.connection().has_to_probe()) next_ = async::Deadline::min();
  // What is complete has a tagged answer, so the goal is above.
  if (done >= goal || std::chrono::steady_clock::now() < next_)
    co_return !client_.connection().stream().is_closed();
  const Step step = step_.value_or(Step{done, goal});
  report(step.done, step.goal);
  next_ = async::in(client_.context().limits.in_progress_time);
  co_return co_await client_.flush();
}

void InProgress::report(std::uint64_t done, std::uint64_t goal) {
  protocol::Writer out = client_.respond();
  out.raw("* OK [INPROGRESS (");
  // A response code ends at its first "]".
  if (tag_.find(']') == std::string::npos)
    out.raw("\"").raw(tag_).raw("\"");
  else
    out.nil();
  out.sp().number(done).sp().number(goal).raw(")] Still at it").crlf();
}

}  // namespace postbag
