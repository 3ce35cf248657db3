// Response codes that several commands use, without their brackets.
#pragma once

#include <string>

#include "storage/mail.h"

namespace postbag {

/// HIGHESTMODSEQ: everything up to there was told. RFC 7162 section 3.1.2.1.
inline std::string highest_code(ModSeq modseq) { return "HIGHESTMODSEQ " + std::to_string(modseq.value()); }

}  // namespace postbag
