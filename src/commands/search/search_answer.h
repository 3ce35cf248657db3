// What SEARCH and SORT answer: the parts that both have. RFC 4731, RFC 5267 section 3, RFC 7162 section 3.1.6.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands/arguments.h"
#include "commands/search/search_return.h"
#include "core/mailbox_name.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "protocol/response/writer.h"

namespace postbag {

/// Relevancies, 1 to 100. RFC 6203 section 4.
using Scores = std::vector<std::uint8_t>;

/// What was found, as ESEARCH has it: in rising order, or in the order of a sort.
struct SearchAnswer {
  std::uint64_t count = 0;
  std::uint32_t min = 0, max = 0;  ///< sequence numbers or UIDs of the first and the last; 0: nothing found
  std::string all;                 ///< the set, in wire form
  std::string partial;             ///< what PARTIAL asks for of it; empty: none is there
  std::optional<std::uint64_t> modseq;
  Scores scores;  ///< for RELEVANCY: of those that ALL or PARTIAL tell, else of all, in their order
};

/// The mailbox that an answer of ESEARCH is about. RFC 7377 section 2.1.
struct SearchedMailbox {
  MailboxName name;
  UidValidity uid_validity;
};

/// `* ESEARCH (TAG "x" MAILBOX y UIDVALIDITY 1) UID`. `where`: see respond_extended().
void begin_extended(protocol::Writer& out, std::string_view tag, ByUid by_uid, const SearchedMailbox* where);

/// `* ESEARCH (TAG "x") UID MIN 1 …`. RFC 9051 section 7.3.4. `where` null: the selected mailbox, as SEARCH says
/// it.
void respond_extended(Client& client, std::string_view tag, const SearchReturn& wanted, ByUid by_uid,
                      const SearchAnswer& answer, const SearchedMailbox* where = nullptr);

/// Numbers in an order of their own as ranges: only rising neighbours become one. RFC 5267 section 3.2.
std::vector<SeqRange> ordered_ranges(std::span<const std::uint32_t> numbers);

/// Mod-sequences of what was found.
struct FoundModSeqs {
  std::uint64_t first = 0;    ///< of the first message found
  std::uint64_t last = 0;     ///< of the last
  std::uint64_t highest = 0;  ///< of all
};

/// What the answer says of mod-sequences when MODSEQ was searched for and something found: of all messages, or of
/// just those that are told. RFC 7162 section 3.1.6, RFC 4731 section 3.2.
std::uint64_t modseq_told(const FoundModSeqs& found, const SearchReturn& wanted);

/// Those of `scores`, of all that was found, that go with what is told.
Scores told_scores(const SearchReturn& wanted, const Scores& scores);

/// Whether SAVE keeps only what MIN, MAX and PARTIAL tell. RFC 9051 section 6.4.4.1, table 4; RFC 9394 section 3.2.
bool saves_only_told(const SearchReturn& wanted);

}  // namespace postbag
