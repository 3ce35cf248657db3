// Commits of flags that do not wait for the disk, and what makes up for it. FORMAT.md, "Relaxed flags".
#include <algorithm>

#include "storage/engine/engine.h"
#include "storage/errors.h"

namespace postbag::storage {

namespace {

/// Mod-sequences reserved at once: so many changes of flags share one sync at least.
constexpr std::uint64_t block = 1'000;

}  // namespace

bool Engine::may_relax(std::span<Write* const> writes) const {
  return options_.flags == FlagDurability::relaxed && files_ &&
         std::ranges::all_of(writes, [](const Write* write) { return write->changes_only_flags(); });
}

bool Engine::reserve_for_flags() {
  bool reserves = false;
  for (const auto& [id, change] : group_.changed) {
    auto* mailbox = open(id);
    if (mailbox == nullptr || mailbox->state().highest_modseq.value() <= mailbox->reserved_modseq()) continue;
    const std::uint64_t upto = mailbox->state().highest_modseq.value() + block;
    mailbox->reserve_modseq(std::min(upto, ModSeq::max_value - 1));
    mailbox->flush();
    reserves = true;
  }
  return reserves;
}

void Engine::sync_flags() {
  require_usable();
  if (!std::exchange(unsynced_, false)) return;
  fatally([&] { connection_.sync_log(); });
  ++counters_.syncs;
}

template <class F>
void Engine::change_reserved(F&& f) {
  const auto reserved = tables_.mailboxes.reserved();
  if (reserved.empty()) return;
  connection_.sync_commits(true);
  try {
    begin_write();
    for (const auto id : reserved) {
      auto* mailbox = open(id);
      f(*mailbox);
      mailbox->flush();
    }
    end_write();
  } catch (...) {
    roll_back();
    throw;
  }
  unsynced_ = false;
}

void Engine::recover_reserved() {
  change_reserved([](OpenMailbox& mailbox) { mailbox.change_all_above_reservation(); });
}

void Engine::take_reservations_back() {
  require_usable();
  change_reserved([](OpenMailbox& mailbox) { mailbox.reserve_modseq(0); });
}

}  // namespace postbag::storage
