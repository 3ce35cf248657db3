#include "storage/sqlite/account_table.h"

namespace postbag::storage::sqlite {

namespace {

Account account_of(const Rows& rows) {
  return {rows.number<AccountId>(0), std::string(rows.bytes(1)), std::string(rows.bytes(2)), rows.integer(3),
          std::string(rows.bytes(4))};
}

std::optional<Account> first_of(Rows&& rows) {
  if (!rows.next()) return std::nullopt;
  return account_of(rows);
}

}  // namespace

AccountTable::AccountTable(const Connection& c)
    : add_(c.prepare("INSERT INTO account (name, password_hash, created, identity) VALUES (?, ?, ?, ?) "
                     "ON CONFLICT (name) DO NOTHING RETURNING id")),
      set_hash_(c.prepare("UPDATE account SET password_hash = ? WHERE name = ? RETURNING id")),
      set_identity_(c.prepare("UPDATE account SET identity = ? WHERE id = ?")),
      erase_(c.prepare("DELETE FROM account WHERE name = ? RETURNING id")),
      list_(c.prepare("SELECT id, name, password_hash, created, identity FROM account ORDER BY name")),
      find_name_(c.prepare("SELECT id, name, password_hash, created, identity FROM account WHERE name = ?")),
      find_id_(c.prepare("SELECT id, name, password_hash, created, identity FROM account WHERE id = ?")) {}

std::optional<AccountId> AccountTable::add(const Owner& owner, std::string_view password_hash,
                                           std::int64_t created) {
  const Blob identity{owner.identity};
  auto rows = add_.query(owner.name, password_hash, created, identity);
  if (!rows.next()) return std::nullopt;
  const auto id = rows.number<AccountId>(0);
  rows.finish();
  return id;
}

bool AccountTable::set_hash(std::string_view name, std::string_view password_hash) {
  auto rows = set_hash_.query(password_hash, name);
  return rows.finish();
}

void AccountTable::set_identity(AccountId id, std::string_view identity) {
  set_identity_.execute(Blob{identity}, id);
}

bool AccountTable::erase(std::string_view name) {
  auto rows = erase_.query(name);
  return rows.finish();
}

std::vector<Account> AccountTable::list() {
  std::vector<Account> out;
  auto rows = list_.query();
  while (rows.next()) out.push_back(account_of(rows));
  return out;
}

std::optional<Account> AccountTable::find(std::string_view name) { return first_of(find_name_.query(name)); }

std::optional<Account> AccountTable::find(AccountId id) { return first_of(find_id_.query(id)); }

}  // namespace postbag::storage::sqlite
