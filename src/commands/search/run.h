// The second step of SEARCH, SORT, THREAD and ESEARCH: going through the mailbox, in slices that hold the account's
// worker for slice_time, so that other sessions get their turn. All of it throws what the store throws. Loop
// thread.
#pragma once

#include <optional>
#include <string_view>

#include "async/task.h"
#include "commands/search/in_progress.h"
#include "commands/search/prepare.h"
#include "search/finds.h"
#include "session/account/account.h"
#include "session/reply.h"

namespace postbag {

/// Refused: the mailbox or the client is gone, or `finds` has too much, which is NO [LIMIT] with these words.
async::Task<std::optional<Reply>> run(Client& client, const SearchRequest& request, search::Finds& finds,
                                      std::string_view too_much = {});

/// The same without a word to the client but that of `progress`; null: none. False when the mailbox or the client
/// is gone. What is passed must outlive the task.
async::Task<bool> run_job(Account& account, const search::Job& job, search::Finds& finds,
                          InProgress* progress = nullptr);

}  // namespace postbag
