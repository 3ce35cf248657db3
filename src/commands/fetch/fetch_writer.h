// FETCH responses, formatted in slices on the account's worker: a big message streams, none is ever whole in
// memory. What stands in a response is the items' affair (items/). RFC 9051 section 7.5.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/fetch/fetch_plan.h"
#include "commands/fetch/literal_stream.h"
#include "mail/stored_message.h"
#include "storage/read_transaction.h"

namespace postbag {

/// Goes over the messages of a plan. Not thread-safe; used by one thread at a time.
class FetchWriter {
 public:
  explicit FetchWriter(FetchPlan plan);

  /// Appends responses to `out` until it holds about `budget` bytes. False when all are written. Throws what the
  /// store throws; Corrupt when the bytes of a message are gone.
  bool write(storage::ReadTransaction& tx, std::string& out, std::size_t budget);

  /// How many messages were found. Fewer than asked for: others expunged some.
  std::uint64_t written() const { return written_; }
  /// An item could not be decoded and was left out: FetchAnswer::unknown_encoding.
  bool has_unknown_encoding() const { return unknown_encoding_; }
  /// The mailbox's table as far as FLAGS has shown it: others may add keywords while this runs. RFC 9051
  /// section 7.3.5.
  const std::vector<std::string>& keywords() const { return plan_.keywords; }
  /// The mailbox was deleted meanwhile.
  bool is_mailbox_gone() const { return gone_; }
  /// A response was begun and is not complete.
  bool is_within_response() const { return within_; }

 private:
  bool asks_for_time() const;
  bool next_message(storage::ReadTransaction& tx, std::string& out);
  bool load(storage::ReadTransaction& tx, std::string& out);
  void load_structures(storage::ReadTransaction& tx);
  void tell_keywords(storage::ReadTransaction& tx, std::string& out);
  void begin(std::string& out);
  void write_item(storage::ReadTransaction& tx, const FetchItem& item, std::string& out);
  void write_literal(storage::ReadTransaction& tx, std::string& out);
  void end(storage::ReadTransaction& tx, std::string& out);
  const storage::Message& message() const { return batch_[at_].entry; }
  SeqNum sequence_number();

  FetchPlan plan_;
  FetchItems unasked_;  ///< of messages that are newly seen
  bool structured_;     ///< an item needs the structures
  std::vector<KnownMessage> batch_;
  std::size_t at_ = 0;                    ///< in batch_
  std::optional<Uid> from_ = Uid::min();  ///< where the next batch begins
  std::size_t run_ = 0;                   ///< in plan_.runs
  std::size_t item_ = 0;                  ///< in plan_.items
  std::size_t response_start_ = 0;        ///< in the current slice
  bool within_ = false;
  bool empty_ = true;                     ///< no item of the current response was written yet
  std::optional<LiteralStream> literal_;  ///< of the item that was written last
  std::uint64_t written_ = 0;
  bool unknown_encoding_ = false;
  bool gone_ = false;
};

}  // namespace postbag
