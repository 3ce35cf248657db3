// The names an account is subscribed to, whether such a mailbox exists or not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/engine/tables.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class SubscriptionTable final : public storage::SubscriptionTable {
 public:
  explicit SubscriptionTable(const Connection& c)
      : add_(c.prepare("INSERT OR IGNORE INTO subscription (name) VALUES (?)")),
        erase_(c.prepare("DELETE FROM subscription WHERE name = ?")),
        names_(c.prepare("SELECT name FROM subscription ORDER BY name")),
        has_(c.prepare("SELECT 1 FROM subscription WHERE name = ?")),
        count_(c.prepare("SELECT count(*) FROM subscription")) {}

  void add(std::string_view name) override { add_.execute(name); }
  void erase(std::string_view name) override { erase_.execute(name); }
  bool has(std::string_view name) override { return has_.query(name).next(); }
  std::uint64_t count() override {
    auto rows = count_.query();
    rows.next();
    return static_cast<std::uint64_t>(rows.integer(0));
  }
  std::vector<std::string> names() override {
    std::vector<std::string> out;
    auto rows = names_.query();
    while (rows.next()) out.emplace_back(rows.bytes(0));
    return out;
  }

 private:
  Statement add_, erase_, names_, has_, count_;
};

}  // namespace postbag::storage::sqlite
