#include "storage/sqlite/account_table.h"

#include "storage/errors.h"

// A macro only as SQL is made of literals: no text is built while the program runs.
#define COLUMNS "id, name, password_hash, scram, created, identity, is_administrator, moved_to"

namespace postbag::storage::sqlite {

namespace {

Account account_of(const Rows& rows) {
  return {.id = rows.number<AccountId>(0),
          .name = std::string(rows.bytes(1)),
          .credentials = {std::string(rows.bytes(2)), std::string(rows.bytes(3))},
          .created = rows.integer(4),
          .identity = std::string(rows.bytes(5)),
          .is_administrator = rows.integer(6) != 0,
          .moved_to = std::string(rows.bytes(7))};
}

std::optional<Account> first_of(Rows&& rows) {
  if (!rows.next()) return std::nullopt;
  return account_of(rows);
}

}  // namespace

AccountTable::AccountTable(const Connection& c)
    : add_(c.prepare("INSERT INTO account (id, name, password_hash, scram, created, identity) "
                     "VALUES (?, ?, ?, ?, ?, ?)")),
      next_number_(c.prepare("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'account'")),
      set_credentials_(c.prepare("UPDATE account SET password_hash = ?, scram = ? WHERE name = ? RETURNING id")),
      replace_credentials_(c.prepare("UPDATE account SET password_hash = ?, scram = ? "
                                     "WHERE id = ? AND password_hash = ? AND scram = ? RETURNING id")),
      set_administrator_(c.prepare("UPDATE account SET is_administrator = ? WHERE name = ? RETURNING id")),
      set_moved_to_(c.prepare("UPDATE account SET moved_to = ? WHERE name = ? RETURNING id")),
      set_identity_(c.prepare("UPDATE account SET identity = ? WHERE id = ? RETURNING id")),
      erase_(c.prepare("DELETE FROM account WHERE name = ? RETURNING id")),
      list_(c.prepare("SELECT " COLUMNS " FROM account ORDER BY name")),
      find_name_(c.prepare("SELECT " COLUMNS " FROM account WHERE name = ?")),
      find_id_(c.prepare("SELECT " COLUMNS " FROM account WHERE id = ?")),
      secret_(c.prepare("SELECT bytes FROM secret")) {}

void AccountTable::add(const Account& account) {
  const auto& [hash, scram] = account.credentials;
  add_.execute(account.id, account.name, hash, scram, account.created, Blob{account.identity});
}

AccountId AccountTable::next_number() {
  auto rows = next_number_.query();
  rows.next();
  return rows.number<AccountId>(0);
}

bool AccountTable::set_credentials(std::string_view name, const Credentials& credentials) {
  auto rows = set_credentials_.query(credentials.password_hash, credentials.scram, name);
  return rows.finish();
}

bool AccountTable::replace_credentials(AccountId id, const Credentials& old, const Credentials& credentials) {
  auto rows =
      replace_credentials_.query(credentials.password_hash, credentials.scram, id, old.password_hash, old.scram);
  return rows.finish();
}

bool AccountTable::set_administrator(std::string_view name, bool is_one) {
  auto rows = set_administrator_.query(is_one, name);
  return rows.finish();
}

bool AccountTable::set_moved_to(std::string_view name, std::string_view url) {
  auto rows = set_moved_to_.query(url, name);
  return rows.finish();
}

std::string AccountTable::secret() {
  auto rows = secret_.query();
  if (!rows.next()) throw Corrupt("directory.db has lost its secret");
  return std::string(rows.bytes(0));
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
