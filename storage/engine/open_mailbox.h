// One mailbox in memory: its row and its messages, kept in step with each other.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/result.h"
#include "storage/engine/pages/mailbox_index.h"
#include "storage/engine/tables.h"

namespace postbag::storage {

/// Changes stay in memory until flush(). After a rollback the object is dropped and made again.
class OpenMailbox {
 public:
  /// Adds to `loads` the pages it unpacks.
  OpenMailbox(MailboxId id, MailboxRow row, Tables& tables, std::uint64_t& loads)
      : id_(id), row_(std::move(row)), tables_(tables), loads_(loads) {}

  MailboxId id() const { return id_; }
  const MailboxState& state() const { return row_.state; }
  Since low_water() const { return row_.low_water; }
  const std::vector<std::string>& keywords() const { return row_.keywords; }
  /// For reading; its list of pages is read with the first call.
  pages::MailboxIndex& index();

  /// The mod-sequence that the next change gets. Throws Corrupt at their end, 2^63 (RFC 7162 section 3.1): nobody
  /// makes so many changes, so what is stored is wrong.
  ModSeq next_modseq() const;
  /// The next mod-sequence, which is this mailbox's from now on. Throws as next_modseq().
  ModSeq advance();
  /// Whether `count` more messages can be given UIDs.
  bool has_uids(std::uint64_t count) const { return Uid::max_value - row_.state.uid_next.value() >= count; }
  /// Adds the message under the next UID and returns that; has_uids(1) must hold.
  Uid append(Message message);
  /// As MailboxIndex::edit, with the counters kept.
  template <class F>
  void edit(const UidSet& uids, F&& f) {
    index().edit(uids, [&](Message& m) {
      const Message before = m;
      if (!f(m)) return false;
      count(before, -1);
      count(m, 1);
      dirty_ = true;
      return true;
    });
  }
  /// As MailboxIndex::erase_if, with the counters kept.
  template <class F>
  std::vector<Message> erase_if(const UidSet& uids, F&& take) {
    auto taken = index().erase_if(uids, take);
    for (const auto& m : taken) count(m, -1);
    dirty_ = dirty_ || !taken.empty();
    return taken;
  }
  /// Logs what vanished with `modseq` at time `now`, and shortens the log by its oldest entries as long as it has
  /// more than `most_ranges`, or ones from before `oldest_time`. The entry just made stays, whatever its size: who
  /// was up to date before it always gets what went.
  void log_vanished(const UidSet& uids, ModSeq modseq, std::int64_t now, std::uint64_t most_ranges,
                    std::int64_t oldest_time);

  /// The indexes of `names`, adding those that are missing. Errors: too_many_keywords, keyword_too_long; then none
  /// was added.
  Result<KeywordSet> intern(std::span<const std::string> names, const Limits& limits);
  /// The indexes of those of `names` that are in the table.
  KeywordSet known(std::span<const std::string> names) const;
  void set_validity(UidValidity validity);
  /// Reserves mod-sequences up to `upto`; 0 takes the reservation back.
  void reserve_modseq(std::uint64_t upto);
  std::uint64_t reserved_modseq() const { return row_.reserved_modseq; }
  /// After a stop that was not clean: what was reported up to the reservation may be lost, so all messages change
  /// again, above it.
  void change_all_above_reservation();
  void set_first_recent(Uid uid) { row_.state.first_recent = uid; }

  bool dirty() const { return dirty_; }
  /// `generation`: of the running commit.
  void flush(std::uint64_t generation);
  /// Bytes this holds in memory, roughly.
  std::size_t memory() const { return sizeof(*this) + (index_ ? index_->memory() : 0); }
  void drop_pages() {
    if (index_) index_->drop_pages();
  }

 private:
  /// Adds (1) or takes away (-1) a message in the counters.
  void count(const Message& m, int sign);
  std::optional<std::size_t> keyword_index(std::string_view name) const;

  MailboxId id_;
  MailboxRow row_;
  Tables& tables_;
  std::uint64_t& loads_;
  std::unique_ptr<pages::MailboxIndex> index_;
  bool dirty_ = false;
};

}  // namespace postbag::storage
