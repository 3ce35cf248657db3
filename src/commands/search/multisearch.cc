// ESEARCH: one search through many mailboxes. RFC 7377.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/handlers.h"
#include "commands/mailbox_filter.h"
#include "commands/search/finish.h"
#include "commands/search/prepare.h"
#include "commands/search/run.h"
#include "commands/search/updates/updates.h"
#include "search/found_set.h"
#include "session/client.h"

namespace postbag {

namespace {

using Filter = grammar::FilterMailboxes::Kind;

/// What the source options ask for. Section 2.2.
struct Sources {
  bool selected = false;
  bool others = false;
  NotifyRequest filters = {};  ///< a mailbox with any event is one of them
};

std::expected<Sources, Reply> sources_of(const Client& client, grammar::Esearch command) {
  Sources out;
  NotifyEvents any;
  any.add(NotifyEvent::message_new);
  for (const auto filter : command.filter_mailboxes()) {
    if (filter.kind() == Filter::selected_delayed)
      return std::unexpected(Reply::bad("SELECTED-DELAYED is not allowed in a search"));
    (filter.kind() == Filter::selected ? out.selected : out.others) = true;
    add_filter(client, filter, any, out.filters);
  }
  if (!out.others) out.selected = true;
  if (out.selected && !client.has_selected()) return std::unexpected(Reply::bad("No mailbox is selected"));
  return out;
}

/// Each mailbox once, however often it is asked for.
std::vector<MailboxKey> mailboxes_of(storage::ReadTransaction& tx, AccountId account, const Sources& sources,
                                     const std::optional<MailboxKey>& selected) {
  std::vector<MailboxKey> out;
  for (const storage::MailboxEntry& entry : tx.mailboxes()) {
    if (!entry.id) continue;
    const MailboxKey key{account, *entry.id};
    const bool is_selected = sources.selected && key == selected;
    if (is_selected || !sources.filters.events_of(entry.name, entry.subscribed).empty()) out.push_back(key);
  }
  return out;
}

/// A mailbox to search, as it is when its turn comes.
struct Source {
  MailboxKey key;
  SearchedMailbox mailbox;
  UidSet uids;
};

/// Nothing when the mailbox is gone.
std::optional<Source> read_source(storage::ReadTransaction& tx, const MailboxKey& key) {
  const auto name = tx.name(key.id);
  const auto state = tx.state(key.id);
  auto uids = tx.uids(key.id);
  if (!name || !state || !uids) return std::nullopt;
  return Source{.key = key, .mailbox = {*name, state->uid_validity}, .uids = std::move(*uids)};
}

/// One ESEARCH.
class MultiSearch {
 public:
  MultiSearch(Client& client, grammar::Esearch command, std::string_view tag, Sources sources, SearchReturn wanted)
      : client_(client),
        account_(client.access().home()),
        command_(command),
        tag_(tag),
        sources_(std::move(sources)),
        wanted_(std::move(wanted)) {}

  /// What is wrong with the command, before anything is searched.
  std::optional<Reply> refused() const {
    if (wanted_.save && sources_.others)
      return Reply::bad("SAVE requires that only the selected mailbox is searched");
    if (wanted_.update && !client_.has_selected()) return Reply::bad("UPDATE requires a selected mailbox");
    if (auto refused = tag_in_use(client_, tag_, wanted_)) return refused;
    const View view;
    const UidSet none;
    const auto program = search_program(client_, command_, {.view = view, .saved = none});
    if (program) return check_program(client_, *program, wanted_.relevancy);
    if (program.error().status == Reply::Status::no) forget_saved();
    return program.error();
  }

  async::Task<std::vector<MailboxKey>> mailboxes() {
    const auto selected = client_.has_selected() ? std::optional(client_.selected().key()) : std::nullopt;
    co_return co_await account_.read(
        [&](storage::ReadTransaction& tx) { return mailboxes_of(tx, account_.id(), sources_, selected); });
  }

  /// One after the other.
  async::Task<void> search(const std::vector<MailboxKey>& mailboxes) {
    InProgress progress(client_, tag_);
    progress.report_step(0, mailboxes.size());
    for (std::size_t done = 0; done < mailboxes.size(); ++done) {
      co_await search_one(mailboxes[done], progress);
      progress.report_step(done + 1, mailboxes.size());
      const bool alive = co_await progress.at(done + 1, mailboxes.size()) && co_await client_.flush_if_large();
      if (!alive) co_return;
    }
  }

  Reply reply() const {
    if (!all_searched_ && wanted_.save) {
      forget_saved();
      return Reply::no("Too many sets of messages", "LIMIT");
    }
    if (wanted_.update && !is_updated_) refuse_update(client_, tag_, "The selected mailbox is not searched");
    // Section 2.4.
    return all_searched_ ? Reply::ok("ESEARCH completed") : Reply::ok("Some mailboxes were not searched", "LIMIT");
  }

 private:
  bool is_selected(const MailboxKey& key) const {
    return client_.has_selected() && client_.selected().key() == key;
  }

  /// RFC 9051 section 6.4.4.1.
  void forget_saved() const {
    if (wanted_.save) client_.selected().save({});
  }

  /// A mailbox that is gone is passed over.
  async::Task<void> search_one(const MailboxKey& key, InProgress& progress) {
    const auto source = co_await account_.read([&](storage::ReadTransaction& tx) { return read_source(tx, key); });
    if (!source) co_return;
    auto program = program_for(*source);
    if (!program) all_searched_ = false;  // a limit
    if (!program) co_return;
    SearchRequest request = request_for(*source, std::move(*program));
    search::FoundSet found(wanted_.relevancy);
    const bool exists = co_await run_job(account_, request.job, found, &progress);
    if (!exists) co_return;
    is_updated_ = is_updated_ || request.wanted.update;
    finish(client_, std::move(request), std::move(found).results());
  }

  /// The selected mailbox is searched as the client sees it. In others, sequence numbers count what exists now, and
  /// nothing is saved or recent.
  SearchProgram program_for(const Source& source) const {
    if (is_selected(source.key)) {
      const SelectedMailbox& selected = client_.selected();
      return search_program(client_, command_,
                            {.view = selected.view(), .saved = selected.saved(), .reaches_on = wanted_.update});
    }
    const View view(source.uids);
    const UidSet none;
    return search_program(client_, command_, {.view = view, .saved = none});
  }

  SearchRequest request_for(const Source& source, search::Key program) const {
    const UidSet& uids = is_selected(source.key) ? client_.selected().view().uids() : source.uids;
    SearchRequest request{.tag = std::string(tag_),
                          .by_uid = ByUid::yes,
                          .wanted = wanted_,
                          .job = job_for(client_, source.key, std::move(program), uids),
                          .where = source.mailbox};
    request.wanted.update = wanted_.update && is_selected(source.key);
    return request;
  }

  Client& client_;
  Account& account_;  ///< whose mailboxes are searched
  grammar::Esearch command_;
  std::string_view tag_;
  Sources sources_;
  SearchReturn wanted_;
  bool all_searched_ = true;
  bool is_updated_ = false;
};

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Esearch command, ByUid, std::string_view tag) {
  auto sources = sources_of(client, command);
  if (!sources) co_return sources.error();
  auto wanted = search_return(command);
  if (!wanted) co_return wanted.error();
  MultiSearch search(client, command, tag, std::move(*sources), std::move(*wanted));
  if (auto refused = search.refused()) co_return std::move(*refused);
  const std::vector<MailboxKey> mailboxes = co_await search.mailboxes();
  if (mailboxes.size() > client.context().limits.search_mailboxes)
    co_return Reply::no("Too many mailboxes to search", "LIMIT");
  co_await search.search(mailboxes);
  co_return search.reply();
}

}  // namespace postbag
