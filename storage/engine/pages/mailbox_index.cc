// The messages of a mailbox as a run of pages in rising order of UID. A page is found by its summary, which is read
// for all pages at once; its messages are unpacked when somebody needs them.
//
// - Bulk work touches pages and not messages: flagging 10 000 messages writes 80 blobs. "What changed since M"
//   unpacks only pages whose highest mod-sequence is above M.
// - A changed page is dirty (to be written) and, when messages were changed or removed, stale (its summary is
//   wrong). settle() makes summaries true again before anything is asked; flush() writes what is dirty.
// - Pages are filled up to 128 messages and never split. Small neighbours are joined, because a mailbox from which
//   much was expunged would stay a long run of nearly empty pages. No page is empty.
#include "storage/engine/pages/mailbox_index.h"

#include <iterator>

#include "storage/engine/pages/page_codec.h"
#include "storage/errors.h"

namespace postbag::storage::pages {

namespace {

/// Neighbours that fit into one page with room to grow are joined, so that a mailbox from which much was expunged
/// does not stay a long run of nearly empty pages.
constexpr std::size_t joined_messages = MailboxIndex::page_messages * 3 / 4;

}  // namespace

MailboxIndex::MailboxIndex(MailboxId mailbox, PageTable& table, std::uint64_t& loads)
    : mailbox_(mailbox), table_(table), loads_(loads) {
  for (const auto& summary : table.directory(mailbox)) slots_.push_back({.summary = summary, .messages = {}});
}

std::vector<Message>& MailboxIndex::load(Slot& slot) {
  if (!slot.messages.empty()) return slot.messages;
  slot.messages = unpack_page(slot.summary.key, table_.load(mailbox_, slot.summary.key));
  if (slot.messages.size() != slot.summary.count || slot.messages.back().uid != slot.summary.last)
    throw Corrupt("index page differs from its summary");
  ++loads_;
  unpacked_ += slot.messages.size();
  return slot.messages;
}

std::vector<MailboxIndex::Slot>::iterator MailboxIndex::slot_reaching(Uid uid) {
  return std::ranges::lower_bound(slots_, uid, {}, [](const Slot& slot) { return slot.summary.last; });
}

UidSet MailboxIndex::uids() {
  UidSet out;
  for (auto& slot : slots_) {
    const auto& page = slot.summary;
    const bool dense = UidRange{page.key, page.last}.size() == page.count;
    if (dense)
      out.add({page.key, page.last});
    else
      for (const auto& m : load(slot)) out.add(m.uid);
  }
  return out;
}

std::optional<Uid> MailboxIndex::first_unseen() {
  const auto slot = std::ranges::find_if(slots_, [](const Slot& s) { return s.summary.unseen > 0; });
  if (slot == slots_.end()) return std::nullopt;
  for (const auto& m : load(*slot))
    if (!m.flags.system.has(SystemFlag::seen)) return m.uid;
  throw Corrupt("index page differs from its summary");
}

void MailboxIndex::append(const Message& message) {
  if (slots_.empty() || slots_.back().summary.count >= page_messages)
    slots_.push_back(
        {.summary = {.key = message.uid, .last = message.uid, .modseq = message.modseq, .count = 0, .unseen = 0},
         .messages = {}});
  auto& slot = slots_.back();
  if (slot.summary.count > 0) load(slot);
  slot.messages.push_back(message);
  ++unpacked_;
  slot.dirty = true;
  auto& page = slot.summary;
  page.last = message.uid;
  page.modseq = std::max(page.modseq, message.modseq);
  ++page.count;
  if (!message.flags.system.has(SystemFlag::seen)) ++page.unseen;
}

void MailboxIndex::remove(const std::vector<Message>& gone) {
  auto next = gone.begin();
  for (auto& slot : slots_) {
    if (!slot.stale) continue;
    const auto removed = std::erase_if(slot.messages, [&](const Message& m) {
      const bool hit = next != gone.end() && next->uid == m.uid;
      if (hit) ++next;
      return hit;
    });
    unpacked_ -= removed;
    if (slot.messages.empty()) emptied_.push_back(slot.summary.key);
  }
  std::erase_if(slots_, [](const Slot& slot) { return slot.stale && slot.messages.empty(); });
  settle();
  merge_small();
}

void MailboxIndex::summarize(Slot& slot) {
  auto& page = slot.summary;
  page.last = slot.messages.back().uid;
  page.count = static_cast<std::uint32_t>(slot.messages.size());
  page.unseen = 0;
  page.modseq = ModSeq::min();
  for (const auto& m : slot.messages) {
    page.modseq = std::max(page.modseq, m.modseq);
    if (!m.flags.system.has(SystemFlag::seen)) ++page.unseen;
  }
  slot.stale = false;
}

void MailboxIndex::settle() {
  for (auto& slot : slots_)
    if (slot.stale) summarize(slot);
}

void MailboxIndex::merge_small() {
  std::vector<Slot> kept;
  kept.reserve(slots_.size());
  for (auto& slot : slots_) {
    const bool touched = slot.dirty || (!kept.empty() && kept.back().dirty);
    if (kept.empty() || !touched || kept.back().summary.count + slot.summary.count > joined_messages) {
      kept.push_back(std::move(slot));
      continue;
    }
    auto& into = load(kept.back());
    const auto& from = load(slot);
    into.insert(into.end(), from.begin(), from.end());
    emptied_.push_back(slot.summary.key);
    kept.back().dirty = true;
    summarize(kept.back());
  }
  slots_ = std::move(kept);
}

void MailboxIndex::flush() {
  for (const auto key : emptied_) table_.erase(mailbox_, key);
  emptied_.clear();
  for (auto& slot : slots_) {
    if (!slot.dirty) continue;
    table_.save(mailbox_, slot.summary, pack_page(slot.summary.key, slot.messages));
    slot.dirty = false;
  }
}

void MailboxIndex::drop_pages() {
  for (auto& slot : slots_) slot.messages = {};
  unpacked_ = 0;
}

}  // namespace postbag::storage::pages
