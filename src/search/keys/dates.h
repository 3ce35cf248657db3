// Keys that compare a day: BEFORE, ON, SINCE and their kin. RFC 9051 section 6.4.4, RFC 8514 section 4.3.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocol/text/date.h"
#include "search/keys/kind.h"

namespace postbag::search {

enum class When : std::uint8_t { before, on, since };
enum class DayOf : std::uint8_t { arrival, sending, saving };

struct DayRow {
  KeyName name;
  DayOf of;
  When when;
};
inline constexpr auto day_rows = std::to_array<DayRow>({
    {KeyName::before, DayOf::arrival, When::before},
    {KeyName::on, DayOf::arrival, When::on},
    {KeyName::since, DayOf::arrival, When::since},
    {KeyName::sentbefore, DayOf::sending, When::before},
    {KeyName::senton, DayOf::sending, When::on},
    {KeyName::sentsince, DayOf::sending, When::since},
    {KeyName::savedbefore, DayOf::saving, When::before},
    {KeyName::savedon, DayOf::saving, When::on},
    {KeyName::savedsince, DayOf::saving, When::since},
});

struct DayIs {
  DayOf of;
  When when;
  protocol::Day day;

  static constexpr auto names = names_of(day_rows);
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Cost cost() const { return of == DayOf::sending ? Cost::structure : Cost::entry; }
  Answer match(Look& look) const;
};

}  // namespace postbag::search
