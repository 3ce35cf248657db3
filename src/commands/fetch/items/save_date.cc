// SAVEDATE. RFC 8514 section 4.2.

#include "commands/fetch/fetch_answer.h"
#include "commands/fetch/items/rows.h"

namespace postbag {

const FetchRow save_date_row{.label = "SAVEDATE", .write = [](FetchAnswer& a) {
                               a.out.date_time({.seconds = a.message.entry().save_date, .zone_minutes = 0});
                             }};

}  // namespace postbag
