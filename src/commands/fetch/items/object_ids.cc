// EMAILID and THREADID. RFC 8474 sections 5.1 and 5.2.

#include "commands/fetch/fetch_answer.h"
#include "commands/fetch/items/rows.h"
#include "commands/object_id.h"

namespace postbag {

const FetchRow email_id_row{.label = "EMAILID", .write = [](FetchAnswer& a) {
                              a.out.raw("(").raw(object_id(a.message.entry().body)).raw(")");
                            }};

const FetchRow thread_id_row{.label = "THREADID", .write = [](FetchAnswer& a) {
                               a.out.raw("(").raw(object_id(a.message.thread())).raw(")");
                             }};

}  // namespace postbag
