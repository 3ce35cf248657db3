// ESEARCH: one search through many mailboxes. RFC 7377.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/handlers.h"
#include "commands/notify/mailbox_filter.h"
#include "commands/search/search_answer.h"
#include "commands/search/search_found.h"
#include "commands/search/search_program.h"
#include "commands/search/search_run.h"
#include "commands/search/search_updates.h"
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

/// A mailbox to search, as it is when its turn comes.
struct Source {
  MailboxId id;
  SearchedMailbox mailbox;
  UidSet uids;
};

/// Each mailbox once, however often it is asked for.
std::vector<MailboxId> look(storage::ReadTransaction& tx, const Sources& sources,
                            std::optional<MailboxId> selected) {
  std::vector<MailboxId> out;
  for (const storage::MailboxEntry& entry : tx.mailboxes()) {
    if (!entry.id) continue;
    const bool is_selected = sources.selected && entry.id == selected;
    if (is_selected || !sources.filters.events_of(entry.name, entry.subscribed).empty()) out.push_back(*entry.id);
  }
  return out;
}

/// Nothing when the mailbox is gone.
std::optional<Source> look_at(storage::ReadTransaction& tx, MailboxId id) {
  const auto name = tx.name(id);
  const auto state = tx.state(id);
  auto uids = tx.uids(id);
  if (!name || !state || !uids) return std::nullopt;
  return Source{.id = id, .mailbox = {*name, state->uid_validity}, .uids = std::move(*uids)};
}

/// One ESEARCH.
class MultiSearch {
 public:
  MultiSearch(Client& client, grammar::Esearch command, std::string_view tag, const SearchReturn& wanted)
      : client_(client), command_(command), tag_(tag), wanted_(wanted) {}

  /// What is wrong with the search, before anything was looked for.
  std::optional<Reply> refused() const {
    const View view;
    const UidSet none;
    const auto program = search_program(client_, command_, {.view = view, .saved = none});
    if (!program) return program.error();
    if (auto refused = lacks_fuzzy(*program, wanted_.relevancy)) return refused;
    if (search::mentions_modseq(*program)) client_.enable(Feature::condstore);  // RFC 7162 section 3.1
    return std::nullopt;
  }

  /// False when a limit kept this mailbox from being searched. One that is gone is passed over.
  async::Task<bool> search(MailboxId id, InProgress& progress) {
    const auto source =
        co_await client_.account().read([id](storage::ReadTransaction& tx) { return look_at(tx, id); });
    if (!source) co_return true;
    auto program = program_for(*source);
    if (!program) co_return false;
    UidSet candidates =
        search::narrowed(*program, is_selected(id) ? client_.selected().view().uids() : source->uids);
    search::Job job{.mailbox = id,
                    .key = std::move(*program),
                    .recent = is_selected(id) ? client_.selected().recent() : UidSet(),
                    .now = client_.context().clock.now().seconds,
                    .candidates = std::move(candidates)};
    FoundUids found;
    found.keeps_scores = wanted_.relevancy;
    const bool there = co_await search::run(client_.account(), job, found, &progress);
    if (!there) co_return true;
    tell(*source, job.key, found);
    if (wanted_.update && is_selected(id)) update(*source, std::move(job), std::move(found.uids));
    co_return true;
  }

  bool is_updated() const { return is_updated_; }

 private:
  bool is_selected(MailboxId id) const { return client_.has_selected() && client_.selected().id() == id; }

  /// The selected mailbox is searched as the client sees it. In others, sequence numbers count what is there now,
  /// and nothing is saved or recent.
  SearchProgram program_for(const Source& source) {
    if (is_selected(source.id)) {
      const SelectedMailbox& selected = client_.selected();
      return search_program(client_, command_,
                            {.view = selected.view(), .saved = selected.saved(), .reaches_on = wanted_.update});
    }
    const View view(source.uids);
    const UidSet none;
    return search_program(client_, command_, {.view = view, .saved = none});
  }

  /// Nothing is told of a mailbox in which nothing was found, not even COUNT 0. Section 2.1.
  void tell(const Source& source, const search::Key& key, const FoundUids& found) {
    if (wanted_.save) client_.selected().save(to_save(wanted_, found.uids));
    if (found.uids.empty() || !wanted_.wants_answer()) return;
    const auto modseq = modseq_of(key, found, wanted_);
    respond_extended(client_, tag_, wanted_, ByUid::yes, answer_of(wanted_, found.uids, found.scores, modseq),
                     &source.mailbox);
  }

  void update(const Source& source, search::Job job, UidSet found) {
    is_updated_ = true;
    keep_updated(client_, {.tag = std::string(tag_),
                           .by_uid = ByUid::yes,
                           .job = std::move(job),
                           .command_bytes = wanted_.command_bytes,
                           .items = wanted_.update_items,
                           .where = source.mailbox,
                           .results = std::move(found)});
  }

  Client& client_;
  grammar::Esearch command_;
  std::string_view tag_;
  const SearchReturn& wanted_;
  bool is_updated_ = false;
};

async::Task<std::vector<MailboxId>> look(Client& client, const Sources& sources) {
  const auto selected = client.has_selected() ? std::optional(client.selected().id()) : std::nullopt;
  co_return co_await client.account().read(
      [&](storage::ReadTransaction& tx) { return look(tx, sources, selected); });
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Esearch command, ByUid, std::string_view tag) {
  const auto sources = sources_of(client, command);
  if (!sources) co_return sources.error();
  const auto wanted = search_return(command);
  if (!wanted) co_return wanted.error();
  if (wanted->save && sources->others)
    co_return Reply::bad("SAVE requires that only the selected mailbox is searched");
  if (wanted->update && !client.has_selected()) co_return Reply::bad("UPDATE requires a selected mailbox");
  if (const auto refused = tag_in_use(client, tag, *wanted)) co_return *refused;
  MultiSearch search(client, command, tag, *wanted);
  if (auto refused = search.refused()) {
    // RFC 9051 section 6.4.4.1.
    if (wanted->save && refused->status == Reply::Status::no) client.selected().save({});
    co_return std::move(*refused);
  }
  const std::vector<MailboxId> mailboxes = co_await look(client, *sources);
  if (mailboxes.size() > client.context().limits.search_mailboxes)
    co_return Reply::no("Too many mailboxes to search", "LIMIT");
  bool all = true;
  InProgress progress(client, tag);
  progress.stand_at(0, mailboxes.size());
  for (std::size_t done = 0; done < mailboxes.size(); ++done) {
    all = co_await search.search(mailboxes[done], progress) && all;
    progress.stand_at(done + 1, mailboxes.size());
    const bool alive = co_await progress.at(done + 1, mailboxes.size()) && co_await client.flush_if_large();
    if (!alive) break;
  }
  if (!all && wanted->save) {
    client.selected().save({});
    co_return Reply::no("Too many sets of messages", "LIMIT");
  }
  if (wanted->update && !search.is_updated()) refuse_update(client, tag, "The selected mailbox is not searched");
  // Section 2.4.
  co_return all ? Reply::ok("ESEARCH completed") : Reply::ok("Some mailboxes were not searched", "LIMIT");
}

}  // namespace postbag
