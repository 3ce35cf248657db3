#include "commands/mailboxes/new_name.h"

#include <string>
#include <utility>

#include "commands/arguments.h"
#include "protocol/text/normal_form.h"
#include "session/client.h"

namespace postbag {

namespace {

/// A separator at the end only says that names below it will follow. RFC 9051 section 6.3.4.
Result<MailboxName> without_separator(const Client& client, std::string_view argument) {
  auto text = mailbox_text(client, argument);
  if (!text) return std::unexpected(text.error());
  if (text->size() > 1 && text->back() == MailboxName::separator) text->pop_back();
  return MailboxName::from(*text);
}

}  // namespace

std::expected<Place, Reply> new_mailbox_place(const Client& client, std::string_view argument) {
  auto name = without_separator(client, argument);
  if (!name) return std::unexpected(refusal(name.error()));
  if (protocol::nfc(name->utf8()) != name->utf8())
    return std::unexpected(Reply::no("Mailbox names must be in Unicode Normalization Form C", "CANNOT"));
  return client.access().place_of(*std::move(name));
}

}  // namespace postbag
