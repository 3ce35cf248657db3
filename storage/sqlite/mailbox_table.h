// The table of mailboxes, and of the names once used. FORMAT.md, "mailbox".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/mail.h"
#include "storage/sqlite/connection.h"

namespace postbag::storage::sqlite {

/// What a mailbox's row holds but its name and special use.
struct MailboxRow {
  MailboxState state;  ///< its `keywords` is the length of the next
  std::vector<std::string> keywords;
  Since low_water = 0;  ///< the log of vanished UIDs is complete above it
  std::uint64_t vanished_ranges = 0;
  std::uint64_t reserved_modseq = 0;  ///< synced; up to here mod-sequences may have been told that are not. 0: none
};

/// A row of the tree of names.
struct NameRow {
  MailboxId id;
  std::string name;
  SpecialUses use;
};

class MailboxTable {
 public:
  explicit MailboxTable(const Connection& connection);

  std::optional<MailboxId> find(std::string_view name);
  std::optional<std::string> name(MailboxId id);
  /// All, rising by name.
  std::vector<NameRow> names();
  std::uint64_t count();

  /// Nothing when there is none.
  std::optional<MailboxRow> load(MailboxId id);
  void save(MailboxId id, const MailboxRow& row);
  /// Those that commits after that generation have changed, rising by id.
  std::vector<ChangedMailbox> changed_after(std::uint64_t generation);
  /// Mailboxes with a reservation.
  std::vector<MailboxId> reserved();
  void save_first_recent(MailboxId id, Uid first_recent);

  MailboxId create(std::string_view name, SpecialUses use, UidValidity validity);
  void rename(MailboxId id, std::string_view name);
  /// The mailbox must have neither pages nor vanished UIDs any more.
  void erase(MailboxId id);

  /// The highest UIDVALIDITY ever given in this account; 0 at first.
  std::uint32_t last_validity();
  void set_last_validity(UidValidity validity);
  /// The highest UIDVALIDITY a mailbox of that name had that has it no more; 0 when there was none. May be higher
  /// than it was for names long out of use.
  std::uint32_t retired(std::string_view name);
  /// Remembers that `name` once had `validity`; of too many, those with the lowest are folded into one number.
  void retire(std::string_view name, UidValidity validity);

 private:
  std::uint32_t floor();

  Statement find_, name_, names_, count_, load_, save_, changed_after_, reserved_, save_first_recent_, create_, created_, rename_,
      erase_;
  Statement last_validity_, set_last_validity_, floor_, raise_floor_, retired_, retire_, retired_count_, lowest_,
      drop_lowest_;
};

}  // namespace postbag::storage::sqlite
