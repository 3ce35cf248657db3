#include "storage/inspect/verify_mailbox.h"

#include <algorithm>

#include "storage/engine/pages/page_codec.h"
#include "storage/errors.h"

namespace postbag::storage {

namespace {

std::string text(std::uint64_t number) { return std::to_string(number); }

}  // namespace

void MailboxVerifier::run(std::vector<Reference>& references) {
  row_ = tables_.mailboxes.load(id_).value();
  verify_pages(references);
  verify_state();
  try {
    verify_vanished();
  } catch (const Corrupt& corrupt) {
    wrong(std::string("log of vanished messages: ") + corrupt.what());
  }
}

void MailboxVerifier::verify_pages(std::vector<Reference>& references) {
  for (const PageSummary& summary : tables_.pages.directory(id_)) {
    try {
      verify_page(summary, references);
    } catch (const Corrupt& corrupt) {
      wrong("page " + text(summary.key.value()) + ": " + corrupt.what());
    }
  }
}

void MailboxVerifier::verify_page(const PageSummary& summary, std::vector<Reference>& references) {
  const auto messages = pages::unpack_page(summary.key, tables_.pages.load(id_, summary.key));
  for (const Message& message : messages) {
    verify_message(message);
    references.push_back({message.body, message.size});
  }
  verify_summary(summary, messages);
}

void MailboxVerifier::verify_message(const Message& m) {
  const std::string uid = "UID " + text(m.uid.value());
  if (m.uid.value() <= last_) wrong(uid + " comes after UID " + text(last_));
  last_ = m.uid.value();
  uids_.add(m.uid);
  if (m.uid >= row_.state.uid_next) wrong(uid + " is not below UIDNEXT " + text(row_.state.uid_next.value()));
  if (m.modseq > row_.state.highest_modseq) wrong(uid + " has a mod-sequence above the mailbox's");
  m.flags.keywords.for_each([&](std::size_t i) {
    if (i >= row_.keywords.size()) wrong(uid + " has a keyword that the mailbox does not know");
  });
  ++messages_.messages;
  messages_.bytes += m.size;
  if (!m.flags.system.has(SystemFlag::seen)) ++messages_.unseen;
  if (m.flags.system.has(SystemFlag::deleted)) ++messages_.deleted;
}

void MailboxVerifier::verify_summary(const PageSummary& summary, const std::vector<Message>& messages) {
  const std::string page = "page " + text(summary.key.value());
  const auto unseen =
      std::ranges::count_if(messages, [](const Message& m) { return !m.flags.system.has(SystemFlag::seen); });
  const auto highest = std::ranges::max(messages, {}, &Message::modseq).modseq;
  if (summary.count != messages.size() || summary.unseen != unseen || summary.modseq != highest ||
      summary.last != messages.back().uid)
    wrong(page + ": its summary differs from its messages");
}

void MailboxVerifier::compare(const char* what, std::uint64_t stored, std::uint64_t counted) const {
  if (stored != counted) wrong(std::string(what) + " is " + text(stored) + ", counted " + text(counted));
}

void MailboxVerifier::verify_state() {
  compare("messages", row_.state.messages, messages_.messages);
  compare("unseen", row_.state.unseen, messages_.unseen);
  compare("deleted", row_.state.deleted, messages_.deleted);
  compare("bytes", row_.state.bytes, messages_.bytes);
  if (row_.state.first_recent > row_.state.uid_next) wrong("first recent UID is above UIDNEXT");
  if (row_.state.uid_validity.value() > tables_.mailboxes.last_validity())
    wrong("UIDVALIDITY is above the highest one given");
}

void MailboxVerifier::verify_vanished() {
  std::uint64_t ranges = 0;
  for (const VanishedRow& entry : tables_.vanished.above(id_, 0)) {
    const std::string what = "vanished at " + text(entry.modseq.value());
    ranges += entry.uids.ranges().size();
    if (entry.modseq > row_.state.highest_modseq) wrong(what + ": above the mailbox's mod-sequence");
    if (entry.modseq.value() <= row_.low_water) wrong(what + ": below the low-water mark");
    if (entry.uids.empty() || entry.uids.back() >= row_.state.uid_next)
      wrong(what + ": no UIDs, or some not below UIDNEXT");
    if (!entry.uids.intersect(uids_).empty()) wrong(what + ": names messages that are there");
  }
  compare("ranges of the log of vanished messages", row_.vanished_ranges, ranges);
}

}  // namespace postbag::storage
