// What every store can do by what it must be able to.
#include "storage/read_transaction.h"

namespace postbag::storage {

Result<UidSet> ReadTransaction::changed_since(MailboxId id, Since since) const {
  constexpr std::size_t slice = 1'000;
  constexpr Since no_removals = ModSeq::max_value;
  UidSet changed;
  std::optional<Uid> from = Uid::min();
  while (from) {
    const auto changes = changes_since(id, since, no_removals, slice, *from);
    if (!changes) return std::unexpected(changes.error());
    for (const auto& message : changes->messages) changed.add(message.uid);
    from = changes->next;
  }
  return changed;
}

std::optional<IndexedBodies> ReadTransaction::bodies_with(std::span<const std::string>, std::optional<BodyId>,
                                                          std::chrono::milliseconds) const {
  return std::nullopt;
}

std::vector<std::string> ReadTransaction::structures(std::span<const BodyId> ids) const {
  std::vector<std::string> out;
  out.reserve(ids.size());
  for (const auto id : ids) out.push_back(structure(id).value_or(std::string()));
  return out;
}

}  // namespace postbag::storage
