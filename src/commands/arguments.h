// Arguments that need the session to be understood: mailbox names and sets of messages.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/mailbox_name.h"
#include "core/range_set.h"
#include "core/result.h"
#include "session/access/mailbox_access.h"
#include "session/reply.h"
#include "session/selected/view.h"

namespace postbag {

class Client;

/// Whether a command's set holds UIDs (the command begins with UID) or sequence numbers.
enum class ByUid : bool { no, yes };

/// A mailbox name from the wire, in the client's charset: modified UTF-7 or UTF-8. RFC 3501 section 5.1.3, RFC 9051
/// section 5.1. Error::invalid_name or Error::name_too_long.
Result<MailboxName> mailbox_name(const Client& client, std::string_view argument);

/// Where the mailbox of that name is, or would be: the way from an argument to mail. The same errors.
Result<Place> mailbox_place(const Client& client, std::string_view argument);

/// What becomes of a command that would have to change two accounts at once: NO [CANNOT]; nothing when they are the
/// same. One transaction cannot span two stores.
std::optional<Reply> refuse_two_accounts(const Account& one, const Account& other);

/// A name as UTF-8 text that need not be one: a LIST pattern, a reference. Error::invalid_name.
Result<std::string> mailbox_text(const Client& client, std::string_view argument);

/// What to say to sequence numbers that no message has: a command about messages is BAD (RFC 9051 section 9,
/// seq-number), a search just finds nothing there.
enum class Beyond : bool { bad, nothing };

/// What a sequence number gets once UIDONLY is enabled: BAD [UIDREQUIRED]. RFC 9586.
Reply uid_required();

/// The messages of the selected mailbox that a sequence set names, as the client sees it: `*` is the last one in
/// the view, `$` the saved search result. A range that only ends beyond the last message ends with it.
std::expected<UidSet, Reply> message_set(Client& client, std::string_view argument, ByUid by_uid,
                                         Beyond beyond = Beyond::bad);

/// The same in another mailbox, whose messages `view` numbers; `saved` is what `$` means there.
std::expected<UidSet, Reply> message_set(const Client& client, const View& view, const UidSet& saved,
                                         std::string_view argument, ByUid by_uid, Beyond beyond);

/// The UIDs that a set names and that are in no message of the view, as far as the client can know of them: `*` is
/// the highest UID that it ever saw, so that what was expunged at the end is found. RFC 7162 section 3.2.6.
UidSet absent_uids(const Client& client, std::string_view argument);

}  // namespace postbag
