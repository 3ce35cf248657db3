// MODSEQ. RFC 7162 section 3.1.4.2.

#include "commands/fetch/fetch_answer.h"
#include "commands/fetch/items/rows.h"

namespace postbag {

const FetchRow modseq_row{.label = "MODSEQ", .write = [](FetchAnswer& a) {
                            a.out.raw("(").number(a.message.entry().modseq.value()).raw(")");
                          }};

}  // namespace postbag
