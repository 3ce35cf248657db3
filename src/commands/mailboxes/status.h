// The data items of STATUS, also within LIST. RFC 9051 sections 6.3.11 and 7.3.4, RFC 3501 section 6.3.10, RFC
// 7889, 8438 and 8474.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/mailbox_key.h"
#include "core/mailbox_name.h"
#include "protocol/command.h"
#include "storage/read_transaction.h"

namespace postbag {

class Client;

/// A data item of the grammar. All there is to know of each is its row in status.cc.
using StatusItem = protocol::grammar::StatusAtt::Kind;
using StatusItems = std::vector<StatusItem>;

bool has_item(const StatusItems& items, StatusItem item);

/// What the items are taken from.
struct StatusNumbers {
  MailboxKey mailbox;
  storage::MailboxState state;
  std::uint64_t recent = 0;  ///< when RECENT was asked for
};

/// Reads what `items` need. Nothing when the mailbox is gone. On the account's worker.
std::optional<StatusNumbers> read_status(storage::ReadTransaction& tx, const MailboxKey& mailbox,
                                         const StatusItems& items);

/// `* STATUS name (items)`.
void status_response(Client& client, const MailboxName& name, const StatusNumbers& numbers,
                     const StatusItems& items);

}  // namespace postbag
