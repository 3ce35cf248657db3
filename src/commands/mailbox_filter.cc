#include "commands/mailbox_filter.h"

#include "commands/arguments.h"
#include "session/client.h"

namespace postbag {

namespace {

using Filter = protocol::grammar::FilterMailboxes::Kind;

auto& named_by(Filter kind, NotifyRequest& request) {
  if (kind == Filter::subtree) return request.subtrees;
  return kind == Filter::subtree_one ? request.children : request.mailboxes;
}

}  // namespace

void add_filter(const Client& client, protocol::grammar::FilterMailboxes filter, NotifyEvents events,
                NotifyRequest& request) {
  if (filter.kind() == Filter::subscribed) request.subscribed.add(events);
  // Mail is delivered to any mailbox, so INBOXES are all: RFC 5465 section 6.3.
  if (filter.kind() == Filter::personal || filter.kind() == Filter::inboxes) request.personal.add(events);
  auto& named = named_by(filter.kind(), request);
  for (const auto argument : filter.mailbox())
    if (const auto name = mailbox_name(client, argument.text())) named[name->utf8()].add(events);
}

}  // namespace postbag
