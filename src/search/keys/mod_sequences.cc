#include "search/keys/mod_sequences.h"

#include "core/numbers.h"
#include "protocol/parse/values.h"
#include "search/key.h"
#include "search/look.h"

namespace postbag::search {

/// Mod-sequences are kept for a message, not for each of its flags, so the entry's name does not matter.
Parsed ModSeqAtLeast::parse(grammar::SearchKey key, Parser&) {
  return Key{ModSeqAtLeast{*protocol::number_value(key.mod_sequence_valzer()->text(), ModSeq::max_value)}};
}

Answer ModSeqAtLeast::match(Look& look) const { return look.message().modseq.value() >= modseq; }

}  // namespace postbag::search
