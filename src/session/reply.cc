#include "session/reply.h"

#include <array>

namespace postbag {

namespace {

struct Row {
  Error error;
  std::string_view code;
  std::string_view text;
};

constexpr auto rows = std::to_array<Row>({
    {Error::no_such_mailbox, "NONEXISTENT", "No such mailbox"},
    {Error::mailbox_exists, "ALREADYEXISTS", "Mailbox already exists"},
    {Error::mailbox_has_children, "HASCHILDREN", "Name has inferior names and holds no messages"},
    {Error::not_permitted, "CANNOT", "Not allowed for this mailbox"},
    {Error::invalid_name, "CANNOT", "Invalid mailbox name"},
    {Error::name_too_long, "LIMIT", "Mailbox name too long or too deep"},
    {Error::too_many_mailboxes, "LIMIT", "Too many mailboxes"},
    {Error::too_many_keywords, "LIMIT", "Too many different keywords in this mailbox"},
    {Error::keyword_too_long, "LIMIT", "Keyword too long"},
    {Error::message_too_big, "TOOBIG", "Message too big"},
    {Error::too_many_messages, "LIMIT", "Too many messages"},
    {Error::mailbox_gone, "NONEXISTENT", "The selected mailbox was deleted"},
    {Error::read_only, "READ-ONLY", "Mailbox is open read-only"},
    {Error::no_such_account, "AUTHENTICATIONFAILED", "Authentication failed"},
    {Error::account_exists, "ALREADYEXISTS", "Account exists"},
    {Error::invalid_account_name, "AUTHENTICATIONFAILED", "Authentication failed"},
    {Error::wrong_password, "AUTHENTICATIONFAILED", "Authentication failed"},
    {Error::unknown_encoding, "UNKNOWN-CTE", "Unknown content transfer encoding"},
    {Error::busy, "UNAVAILABLE", "Too busy, try again later"},
    {Error::over_quota, "OVERQUOTA", "No space left on the disk"},
    {Error::special_use_taken, "USEATTR", "Special use is already assigned"},
    {Error::no_such_message, "EXPUNGEISSUED", "The message was expunged"},
});

}  // namespace

Reply refusal(Error error) {
  for (const Row& row : rows)
    if (row.error == error) return Reply::no(std::string(row.text), std::string(row.code));
  return Reply::no("Refused", "CANNOT");
}

Reply refusal_of_target(Error error) {
  if (error == Error::no_such_mailbox) return Reply::no("No such mailbox", "TRYCREATE");
  return refusal(error);
}

}  // namespace postbag
