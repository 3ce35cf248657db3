// What a client asks to be notified of: NOTIFY SET as a value. RFC 5465.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "core/enum_set.h"
#include "core/mailbox_name.h"
#include "core/range_set.h"

namespace postbag {

/// What can be notified. RFC 5465 section 5; the events of annotations and metadata are not among them, since there
/// are none.
enum class NotifyEvent : std::uint8_t {
  message_new,  ///< together with message_expunge: section 5
  message_expunge,
  flag_change,
  mailbox_name,
  subscription_change,
};

using NotifyEvents = EnumSet<NotifyEvent, NotifyEvent::subscription_change>;

/// True when something about messages is asked for.
constexpr bool has_messages(NotifyEvents events) { return events.has(NotifyEvent::message_new); }

/// What is reported of the selected mailbox. By default, which is before the first NOTIFY, all of it.
struct SelectedNews {
  bool messages = true;           ///< EXISTS, and EXPUNGE or VANISHED
  bool flags = true;              ///< FETCH of other sessions' changes
  bool between_commands = false;  ///< reported as it happens, also when no command runs
  /// SELECTED-DELAYED: removals wait for a command that may report them. Section 6.1.2.
  bool holds_removals = false;

  /// NOTIFY NONE, or a NOTIFY SET that does not name the selected mailbox. Section 3.1.
  static SelectedNews none() {
    SelectedNews out;
    out.messages = out.flags = false;
    return out;
  }
};

/// All event groups of one NOTIFY SET. Several may name the same mailbox: it has the events of all. Sections 3.1
/// and 6. They are sorted by what they name, so that the cost for a mailbox does not grow with their number.
struct NotifyRequest {
  SelectedNews selected = SelectedNews::none();
  NotifyEvents personal;    ///< PERSONAL; INBOXES too, since mail is delivered to any mailbox (section 6.3)
  NotifyEvents subscribed;  ///< SUBSCRIBED
  std::map<std::string, NotifyEvents, std::less<>> subtrees;   ///< SUBTREE, by the name at the top
  std::map<std::string, NotifyEvents, std::less<>> children;   ///< SUBTREE-ONE, by the name at the top: RFC 7377
  std::map<std::string, NotifyEvents, std::less<>> mailboxes;  ///< MAILBOXES, by name

  /// What is asked of this name but for the selected mailbox's messages. No wildcards: section 6.6.
  NotifyEvents events_of(const MailboxName& name, bool is_subscribed) const;
};

}  // namespace postbag
