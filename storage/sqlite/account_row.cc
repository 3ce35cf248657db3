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
                         "BETWEEN first AND last)")) {}

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

void AccountRow::recount() { recount_.execute(); }

}  // namespace postbag::storage::sqlite
