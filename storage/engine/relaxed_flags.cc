// Commits of flags that do not wait for the disk, and what makes up for it. FORMAT.md, "Relaxed flags".
#include <algorithm>

#include "storage/engine/engine.h"

namespace postbag::storage {

namespace {

/// Mod-sequences reserved at once: so many changes of flags share one sync at least.
constexpr std::uint64_t block = 1'000;

}  // namespace

bool GroupCommit::may_relax(std::span<Write* const> writes) const {
  return engine_.options.flags == FlagDurability::relaxed && engine_.files &&
         std::ranges::all_of(writes, [](const Write* write) { return write->changes_only_flags(); });
}

bool GroupCommit::reserve_for_flags() {
  bool reserves = false;
  for (const auto& [id, change] : group_.changed) {
    auto* mailbox = engine_.mailboxes.open(id);
    if (mailbox == nullptr || mailbox->state().highest_modseq.value() <= mailbox->reserved_modseq()) continue;
    const std::uint64_t upto = mailbox->state().highest_modseq.value() + block;
    mailbox->reserve_modseq(std::min(upto, ModSeq::max_value - 1));
    mailbox->flush(engine_.generation.next());
    reserves = true;
  }
  return reserves;
}

void GroupCommit::sync_flags() {
  engine_.health.require_usable();
  if (!std::exchange(unsynced_, false)) return;
  engine_.health.fatally([&] { engine_.tables.sync(); });
  ++engine_.counters.syncs;
}

template <class F>
void GroupCommit::change_reserved(F&& f) {
  const auto reserved = engine_.tables.mailboxes.reserved();
  if (reserved.empty()) return;
  transact(true, [&] {
    engine_.generation.compare();
    for (const auto id : reserved) {
      auto* mailbox = engine_.mailboxes.open(id);
      f(*mailbox);
      mailbox->flush(engine_.generation.next());
    }
  });
  engine_.generation.raised();
  unsynced_ = false;
}

void GroupCommit::recover_reservations() {
  change_reserved([](OpenMailbox& mailbox) { mailbox.change_all_above_reservation(); });
}

void GroupCommit::take_reservations_back() {
  engine_.health.require_usable();
  change_reserved([](OpenMailbox& mailbox) { mailbox.reserve_modseq(0); });
}

}  // namespace postbag::storage
