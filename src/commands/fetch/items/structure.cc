// ENVELOPE, BODY without a section, BODYSTRUCTURE: kept beside the message as they are answered. RFC 9051 section
// 7.5.2.

#include "commands/fetch/fetch_answer.h"
#include "commands/fetch/items/rows.h"

namespace postbag {

const FetchRow envelope_row{.label = "ENVELOPE", .needs = FetchNeeds::structure, .write = [](FetchAnswer& a) {
                              a.out.raw(a.message.structure().envelope());
                            }};

const FetchRow body_row{.label = "BODY", .needs = FetchNeeds::structure, .write = [](FetchAnswer& a) {
                          a.message.structure().append_body(a.out.out());
                        }};

const FetchRow bodystructure_row{.label = "BODYSTRUCTURE",
                                 .needs = FetchNeeds::structure,
                                 .write = [](FetchAnswer& a) { a.out.raw(a.message.structure().bodystructure()); }};

}  // namespace postbag
