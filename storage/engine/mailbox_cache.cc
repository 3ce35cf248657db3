// Open mailboxes keep their decoded pages between transactions: a page costs a few microseconds to decode, and
// sessions ask for the same ones again and again.
//
// - What is cached is what is committed, or what the running transaction has made of it. So a rollback drops the
//   mailboxes it touched instead of undoing anything in memory.
// - Memory is bounded per account. The size is looked at after a transaction that used the cache, not during one:
//   pointers that open() gave stay valid until the transaction ends.
#include "storage/engine/mailbox_cache.h"

#include <algorithm>
#include <utility>

namespace postbag::storage {

OpenMailbox* MailboxCache::open(MailboxId id) {
  auto at = cached_.find(id);
  if (at == cached_.end()) {
    auto row = tables_.mailboxes.load(id);
    if (!row) return nullptr;
    auto mailbox = std::make_unique<OpenMailbox>(id, std::move(*row), tables_, loads_);
    at = cached_.emplace(id, Cached{.mailbox = std::move(mailbox)}).first;
  }
  at->second.used = ++uses_;
  return at->second.mailbox.get();
}

OpenMailbox* MailboxCache::find(MailboxId id) {
  const auto at = cached_.find(id);
  return at == cached_.end() ? nullptr : at->second.mailbox.get();
}

void MailboxCache::trim() {
  const auto activity = uses_ + loads_;
  if (activity == trimmed_at_) return;
  trimmed_at_ = activity;
  std::size_t total = 0;
  for (const auto& [id, cached] : cached_) total += cached.mailbox->memory();
  while (total > most_bytes_ && !cached_.empty()) {
    const auto oldest = std::ranges::min_element(cached_, {}, [](const auto& entry) { return entry.second.used; });
    total -= oldest->second.mailbox->memory();
    cached_.erase(oldest);
  }
}

}  // namespace postbag::storage
