#include "search/keys/dates.h"

#include <chrono>

#include "protocol/parse/values.h"
#include "search/key.h"
#include "search/look.h"

namespace postbag::search {

namespace {

bool compare(protocol::Day day, When when, protocol::Day wanted) {
  switch (when) {
    case When::before: return day < wanted;
    case When::on: return day == wanted;
    case When::since: break;
  }
  return day >= wanted;
}

/// Nothing: the message names no date.
std::optional<protocol::Day> day_of(Look& look, DayOf of) {
  if (of == DayOf::arrival) return protocol::local_day(look.message().internal_date);
  if (of == DayOf::saving) return protocol::local_day({.seconds = look.message().save_date, .zone_minutes = 0});
  const auto sent = look.stored().structure().sent();
  return sent ? std::optional(protocol::local_day(*sent)) : std::nullopt;
}

}  // namespace

Parsed DayIs::parse(grammar::SearchKey key, Parser&) {
  const DayRow& row = row_of(day_rows, key.kind());
  const auto day = protocol::date_value(key.date()->text());
  if (!day) return bad("No such day");
  const auto number = static_cast<protocol::Day>(std::chrono::sys_days(*day).time_since_epoch().count());
  return Key{DayIs{row.of, row.when, number}};
}

Answer DayIs::match(Look& look) const {
  const auto its_day = day_of(look, of);
  return its_day && compare(*its_day, when, day);
}

}  // namespace postbag::search
