#include "core/object_id.h"

#include <charconv>

namespace postbag {

namespace {

template <class Id>
std::optional<Id> parsed(std::string_view text) {
  typename Id::rep number = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || std::from_chars(text.data() + 1, end, number).ec != std::errc()) return std::nullopt;
  const auto id = Id::from(number);
  // M01 is not M1.
  return id && object_id(*id) == text ? id : std::nullopt;
}

}  // namespace

std::string object_id(MailboxId mailbox) { return "F" + std::to_string(mailbox.value()); }
std::string object_id(BodyId body) { return "M" + std::to_string(body.value()); }
std::string object_id(ThreadId thread) { return "T" + std::to_string(thread.value()); }

std::optional<BodyId> body_of(std::string_view object_id) { return parsed<BodyId>(object_id); }
std::optional<ThreadId> thread_of(std::string_view object_id) { return parsed<ThreadId>(object_id); }

}  // namespace postbag
