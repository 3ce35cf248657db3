#include "commands/search/prepare.h"

#include <utility>

#include "commands/search/updates/updates.h"
#include "search/threading/threaded_finds.h"
#include "session/client.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;
using Prepared = std::expected<SearchRequest, Reply>;

Prepared request_for(Client& client, SearchProgram program, ByUid by_uid, std::string_view tag, SearchReturn wanted,
                     search::SortOrder order) {
  SelectedMailbox& selected = client.selected();
  if (!program) {
    // A search that fails with NO empties the variable, a BAD one leaves it. RFC 9051 section 6.4.4.1.
    if (wanted.save && program.error().status == Reply::Status::no) selected.save({});
    return std::unexpected(std::move(program.error()));
  }
  const bool wants_relevancy = wanted.relevancy || search::is_by_relevancy(order);
  if (auto refused = check_program(client, *program, wants_relevancy)) return std::unexpected(std::move(*refused));
  return SearchRequest{.tag = std::string(tag),
                       .by_uid = by_uid,
                       .wanted = std::move(wanted),
                       .job = job_for(client, selected.key(), std::move(*program), selected.view().uids()),
                       .order = std::move(order)};
}

/// SEARCH or SORT.
template <class Command>
Prepared prepare_returning(Client& client, Command command, ByUid by_uid, std::string_view tag,
                           search::SortOrder order) {
  if (by_uid == ByUid::no && client.uid_only()) return std::unexpected(uid_required());
  auto wanted = search_return(command);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  if (auto refused = tag_in_use(client, tag, *wanted)) return std::unexpected(std::move(*refused));
  auto program = search_program(client, command, *wanted);
  return request_for(client, std::move(program), by_uid, tag, std::move(*wanted), std::move(order));
}

}  // namespace

Prepared prepare(Client& client, grammar::Search command, ByUid by_uid, std::string_view tag) {
  return prepare_returning(client, command, by_uid, tag, {});
}

Prepared prepare(Client& client, grammar::Sort command, ByUid by_uid, std::string_view tag) {
  return prepare_returning(client, command, by_uid, tag, search::sort_order(command));
}

Prepared prepare(Client& client, grammar::Thread command, ByUid by_uid, std::string_view tag) {
  if (by_uid == ByUid::no && client.uid_only()) return std::unexpected(uid_required());
  if (!search::thread_by(command.thread_alg().text()))
    return std::unexpected(Reply::bad("Unknown threading algorithm"));
  return request_for(client, search_program(client, command), by_uid, tag, {}, {});
}

std::optional<Reply> check_program(Client& client, const search::Key& program, bool wants_relevancy) {
  if (wants_relevancy && !search::mentions<search::Fuzzy>(program)) return Reply::bad("RELEVANCY requires FUZZY");
  if (search::mentions<search::ModSeqAtLeast>(program)) client.enable(Feature::condstore);
  return std::nullopt;
}

search::Job job_for(const Client& client, const MailboxKey& mailbox, search::Key program, const UidSet& uids) {
  const bool is_selected = client.has_selected() && client.selected().key() == mailbox;
  UidSet candidates = search::narrow_uids(program, uids);
  return {.mailbox = mailbox.id,
          .key = std::move(program),
          .recent = is_selected ? client.selected().recent() : UidSet(),
          .now = client.context().clock.now().seconds,
          .candidates = std::move(candidates),
          .headers_used = client.context().limits.headers_used};
}

}  // namespace postbag
