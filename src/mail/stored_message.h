// One message of the store, read no further than it is asked for: its entry, then its structure, then its bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/stored_structure.h"
#include "storage/mail.h"
#include "storage/read_transaction.h"

namespace postbag {

/// What was read of a message so far. It may be kept from one transaction to the next: the bytes of a message never
/// change (RFC 9051 section 2.3.1.1).
struct KnownMessage {
  storage::Message entry;
  std::optional<std::string> structure = {};
};

/// Reads more of a message, within one transaction. Both arguments must outlive it. On the account's worker; all
/// that reads throws what the store throws, and storage::Corrupt when what the entry refers to is missing.
class StoredMessage {
 public:
  /// Bytes of a message that are in memory at once, whatever its size.
  static constexpr std::uint64_t piece = std::uint64_t{64} * 1024;

  StoredMessage(storage::ReadTransaction& tx, KnownMessage& known) : tx_(tx), known_(known) {}

  const storage::Message& entry() const { return known_.entry; }
  ThreadId thread() const { return tx_.thread(entry().body); }
  /// Read at the first call, unless it is known already. Valid as long as the KnownMessage.
  mime::StoredStructure structure();

  /// Exactly these bytes.
  std::string bytes(mime::ByteRange range) const;
  /// Calls take(std::string) with one piece of the range after the other.
  template <class Take>
  void each_piece(mime::ByteRange range, Take&& take) const {
    for (std::uint64_t at = range.offset; at < range.end(); at += piece)
      take(bytes({at, std::min(piece, range.end() - at)}));
  }
  /// What the filter picks of the header that lies there.
  std::string fields(mime::ByteRange header, mime::FieldFilter filter) const;

 private:
  storage::ReadTransaction& tx_;
  KnownMessage& known_;
};

}  // namespace postbag
