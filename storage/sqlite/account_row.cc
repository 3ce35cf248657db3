#include "storage/sqlite/account_row.h"

namespace postbag::storage::sqlite {

AccountRow::AccountRow(const Connection& c)
    : totals_(
          c.prepare("SELECT (SELECT coalesce(sum(messages), 0) FROM mailbox), "
                    "(SELECT coalesce(sum(bytes), 0) FROM mailbox) - shared_bytes, garbage_bytes FROM account")),
      body_bytes_(c.prepare("SELECT shared_bytes, garbage_bytes FROM account")),
      add_(c.prepare("UPDATE account SET shared_bytes = shared_bytes + ?, garbage_bytes = garbage_bytes + ?")),
      recount_(c.prepare("UPDATE account SET "
                         "shared_bytes = "
                         "(SELECT coalesce(sum(extra * size), 0) FROM shared CROSS JOIN body ON id = shared.body), "
                         "garbage_bytes = (SELECT coalesce(sum(size), 0) FROM garbage CROSS JOIN body ON id "
                         "BETWEEN first AND last)")),
      generation_(c.prepare("SELECT max(names_generation, (SELECT coalesce(max(generation), 0) FROM mailbox)) "
                            "FROM account")),
      names_generation_(c.prepare("SELECT names_generation FROM account")),
      set_names_generation_(c.prepare("UPDATE account SET names_generation = ?")) {}

AccountTotals AccountRow::totals() {
  auto rows = totals_.query();
  rows.next();
  return {.messages = static_cast<std::uint64_t>(rows.integer(0)),
          .bytes = static_cast<std::uint64_t>(rows.integer(1)),
          .garbage_bytes = static_cast<std::uint64_t>(rows.integer(2))};
}

BodyBytes AccountRow::body_bytes() {
  auto rows = body_bytes_.query();
  rows.next();
  return {.shared = static_cast<std::uint64_t>(rows.integer(0)),
          .garbage = static_cast<std::uint64_t>(rows.integer(1))};
}

void AccountRow::add(const BodyBytes& difference) { add_.execute(difference.shared, difference.garbage); }

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

void AccountRow::set_names_generation(std::uint64_t generation) { set_names_generation_.execute(generation); }

void AccountRow::recount() { recount_.execute(); }

}  // namespace postbag::storage::sqlite
