// The first step of SEARCH, SORT, THREAD and ESEARCH: the command becomes a request that can run. The others:
// commands/search/run.h, commands/search/finish.h.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "commands/arguments.h"
#include "commands/search/program.h"
#include "commands/search/return_options.h"
#include "core/mailbox_key.h"
#include "core/mailbox_name.h"
#include "core/numbers.h"
#include "protocol/command.h"
#include "search/order/sort_key.h"
#include "search/run.h"
#include "session/reply.h"

namespace postbag {

class Client;

/// The mailbox that an answer of ESEARCH is about. RFC 7377 section 2.1.
struct SearchedMailbox {
  MailboxName name;
  UidValidity uid_validity;
};

/// What is searched for in one mailbox, and what the client wants to know of it.
struct SearchRequest {
  std::string tag;
  ByUid by_uid;
  SearchReturn wanted;
  search::Job job;
  search::SortOrder order = {};               ///< empty: by UID
  std::optional<SearchedMailbox> where = {};  ///< for ESEARCH; otherwise the selected mailbox
};

/// Checks the command and reads its arguments. Refused: UIDREQUIRED, what is wrong with RETURN, a tag in use for
/// UPDATE, what is wrong with the program, in this order.
std::expected<SearchRequest, Reply> prepare(Client& client, protocol::grammar::Search command, ByUid by_uid,
                                            std::string_view tag);
std::expected<SearchRequest, Reply> prepare(Client& client, protocol::grammar::Sort command, ByUid by_uid,
                                            std::string_view tag);
/// The same, and a threading algorithm that we do not know.
std::expected<SearchRequest, Reply> prepare(Client& client, protocol::grammar::Thread command, ByUid by_uid,
                                            std::string_view tag);

/// What a search does before it runs: RELEVANCY goes with FUZZY (RFC 6203 section 4), MODSEQ enables CONDSTORE (RFC
/// 7162 section 3.1).
std::optional<Reply> check_program(Client& client, const search::Key& program, bool wants_relevancy);

/// The program in that mailbox, of whose messages the client knows `uids`.
search::Job job_for(const Client& client, const MailboxKey& mailbox, search::Key program, const UidSet& uids);

}  // namespace postbag
