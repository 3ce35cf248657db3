// The rows of all data items, for the list in fetch_item.cc. Each is in the file of its subject.
#pragma once

#include "commands/fetch/fetch_item.h"

namespace postbag {

extern const FetchRow uid_row, flags_row, internal_date_row, size_row;  // message.cc
extern const FetchRow envelope_row, body_row, bodystructure_row;        // structure.cc
extern const FetchRow body_section_row, body_peek_row;                  // section.cc
extern const FetchRow rfc822_row, rfc822_header_row, rfc822_text_row;   // section.cc
extern const FetchRow binary_row, binary_peek_row, binary_size_row;     // binary.cc
extern const FetchRow modseq_row;                                       // modseq.cc
extern const FetchRow email_id_row, thread_id_row;                      // object_ids.cc
extern const FetchRow preview_row;                                      // preview.cc
extern const FetchRow save_date_row;                                    // save_date.cc

}  // namespace postbag
