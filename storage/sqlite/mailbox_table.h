// The table of mailboxes, and of the names once used. FORMAT.md, "mailbox".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/engine/tables.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class MailboxTable final : public storage::MailboxTable {
 public:
  explicit MailboxTable(const Connection& connection);

  std::optional<MailboxId> find(std::string_view name) override;
  std::optional<std::string> name(MailboxId id) override;
  std::vector<NameRow> names() override;
  std::uint64_t count() override;

  std::optional<MailboxRow> load(MailboxId id) override;
  void save(MailboxId id, const MailboxRow& row, std::uint64_t generation) override;
  std::vector<ChangedMailbox> changed_after(std::uint64_t generation) override;
  std::vector<MailboxId> reserved() override;
  void save_first_recent(MailboxId id, Uid first_recent) override;

  MailboxId create(std::string_view name, SpecialUses use, UidValidity validity, std::uint64_t generation) override;
  void rename(MailboxId id, std::string_view name) override;
  void erase(MailboxId id) override;

  std::uint32_t last_validity() override;
  void set_last_validity(UidValidity validity) override;
  std::uint32_t retired(std::string_view name) override;
  void retire(std::string_view name, UidValidity validity) override;

 private:
  std::uint32_t floor();

  Statement find_, name_, names_, count_, load_, save_, changed_after_, reserved_, save_first_recent_, create_,
      created_, rename_, erase_;
  Statement last_validity_, set_last_validity_, floor_, raise_floor_, retired_, retire_, retired_count_, lowest_,
      drop_lowest_;
};

}  // namespace postbag::storage::sqlite
