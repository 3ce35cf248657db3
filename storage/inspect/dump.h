// A read-only walk over an account's database, for `postbag dump`. Works beside a running server.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/mail.h"

namespace postbag::storage {

/// An index page as it lies in the database.
struct DumpedPage {
  std::int64_t row;  ///< mailbox id * 2^32 + first UID it was made with
  Uid last;
  ModSeq modseq;  ///< highest in the page
  std::uint32_t unseen;
  std::size_t bytes;  ///< packed
  std::vector<Message> messages;
};

/// One entry of the log of vanished UIDs.
struct DumpedVanished {
  ModSeq modseq;
  std::int64_t time;  ///< seconds since 1970 UTC
  UidSet uids;
};

/// One mailbox and all it holds but the bodies.
struct DumpedMailbox {
  MailboxEntry entry;
  MailboxState state;
  Since low_water;  ///< the log of vanished UIDs is complete above it
  std::vector<std::string> keywords;
};

/// One body's row.
struct DumpedBody {
  BodyId id;
  std::uint64_t size;
  std::string checksum;  ///< BLAKE2b-256, 32 bytes
  std::string file;      ///< below bodies/, empty when it lies in the database
  std::size_t structure_bytes;
};

/// A read-only connection. One thread at a time; each call sees one state of the database. Throws Broken.
class Dump {
 public:
  /// `directory` is the account's. Throws Missing when it holds no database.
  explicit Dump(const std::filesystem::path& directory);
  ~Dump();

  int schema_version() const;
  /// Rising by name; only those that exist.
  std::vector<DumpedMailbox> mailboxes() const;
  /// Calls f for each page in rising order of UID.
  void pages(MailboxId id, const std::function<void(const DumpedPage&)>& f) const;
  std::vector<DumpedVanished> vanished(MailboxId id) const;
  /// Calls f for each body in rising order.
  void bodies(const std::function<void(const DumpedBody&)>& f) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace postbag::storage
