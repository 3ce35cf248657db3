// The untagged LIST and LSUB lines. RFC 9051 section 7.3.1, RFC 3501 section 7.2.3.
#pragma once

#include <string>

#include "commands/mailboxes/list_options.h"
#include "storage/mail.h"

namespace postbag {

class Client;

/// What LIST knows of a name of the store.
ListedName listed_name(const storage::MailboxEntry& entry);

/// What a LIST response shows besides what it always shows.
struct ListShown {
  bool subscribed = false;      ///< \Subscribed
  bool noselect = false;        ///< \Noselect beside \NonExistent, for clients that know only RFC 3501
  std::string old_name = {};    ///< UTF-8; shown as OLDNAME unless empty. RFC 5465 section 5.4
  std::string child_info = {};  ///< the criteria of CHILDINFO, `"SUBSCRIBED"`, for rows that have it
};

/// `* LIST (attributes) "/" name`.
void list_response(Client& client, const ListRow& row, const ListShown& shown);
void list_response(Client& client, const storage::MailboxEntry& entry);

/// `* LSUB (attributes) "/" name`. RFC 3501 section 7.2.3.
void lsub_response(Client& client, const ListRow& row);

}  // namespace postbag
