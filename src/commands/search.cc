// SEARCH and UID SEARCH. RFC 9051 section 6.4.4, RFC 4731, RFC 5182; MODSEQ: RFC 7162 section 3.1.5.

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "commands/handlers.h"
#include "commands/search_match.h"
#include "commands/search_program.h"
#include "session/session.h"

namespace postbag {

namespace {

/// Messages looked up at once, and how long one slice may hold the account's worker.
constexpr std::size_t batch = 256;
constexpr std::chrono::milliseconds slice_time{20};

/// A search on its way through the mailbox.
struct Search {
  MailboxId mailbox;
  search::Key key;
  UidSet candidates;
  std::optional<Uid> from = Uid::min();
  UidSet found = {};
  std::uint64_t first_modseq = 0;    ///< of the lowest message found
  std::uint64_t last_modseq = 0;     ///< of the highest
  std::uint64_t highest_modseq = 0;  ///< of all
  bool gone = false;

  void take(const storage::Message& message) {
    last_modseq = message.modseq.value();
    if (found.empty()) first_modseq = last_modseq;
    highest_modseq = std::max(highest_modseq, last_modseq);
    found.add(message.uid);
  }
};

/// Goes on for a slice of time. On the account's worker.
void search_slice(storage::ReadTransaction& tx, Search& search) {
  const auto keywords = tx.keywords(search.mailbox);
  search.gone = !keywords;
  if (search.gone) return;
  const auto end = std::chrono::steady_clock::now() + slice_time;
  while (search.from && std::chrono::steady_clock::now() < end) {
    const auto slice = tx.messages(search.mailbox, search.candidates, batch, *search.from);
    search.from = slice->next;
    for (const storage::Message& message : slice->messages) {
      if (search::matches(search.key, message, tx, *keywords)) search.take(message);
      if (search::cost(search.key) == search::Cost::entry || std::chrono::steady_clock::now() < end) continue;
      search.from = message.uid == Uid::max() ? std::nullopt : std::optional(message.uid.next());
      return;
    }
  }
}

/// What SAVE keeps. RFC 9051 section 6.4.4.1, table 4.
UidSet to_save(const SearchReturn& wanted, const UidSet& found) {
  const bool only_ends = (wanted.min || wanted.max) && !wanted.all && !wanted.count;
  if (!only_ends || found.empty()) return found;
  UidSet ends;
  if (wanted.min) ends.add(found.front());
  if (wanted.max) ends.add(found.back());
  return ends;
}

/// What the answer says of mod-sequences, if MODSEQ was searched for and something found: of all messages, or of
/// just those that are told. RFC 7162 section 3.1.6, RFC 4731 section 3.2.
std::optional<std::uint64_t> modseq_told(const Search& search, const SearchReturn& wanted) {
  if (search.found.empty() || !search::mentions_modseq(search.key)) return std::nullopt;
  if (wanted.all || wanted.count || !(wanted.min || wanted.max)) return search.highest_modseq;
  return std::max(wanted.min ? search.first_modseq : 0, wanted.max ? search.last_modseq : 0);
}

/// `* SEARCH n n n (MODSEQ m)`, for IMAP4rev1. RFC 3501 section 7.2.5, RFC 7162 section 3.1.6.
template <class N>
void plain_response(Session& session, const RangeSet<N>& found, std::optional<std::uint64_t> modseq) {
  protocol::Writer out = session.respond();
  out.raw("* SEARCH");
  found.for_each([&out](N n) { out.sp().number(n.value()); });
  if (modseq) out.raw(" (MODSEQ ").number(*modseq).raw(")");
  out.crlf();
}

/// `* ESEARCH (TAG "x") UID MIN 1 …`. RFC 9051 section 7.3.4.
template <class N>
void extended_response(Session& session, std::string_view tag, const SearchReturn& wanted, const RangeSet<N>& found,
                       ByUid by_uid, std::optional<std::uint64_t> modseq) {
  protocol::Writer out = session.respond();
  out.raw("* ESEARCH (TAG ").string(tag).raw(")");
  if (by_uid == ByUid::yes) out.raw(" UID");
  if (wanted.min && !found.empty()) out.raw(" MIN ").number(found.front().value());
  if (wanted.max && !found.empty()) out.raw(" MAX ").number(found.back().value());
  if (wanted.count) out.raw(" COUNT ").number(found.size());
  if (wanted.all && !found.empty()) out.raw(" ALL ").set(found);
  if (modseq) out.raw(" MODSEQ ").number(*modseq);
  out.crlf();
}

template <class N>
void respond(Session& session, std::string_view tag, const SearchReturn& wanted, const RangeSet<N>& found,
             ByUid by_uid, std::optional<std::uint64_t> modseq) {
  const bool extended = wanted.extended || session.rev2();
  if (!extended)
    plain_response(session, found, modseq);
  else if (wanted.wants_answer())
    extended_response(session, tag, wanted, found, by_uid, modseq);
}

async::Task<bool> run(Session& session, Search& search) {
  const Account::Hold keeps_bodies(session.account());
  while (search.from && !search.gone)
    co_await session.account().read([&](storage::ReadTransaction& tx) { search_slice(tx, search); });
  co_return !search.gone;
}

}  // namespace

async::Task<Reply> handle(Session& session, grammar::Search command, ByUid by_uid, std::string_view tag) {
  if (by_uid == ByUid::no && session.uid_only()) co_return uid_required();
  const auto wanted = search_return(command);
  if (!wanted) co_return wanted.error();
  auto key = search_program(session, command);
  if (!key) {
    // A SAVE that fails with NO empties the variable, one that is BAD leaves it. RFC 9051 section 6.4.4.1.
    if (wanted->save && key.error().status == Reply::Status::no) session.selected().saved.clear();
    co_return key.error();
  }
  if (search::mentions_modseq(*key)) session.enable(Feature::condstore);  // RFC 7162 section 3.1
  const Selected& selected = session.selected();
  UidSet candidates = search::narrowed(*key, selected.view.uids());
  Search search{.mailbox = selected.id, .key = std::move(*key), .candidates = std::move(candidates)};
  const bool there = co_await run(session, search);
  if (!there) co_return refusal(Error::mailbox_gone);
  if (wanted->save) session.selected().saved = to_save(*wanted, search.found);
  const auto modseq = modseq_told(search, *wanted);
  if (by_uid == ByUid::yes)
    respond(session, tag, *wanted, search.found, by_uid, modseq);
  else
    respond(session, tag, *wanted, selected.view.seqs_of(search.found), by_uid, modseq);
  co_return Reply::ok("SEARCH completed");
}

}  // namespace postbag
