// Telling a client what happened in its selected mailbox: the only place that sends EXPUNGE, and with EXISTS,
// RECENT and FETCH (FLAGS) the only one that speaks of other sessions' doings. RFC 9051 section 7.5.1, RFC 2180.

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "session/commands.h"
#include "session/session.h"

namespace postbag {

namespace {

constexpr std::size_t slice = 1000;

/// What one look into the store yields.
struct News {
  storage::MailboxChanges changes;
  std::vector<std::string> keywords;  ///< the table, when it has grown
  std::optional<UidRange> recent;
};

/// One slice of the news of these kinds; on the account's worker.
Result<News> read_news(storage::ReadTransaction& tx, const Selected& known, NewsKinds kinds, bool tells_recent,
                       Uid from) {
  auto changes = tx.changes_since(known.id, known.told.changed_since(kinds).value(),
                                  known.told.vanished_since(kinds).value(), slice, from);
  if (!changes) return std::unexpected(changes.error());
  News news{.changes = std::move(*changes), .keywords = {}, .recent = {}};
  // Also a live session may be further behind than the log reaches.
  if (!news.changes.complete && from == Uid::min())
    news.changes.vanished = known.view.uids().minus(*tx.uids(known.id));
  const auto state = tx.state(known.id);
  if (state->keywords > known.keywords.size()) news.keywords = *tx.keywords(known.id);
  // EXAMINE sees what is recent and takes it from nobody. RFC 3501 section 6.3.2.
  if (tells_recent && !known.read_only)
    news.recent = *tx.claim_recent(known.id);
  else if (tells_recent && state->first_recent < state->uid_next)
    news.recent = UidRange{state->first_recent, state->uid_next.previous()};
  return news;
}

}  // namespace

async::Task<void> Session::sync(Expunge expunge) {
  if (!selected_ || !watch_.changed_to) co_return;
  const NewsKinds kinds = told_now(expunge);
  const Told& before = selected_->told;
  if (*watch_.changed_to <= std::min(before.changed_since(kinds), before.vanished_since(kinds))) co_return;

  const bool tells_recent = !rev2() && kinds.arrivals;
  std::optional<Uid> from = Uid::min();
  std::optional<ModSeq> upto;
  SelectedChanges told;
  UidSet vanished;
  NewsKinds found;
  while (from) {
    const Selected& known = *selected_;
    const Uid here = *from;
    const Result<News> news = co_await account_->read(
        [&](storage::ReadTransaction& tx) { return read_news(tx, known, kinds, tells_recent, here); });
    if (!news) {  // the mailbox was deleted: the next command that needs it will say so
      watch_.changed_to.reset();
      co_return;
    }
    const bool first = !upto;
    if (first) upto = news->changes.upto;
    if (kinds.arrivals) tell_keywords(news->keywords);
    if (news->recent) selected_->recent.add(*news->recent);
    if (first) vanished = std::move(news->changes.vanished);
    if (first && kinds.removals) {
      context_.commands.before_removal(*this, vanished);
      tell_removed(vanished);
    }
    found.add(news_in(news->changes.messages, vanished));
    const std::uint64_t next_before = selected_->known_next;
    const UidSet arrived = kinds.arrivals ? tell_arrived(news->changes.messages) : UidSet();
    told.arrived.add(arrived.minus(own_messages_here()));
    for (const storage::Message& message : news->changes.messages) told.changed.add(message.uid);
    if (kinds.flags) tell_flags(news->changes.messages, next_before);
    from = news->changes.next;
    const bool alive = co_await flush_if_large();
    if (!alive) co_return;
  }
  selected_->told.advance(*upto, kinds, found);
  // Slices behind the first may have told of changes above it, and passed by others' changes: RFC 7162 section 6.
  if (*watch_.changed_to > *upto) selected_->highest_is_due = true;
  if (!kinds.arrivals) co_return;
  // What came and went since the last look was never in the view.
  if (!vanished.empty())
    selected_->known_next = std::max(selected_->known_next, std::uint64_t{vanished.back().value()} + 1);
  co_await context_.commands.after_changes(*this, told);
}

/// What the client does itself is told whatever it asked to hear. RFC 5465 section 3.1.
NewsKinds Session::told_now(Expunge expunge) const {
  const bool messages = notify_.selected().messages || changes_selected_;
  return {
      .arrivals = messages, .flags = notify_.selected().flags, .removals = messages && expunge == Expunge::told};
}

/// The kinds of what the client does not know of these changes.
NewsKinds Session::news_in(const std::vector<storage::Message>& messages, const UidSet& vanished) const {
  NewsKinds found{
      .arrivals = false, .flags = false, .removals = !vanished.intersect(selected_->view.uids()).empty()};
  for (const storage::Message& message : messages) {
    const bool arrived = message.uid.value() >= selected_->known_next;
    found.arrivals = found.arrivals || arrived || selected_->updates;  // searches have to see each change
    found.flags = found.flags || (!arrived && are_news(message));
  }
  return found;
}

/// Whether others changed the flags since they were told.
bool Session::are_news(const storage::Message& message) const {
  const bool is_own = message.modseq <= own_change_.modseq && own_change_.uids.contains(message.uid);
  return message.modseq > selected_->told.flags && !is_own;
}

void Session::tell_keywords(const std::vector<std::string>& keywords) {
  if (keywords.size() <= selected_->keywords.size()) return;
  selected_->keywords = keywords;
  respond().raw("* FLAGS ").flag_list(SystemFlags::all(), keywords).crlf();
}

void Session::tell_removed(const UidSet& vanished) {
  if (tells_vanished()) tell_vanished("* VANISHED ", vanished.intersect(selected_->view.uids()));
  for (const SeqNum seq : selected_->view.remove(vanished))
    if (!tells_vanished()) respond().raw("* ").number(seq.value()).raw(" EXPUNGE").crlf();
  selected_->recent = selected_->recent.minus(vanished);
  selected_->saved = selected_->saved.minus(vanished);  // RFC 9051 section 6.4.4.1
}

void Session::tell_vanished(std::string_view head, const UidSet& uids) {
  constexpr std::size_t most_ranges = 500;
  std::span<const UidRange> left = uids.ranges();
  while (!left.empty()) {
    const std::size_t count = std::min(most_ranges, left.size());
    respond().raw(head).ranges(left.first(count)).crlf();
    left = left.subspan(count);
  }
}

void Session::tell_highest(ModSeq modseq) {
  respond().raw("* OK [HIGHESTMODSEQ ").number(modseq.value()).raw("] Highest mod-sequence").crlf();
}

/// Who learns of mod-sequences above those of changes that have to wait is told how far it really is; who knows all
/// is told so after EXISTS, or it would ask again for what it added itself. RFC 7162 sections 3.2 and 6.
void Session::tell_progress() {
  const bool tells_modseqs = std::exchange(tells_modseqs_, false);
  if (!selected_ || !condstore()) return;
  const bool is_due = selected_->told.is_behind() ? tells_modseqs : selected_->highest_is_due;
  if (!is_due) return;
  tell_highest(selected_->told.all());
  selected_->highest_is_due = selected_->told.is_behind();
}

/// The same as the code of a tagged line.
std::string Session::progress_code() {
  tells_modseqs_ = false;
  selected_->highest_is_due = selected_->told.is_behind();
  return "HIGHESTMODSEQ " + std::to_string(selected_->told.all().value());
}

UidSet Session::own_messages_here() const {
  const bool are_here = own_messages_ && selected_ && own_messages_->mailbox == selected_->id;
  return are_here ? own_messages_->uids : UidSet();
}

UidSet Session::tell_arrived(const std::vector<storage::Message>& messages) {
  UidSet arrived;
  for (const storage::Message& message : messages)
    if (message.uid.value() >= selected_->known_next) arrived.add(message.uid);
  if (arrived.empty()) return arrived;
  selected_->known_next = std::uint64_t{arrived.back().value()} + 1;
  selected_->view.append(arrived);
  selected_->highest_is_due = true;
  tell_size();
  return arrived;
}

void Session::tell_size() {
  respond().raw("* ").number(selected_->view.size()).raw(" EXISTS").crlf();
  if (rev2()) return;
  const std::uint64_t recent = selected_->recent.intersect(selected_->view.uids()).size();
  respond().raw("* ").number(recent).raw(" RECENT").crlf();
}

void Session::tell_flags(const std::vector<storage::Message>& messages, std::uint64_t next_before) {
  for (const storage::Message& message : messages) {
    const bool just_arrived = message.uid.value() >= next_before;
    // What was not asked for has the UID with it in IMAP4rev2: RFC 9051 section 7.5.2; and RFC 5465 section 5.1.
    if (!just_arrived && are_news(message)) tell_message(message, true, rev2() || notify_.was_used());
  }
}

void Session::tell_message(const storage::Message& message, bool flags, bool with_uid) {
  const auto seq = selected_->view.seq_of(message.uid);
  if (!seq) return;
  protocol::Writer out = respond();
  if (uid_only())
    out.raw("* ").number(message.uid.value()).raw(" UIDFETCH (");
  else
    out.raw("* ").number(seq->value()).raw(" FETCH (");
  const bool uid = !uid_only() && (with_uid || condstore());  // RFC 7162 section 3.2.4
  note_modseqs_told();
  if (uid) out.raw("UID ").number(message.uid.value());
  if (condstore()) out.raw(uid ? " " : "").raw("MODSEQ (").number(message.modseq.value()).raw(")");
  if (flags)
    out.raw(uid || condstore() ? " FLAGS " : "FLAGS ")
        .flags(message.flags, selected_->keywords, selected_->recent.contains(message.uid));
  out.raw(")").crlf();
}

}  // namespace postbag
