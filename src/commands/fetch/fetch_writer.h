// FETCH responses, formatted in slices on the account's worker: a big message streams, none is ever whole in
// memory. RFC 9051 section 7.5.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands/fetch/fetch_item.h"
#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/section.h"
#include "protocol/mime/text/transfer_decoder.h"
#include "protocol/response/writer.h"
#include "session/features.h"
#include "session/view.h"
#include "storage/read_transaction.h"

namespace postbag {

/// Everything a FETCH needs to know of its session, copied, since the session lives on another thread.
struct FetchPlan {
  MailboxId mailbox;
  UidSet uids;                ///< what to fetch
  std::vector<ViewRun> runs;  ///< the same with sequence numbers
  FetchItems items;
  std::vector<std::string> keywords;
  UidSet recent;
  UidSet newly_seen;  ///< \Seen was set by this FETCH: their FLAGS are told too. RFC 9051 section 6.4.5
  Features features;
  protocol::Charset charset = protocol::Charset::seven_bit;
  std::size_t headers_used = 0;
};

/// Goes over the messages of a plan. Not thread-safe; used by one thread at a time.
class FetchWriter {
 public:
  explicit FetchWriter(FetchPlan plan) : plan_(std::move(plan)) {}

  /// Appends responses to `out` until it holds about `budget` bytes. False when all are written. Throws what the
  /// store throws; Broken when the bytes of a message are gone.
  bool write(storage::ReadTransaction& tx, std::string& out, std::size_t budget);

  /// How many messages were found. Fewer than asked for: others expunged some.
  std::uint64_t written() const { return written_; }
  /// A BINARY item could not be decoded and was left out. RFC 3516 section 4.3: NO [UNKNOWN-CTE].
  bool has_unknown_encoding() const { return unknown_encoding_; }
  /// The mailbox's table as far as FLAGS has told it: others may add keywords while this runs. RFC 9051
  /// section 7.3.5.
  const std::vector<std::string>& keywords() const { return plan_.keywords; }
  /// The mailbox was deleted meanwhile.
  bool is_mailbox_gone() const { return gone_; }
  /// A response was begun and is not complete.
  bool is_within_response() const { return within_; }

 private:
  /// A literal being streamed.
  struct Open {
    mime::ByteRange range;                         ///< of the stored message, what is left to read
    std::optional<mime::TransferDecoder> decoder;  ///< for BINARY
    std::uint64_t skip = 0;                        ///< decoded bytes before the partial
    std::uint64_t left = 0;                        ///< bytes still owed to the client
  };

  bool next_message(storage::ReadTransaction& tx, std::string& out);
  bool load(storage::ReadTransaction& tx, std::string& out);
  void tell_keywords(storage::ReadTransaction& tx, std::string& out);
  void begin(std::string& out);
  void end(std::string& out);
  void write_unasked(protocol::Writer& writer);
  void write_item(storage::ReadTransaction& tx, const FetchItem& item, std::string& out);
  void write_fields(storage::ReadTransaction& tx, const FetchItem& item, protocol::Writer& writer);
  std::string picked_fields(storage::ReadTransaction& tx, mime::ByteRange header,
                            std::span<const std::string_view> names, mime::Pick pick);
  void write_section(storage::ReadTransaction& tx, const FetchItem& item, protocol::Writer& writer);
  void write_preview(storage::ReadTransaction& tx, const FetchItem& item, protocol::Writer& writer);
  void write_binary(storage::ReadTransaction& tx, const FetchItem& item, protocol::Writer& writer);
  void write_flags(protocol::Writer& writer);
  void write_modseq(protocol::Writer& writer);
  void stream(storage::ReadTransaction& tx, std::string& out);
  std::string read(storage::ReadTransaction& tx, std::uint64_t offset, std::uint64_t size);
  const storage::Message& message() const { return batch_[at_]; }
  mime::StoredStructure structure() const { return mime::StoredStructure(structures_[at_]); }
  SeqNum sequence_number();

  FetchPlan plan_;
  std::vector<storage::Message> batch_;
  std::vector<std::string> structures_;   ///< of batch_, when an item needs them
  std::size_t at_ = 0;                    ///< in batch_
  std::optional<Uid> from_ = Uid::min();  ///< where the next batch begins
  std::size_t run_ = 0;                   ///< in plan_.runs
  std::size_t item_ = 0;
  std::size_t response_start_ = 0;  ///< in the current slice
  bool within_ = false;
  bool empty_ = true;  ///< no item of the current response was written yet
  std::optional<Open> open_;
  std::uint64_t written_ = 0;
  bool unknown_encoding_ = false;
  bool gone_ = false;
};

}  // namespace postbag
