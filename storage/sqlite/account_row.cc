#include "storage/sqlite/account_row.h"

namespace postbag::storage::sqlite {

AccountRow::AccountRow(const Connection& c)
    : totals_(c.prepare("SELECT messages, bytes, garbage_bytes FROM account")),
      change_totals_(c.prepare("UPDATE account SET messages = messages + ?, bytes = bytes + ?, "
                               "garbage_bytes = garbage_bytes + ?")),
      recount_(c.prepare("UPDATE account SET "
                         "messages = (SELECT coalesce(sum(messages), 0) FROM mailbox), "
                         "bytes = (SELECT coalesce(sum(bytes), 0) FROM mailbox) - "
                         "(SELECT coalesce(sum(extra * size), 0) FROM shared CROSS JOIN body ON id = shared.body), "
                         "garbage_bytes = (SELECT coalesce(sum(size), 0) FROM garbage CROSS JOIN body ON id "
                         "BETWEEN first AND last)")),
      generation_(c.prepare("SELECT generation FROM account")),
      names_generation_(c.prepare("SELECT names_generation FROM account")),
      raise_generation_(c.prepare("UPDATE account SET messages = messages + ?, bytes = bytes + ?, "
                                  "garbage_bytes = garbage_bytes + ?, generation = generation + 1, "
                                  "names_generation = CASE WHEN ? THEN generation + 1 ELSE names_generation END")) {
}

AccountTotals AccountRow::totals() {
  auto rows = totals_.query();
  rows.next();
  return {.messages = static_cast<std::uint64_t>(rows.integer(0)),
          .bytes = static_cast<std::uint64_t>(rows.integer(1)),
          .garbage_bytes = static_cast<std::uint64_t>(rows.integer(2))};
}

void AccountRow::change_totals(const AccountTotals& difference) {
  change_totals_.execute(difference.messages, difference.bytes, difference.garbage_bytes);
}

std::uint64_t AccountRow::generation() {
  auto rows = generation_.query();
  rows.next();
  return static_cast<std::uint64_t>(rows.integer(0));
}

std::uint64_t AccountRow::names_generation() {
  auto rows = names_generation_.query();
  rows.next();
  return static_cast<std::uint64_t>(rows.integer(0));
}

void AccountRow::raise_generation(const AccountTotals& difference, bool names_changed) {
  raise_generation_.execute(difference.messages, difference.bytes, difference.garbage_bytes, names_changed);
}

void AccountRow::recount() { recount_.execute(); }

}  // namespace postbag::storage::sqlite
