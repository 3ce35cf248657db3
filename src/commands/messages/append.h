// What APPEND and REPLACE share: before a message's literal is taken, and when the command is complete.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.h"
#include "core/flags.h"
#include "core/range_set.h"
#include "protocol/command.h"
#include "session/access/mailbox_access.h"
#include "session/reply.h"
#include "storage/transaction.h"

namespace postbag {

class Client;

/// What stands beside one message's literal.
struct MessageOptions {
  NamedFlags flags;
  DateTime internal_date;
  bool binary = false;  ///< a literal8, which may hold NUL. RFC 3516 section 4.4
};

/// The options of each message of a complete command, in their order. BAD for flags or dates that there are not,
/// and what a NUL in an uploaded message gets.
std::expected<std::vector<MessageOptions>, Reply> message_options(
    Client& client, std::span<const protocol::grammar::AppendMessage> messages);

/// Adds all messages, in their order. Refused by the first that cannot be added; then none may be kept: RFC 3502.
Result<std::vector<storage::Appended>> append_all(storage::Transaction& tx, MailboxId mailbox,
                                                  std::span<const storage::StagedBody> bodies,
                                                  std::span<const MessageOptions> options);

UidSet uids_of(std::span<const storage::Appended> appended);

/// "APPENDUID 38505 3955:3957", in the order of the messages. RFC 4315 section 3, RFC 3502.
std::string append_code(std::span<const storage::Appended> appended);

/// `done`, and which limits the messages met whose structure is not kept whole: "APPEND completed, but the
/// structure only in part, beyond mime_depth". Logs that too. After client.upload()->messages().
std::string with_limits_met(Client& client, std::string done);

/// The message whose literal is announced.
struct NextMessage {
  protocol::grammar::AppendMessage options;
  std::size_t number;  ///< within its command, from 1
};

/// Why this message will fail whatever its literal of `size` bytes holds: its options, its size, or how much came
/// before it. Nothing when it may be sent.
std::optional<Reply> refuse_message(Client& client, NextMessage message, std::uint64_t size);

/// Begins the upload of a command's first message to `target`; or why nothing can be added there: NO [TRYCREATE]
/// when no such mailbox exists.
async::Task<std::optional<Reply>> begin_upload(Client& client, const Place& target);

}  // namespace postbag
