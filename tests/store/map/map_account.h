// An account's mail as plain values: what the map store keeps. A transaction works on a copy of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/body.h"
#include "storage/mail.h"

namespace postbag::storage::test {

/// A message body as it was staged, and as it is kept.
struct MapBody final : StagedBody::Content {
  std::uint64_t size() const override { return bytes.size(); }
  std::size_t memory() const override { return bytes.size(); }
  std::string bytes;
  std::string structure;
  ThreadKeys thread_keys;
  // Since it was appended; not when that was rolled back.
  BodyId id = BodyId::min();
  ThreadId thread = ThreadId::min();
};

/// What one operation took away.
struct MapVanished {
  std::int64_t time;
  UidSet uids;
};

/// A value that its copies share until one of them changes it: a transaction copies the account, and changes
/// little.
template <class T>
class Shared {
 public:
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  T& change() {
    if (value_.use_count() > 1) value_ = std::make_shared<T>(*value_);
    return *value_;
  }

 private:
  std::shared_ptr<T> value_ = std::make_shared<T>();
};

struct MapMailbox {
  MailboxName name;
  SpecialUses use;
  UidValidity validity;
  Shared<std::map<Uid, Message>> messages = {};
  std::vector<std::string> keywords = {};
  std::map<ModSeq, MapVanished> vanished = {};
  Since low_water = 0;
  Uid uid_next = Uid::min();
  ModSeq modseq = ModSeq::min();

  MailboxState state() const;
};

struct MapAccount {
  std::map<MailboxId, MapMailbox> mailboxes;
  Shared<std::map<BodyId, std::shared_ptr<MapBody>>> bodies;
  std::map<std::uint64_t, ThreadId> thread_keys;
  std::set<std::string> subscriptions;
  std::map<std::string, std::uint32_t> retired;  ///< name -> the highest UIDVALIDITY it had
  std::uint64_t mailboxes_made = 0;
  std::uint64_t bodies_made = 0;
  std::uint32_t last_validity = 0;
  std::vector<MailboxId> from_inbox;  ///< made by renaming INBOX in the running commit
};

}  // namespace postbag::storage::test
