#include "core/object_id.h"

#include "core/number_in.h"

namespace postbag {

namespace {

template <class Id>
std::optional<Id> parsed(std::string_view text) {
  const auto number = text.empty() ? std::nullopt : number_in<typename Id::rep>(text.substr(1));
  const auto id = number ? Id::from(*number) : std::nullopt;
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
