// UID, FLAGS, INTERNALDATE, RFC822.SIZE: what the entry of a message holds. RFC 9051 section 7.5.2.

#include "commands/fetch/fetch_answer.h"
#include "commands/fetch/items/rows.h"

namespace postbag {

namespace {

void write_flags(FetchAnswer& a) {
  const storage::Message& entry = a.message.entry();
  a.out.flags(entry.flags, a.plan.keywords, a.plan.recent.contains(entry.uid));
}

}  // namespace

const FetchRow uid_row{.label = "UID",
                       .write = [](FetchAnswer& a) { a.out.number(a.message.entry().uid.value()); }};

const FetchRow flags_row{.label = "FLAGS", .write = write_flags};

const FetchRow internal_date_row{.label = "INTERNALDATE",
                                 .write = [](FetchAnswer& a) { a.out.date_time(a.message.entry().internal_date); }};

const FetchRow size_row{.label = "RFC822.SIZE",
                        .write = [](FetchAnswer& a) { a.out.number(a.message.entry().size); }};

}  // namespace postbag
