#include "session/notify/notify_request.h"

#include <string_view>

namespace postbag {

namespace {

void add_from(const std::map<std::string, NotifyEvents, std::less<>>& groups, std::string_view name,
              NotifyEvents& events) {
  if (const auto it = groups.find(name); it != groups.end()) events.add(it->second);
}

}  // namespace

NotifyEvents NotifyRequest::events_of(const MailboxName& name, bool is_subscribed) const {
  NotifyEvents events = personal;
  if (is_subscribed) events.add(subscribed);
  add_from(mailboxes, name.utf8(), events);
  add_from(children, name.utf8(), events);
  if (const std::size_t end = name.utf8().rfind(MailboxName::separator); end != std::string::npos)
    add_from(children, std::string_view(name.utf8()).substr(0, end), events);
  for (std::string_view top = name.utf8();; top = top.substr(0, top.rfind(MailboxName::separator))) {
    add_from(subtrees, top, events);
    if (top.find(MailboxName::separator) == std::string_view::npos) return events;
  }
}

}  // namespace postbag
