// There is no queue of notifications. A commit only raises `changed_to` of the watch; sync() then asks the store
// what changed since what was reported, in slices, and reports it. Where something may not be said now, as EXPUNGE
// while FETCH is answered or what NOTIFY does not ask for, `reported` does not advance for that kind, and a later
// sync() finds it again. So the answer to "what does the client know?" stands in one place, and cannot disagree
// with the store.
//
// This is the only place that changes the view, and with it the only one that sends EXPUNGE or VANISHED. RFC 9051
// section 7.5.1, RFC 2180, RFC 7162 section 3.2.10.
#include "session/selected/selected_mailbox.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "session/client.h"

namespace postbag {

namespace {

/// Messages that one look reads.
constexpr std::size_t slice = 1000;

}  // namespace

/// What one look into the store yields.
struct SelectedMailbox::News {
  storage::MailboxChanges changes;
  std::vector<std::string> keywords;  ///< the table, when it has grown
  std::optional<UidRange> recent;
};

/// One sync(), as far as it has come.
struct SelectedMailbox::Round {
  NewsKinds kinds;                       ///< what may be reported now
  bool with_recent;                      ///< \Recent too
  std::optional<Uid> from = Uid::min();  ///< where the next slice begins
  std::optional<ModSeq> upto = {};       ///< set by the first slice: all up to there is looked at
  UidSet vanished = {};                  ///< likewise
  NewsKinds found = {};                  ///< what the client did not know
  SelectedChanges changes = {};          ///< for followers
};

SelectedMailbox::SelectedMailbox(Client& client, OpenedMailbox opened)
    : client_(client),
      account_(std::move(opened.account)),
      id_(opened.id),
      name_(std::move(opened.name)),
      read_only_(opened.read_only),
      view_(opened.uids),
      known_next_(opened.state.uid_next.value()),
      reported_(opened.state.highest_modseq),
      recent_(std::move(opened.recent)),
      keywords_(std::move(opened.keywords)) {
  watch_.signal = &client.connection().signal();
  watch_.mailbox = id_;
  account_->watch(watch_);
}

SelectedMailbox::~SelectedMailbox() { account_->unwatch(watch_); }

bool SelectedMailbox::has_news() const {
  return client_.notify().selected().messages && watch_.changed_to && *watch_.changed_to > reported_.looked;
}

async::Task<void> SelectedMailbox::sync() {
  const NewsKinds kinds = kinds_to_report();
  if (!is_behind(kinds)) co_return;
  Round round{.kinds = kinds, .with_recent = !client_.rev2() && kinds.arrivals};
  while (round.from) {
    Result<News> news = co_await look(round);
    if (!news) {  // the mailbox was deleted: the next command that needs it will say so
      watch_.changed_to.reset();
      co_return;
    }
    learn_names(round, *news);
    report_removals(round, *news);
    note_found(round, *news);
    const std::uint64_t next_before = known_next_;
    report_arrivals(round, *news);
    report_flags(round, *news, next_before);
    round.from = news->changes.next;
    const bool alive = co_await client_.flush_if_large();
    if (!alive) co_return;
  }
  finish(round);
  if (kinds.arrivals) co_await client_.followers().after_changes(round.changes);
}

// ---- step 1: which kinds ----

/// What the client does itself is reported whatever it asked to hear. RFC 5465 section 3.1.
NewsKinds SelectedMailbox::kinds_to_report() const {
  const SelectedNews& wanted = client_.notify().selected();
  const bool messages = wanted.messages || client_.command().has_changed(key());
  return {.arrivals = messages, .flags = wanted.flags, .removals = messages && !client_.command().holds_removals()};
}

bool SelectedMailbox::is_behind(NewsKinds kinds) const {
  return watch_.changed_to &&
         *watch_.changed_to > std::min(reported_.changed_since(kinds), reported_.vanished_since(kinds));
}

// ---- step 2: look ----

async::Task<Result<SelectedMailbox::News>> SelectedMailbox::look(const Round& round) {
  co_return co_await account_->read([&](storage::ReadTransaction& tx) { return read_news(tx, round); });
}

/// One slice of the news; on the account's worker, while the session waits for it.
Result<SelectedMailbox::News> SelectedMailbox::read_news(storage::ReadTransaction& tx, const Round& round) const {
  auto changes = tx.changes_since(id_, reported_.changed_since(round.kinds).value(),
                                  reported_.vanished_since(round.kinds).value(), slice, *round.from);
  if (!changes) return std::unexpected(changes.error());
  News news{.changes = std::move(*changes), .keywords = {}, .recent = {}};
  // Also a live session may be so far back that the log does not reach it.
  if (!news.changes.complete && !round.upto) news.changes.vanished = view_.uids().minus(*tx.uids(id_));
  const auto state = tx.state(id_);
  if (state->keywords > keywords_.size()) news.keywords = *tx.keywords(id_);
  // EXAMINE sees what is recent and takes it from nobody. RFC 3501 section 6.3.2.
  if (round.with_recent && !read_only_)
    news.recent = *tx.claim_recent(id_);
  else if (round.with_recent && state->first_recent < state->uid_next)
    news.recent = UidRange{state->first_recent, state->uid_next.previous()};
  return news;
}

/// Before any message that has them is reported.
void SelectedMailbox::learn_names(const Round& round, const News& news) {
  if (round.kinds.arrivals) report_keywords(news.keywords);
  if (news.recent) recent_.add(*news.recent);
}

// ---- step 3: removals, which the first slice has all ----

void SelectedMailbox::report_removals(Round& round, News& news) {
  if (round.upto) return;
  round.upto = news.changes.upto;
  round.vanished = std::move(news.changes.vanished);
  if (!round.kinds.removals) return;
  client_.followers().before_removals(round.vanished);
  const bool by_uid = client_.reports_vanished();
  if (by_uid) report_vanished("* VANISHED ", round.vanished.intersect(view_.uids()));
  for (const SeqNum seq : view_.remove(round.vanished))
    if (!by_uid) client_.respond().raw("* ").number(seq.value()).raw(" EXPUNGE").crlf();
  recent_ = recent_.minus(round.vanished);
  saved_ = saved_.minus(round.vanished);  // RFC 9051 section 6.4.4.1
}

/// Which kinds hold something that the client does not know; removals that were reported are no longer in the view.
void SelectedMailbox::note_found(Round& round, const News& news) const {
  NewsKinds found{.arrivals = false, .flags = false, .removals = !round.vanished.intersect(view_.uids()).empty()};
  const bool needs_all = client_.followers().need_all_changes();
  for (const storage::Message& message : news.changes.messages) {
    const bool arrived = message.uid.value() >= known_next_;
    found.arrivals = found.arrivals || arrived || needs_all;
    found.flags = found.flags || (!arrived && are_news(message));
    round.changes.changed.add(message.uid);
  }
  round.found.add(found);
}

// ---- step 4: arrivals ----

void SelectedMailbox::report_arrivals(Round& round, const News& news) {
  if (!round.kinds.arrivals) return;
  UidSet arrived;
  for (const storage::Message& message : news.changes.messages)
    if (message.uid.value() >= known_next_) arrived.add(message.uid);
  if (arrived.empty()) return;
  known_next_ = std::uint64_t{arrived.back().value()} + 1;
  view_.append(arrived);
  highest_is_due_ = true;
  report_size();
  round.changes.arrived.add(arrived.minus(client_.command().own_messages_in(key())));
}

// ---- step 5: flags ----

void SelectedMailbox::report_flags(const Round& round, const News& news, std::uint64_t next_before) {
  if (!round.kinds.flags) return;
  for (const storage::Message& message : news.changes.messages) {
    const bool just_arrived = message.uid.value() >= next_before;
    // What was not asked for has the UID with it in IMAP4rev2: RFC 9051 section 7.5.2; and RFC 5465 section 5.1.
    if (!just_arrived && are_news(message))
      report_message(message, true, client_.rev2() || client_.notify().was_used());
  }
}

/// Whether others changed the flags since they were reported.
bool SelectedMailbox::are_news(const storage::Message& message) const {
  const OwnChange& own = client_.command().own_change();
  const bool is_own = message.modseq <= own.modseq && own.uids.contains(message.uid);
  return message.modseq > reported_.flags && !is_own;
}

// ---- the end, then followers ----

void SelectedMailbox::finish(const Round& round) {
  reported_.advance(*round.upto, round.kinds, round.found);
  // Slices after the first may have reported changes above it, and passed by others' changes: RFC 7162 section 6.
  if (*watch_.changed_to > *round.upto) highest_is_due_ = true;
  // What came and went since the last look was never in the view.
  if (round.kinds.arrivals && !round.vanished.empty())
    known_next_ = std::max(known_next_, std::uint64_t{round.vanished.back().value()} + 1);
}

// ---- responses ----

void SelectedMailbox::report_size() {
  client_.respond().raw("* ").number(view_.size()).raw(" EXISTS").crlf();
  if (client_.rev2()) return;
  client_.respond().raw("* ").number(recent_.intersect(view_.uids()).size()).raw(" RECENT").crlf();
}

void SelectedMailbox::report_keywords(const std::vector<std::string>& table) {
  if (table.size() <= keywords_.size()) return;
  keywords_ = table;
  client_.respond().raw("* FLAGS ").flag_list(SystemFlags::all(), keywords_).crlf();
}

void SelectedMailbox::report_message(const storage::Message& message, bool flags, bool with_uid) {
  const auto seq = view_.seq_of(message.uid);
  if (!seq) return;
  protocol::Writer out = client_.respond();
  if (client_.uid_only())
    out.raw("* ").number(message.uid.value()).raw(" UIDFETCH (");
  else
    out.raw("* ").number(seq->value()).raw(" FETCH (");
  const bool modseq = client_.condstore();
  const bool uid = !client_.uid_only() && (with_uid || modseq);  // RFC 7162 section 3.2.4
  client_.command().note_modseqs_told();
  if (uid) out.raw("UID ").number(message.uid.value());
  if (modseq) out.raw(uid ? " " : "").raw("MODSEQ (").number(message.modseq.value()).raw(")");
  if (flags)
    out.raw(uid || modseq ? " FLAGS " : "FLAGS ").flags(message.flags, keywords_, recent_.contains(message.uid));
  out.raw(")").crlf();
}

void SelectedMailbox::report_vanished(std::string_view head, const UidSet& uids) {
  constexpr std::size_t most_ranges = 500;
  std::span<const UidRange> left = uids.ranges();
  while (!left.empty()) {
    const std::size_t count = std::min(most_ranges, left.size());
    client_.respond().raw(head).ranges(left.first(count)).crlf();
    left = left.subspan(count);
  }
}

// ---- how far the client is ----

void SelectedMailbox::report_highest_modseq(ModSeq modseq) {
  client_.respond().raw("* OK [HIGHESTMODSEQ ").number(modseq.value()).raw("] Highest mod-sequence").crlf();
}

void SelectedMailbox::report_progress() {
  report_highest_modseq(reported_.all());
  highest_is_due_ = reported_.is_behind();
}

void SelectedMailbox::report_progress_if_due(bool modseqs_told) {
  if (reported_.is_behind() ? modseqs_told : highest_is_due_) report_progress();
}

std::string SelectedMailbox::progress_code() {
  client_.command().take_modseqs_told();
  highest_is_due_ = reported_.is_behind();
  return "HIGHESTMODSEQ " + std::to_string(reported_.all().value());
}

}  // namespace postbag
