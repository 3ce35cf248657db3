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
    : add_(c.prepare("INSERT INTO account (id, name, password_hash, created, identity) VALUES (?, ?, ?, ?, ?)")),
      next_number_(c.prepare("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'account'")),
      set_hash_(c.prepare("UPDATE account SET password_hash = ? WHERE name = ? RETURNING id")),
      set_identity_(c.prepare("UPDATE account SET identity = ? WHERE id = ? RETURNING id")),
      erase_(c.prepare("DELETE FROM account WHERE name = ? RETURNING id")),
      list_(c.prepare("SELECT id, name, password_hash, created, identity FROM account ORDER BY name")),
      find_name_(c.prepare("SELECT id, name, password_hash, created, identity FROM account WHERE name = ?")),
      find_id_(c.prepare("SELECT id, name, password_hash, created, identity FROM account WHERE id = ?")) {}

void AccountTable::add(const Account& account) {
  add_.execute(account.id, account.name, account.password_hash, account.created, Blob{account.identity});
}

AccountId AccountTable::next_number() {
  auto rows = next_number_.query();
  rows.next();
  return rows.number<AccountId>(0);
}

bool AccountTable::set_hash(std::string_view name, std::string_view password_hash) {
  auto rows = set_hash_.query(password_hash, name);
  return rows.finish();
}

bool AccountTable::set_identity(AccountId id, std::string_view identity) {
  auto rows = set_identity_.query(Blob{identity}, id);
  return rows.finish();
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
