// Group commit: several bodies, each in its own savepoint, one transaction, one sync.
#include "storage/engine/engine.h"
#include "storage/errors.h"
#include "storage/read_transaction.h"

namespace postbag::storage {

CommitReport Engine::commit(std::span<Write* const> writes) {
  require_usable();
  group_ = {};
  growth_ = 0;
  reserve_.use_when_full();
  relaxed_ = may_relax(writes);
  try {
    connection_.sync_commits(!relaxed_);
    begin_write();
    for (auto* write : writes) run(*write);
    finish_commit();
  } catch (...) {
    roll_back();
    for (auto* write : writes) write->settle(std::current_exception());
    return {};
  }
  trim();
  return report();
}

void Engine::run(Write& write) {
  connection_.run("SAVEPOINT body");
  body_ = {};
  bool keep = false;
  std::exception_ptr failure;
  try {
    keep = run_body(write);
  } catch (const Corrupt&) {
    failure = std::current_exception();  // one mailbox is damaged: the others' bodies go on
  } catch (const Broken&) {
    throw;
  } catch (...) {
    failure = std::current_exception();
  }
  if (!connection_.in_transaction()) throw Broken("database: the transaction was rolled back");
  if (keep)
    keep_body();
  else
    undo_body();
  write.settle(failure);
}

bool Engine::run_body(Write& write) {
  Transaction transaction(*this);
  if (!write.run(transaction)) return false;
  flush_body();
  return true;
}

void Engine::flush_body() {
  for (const auto id : body_.touched) {
    const auto at = cache_.find(id);
    if (at == cache_.end() || !at->second.mailbox->dirty()) continue;
    at->second.mailbox->flush();
    changed(id, at->second.mailbox->state().highest_modseq);
  }
}

void Engine::keep_body() {
  connection_.run("RELEASE body");
  ++counters_.writes;
  for (const auto& [id, change] : body_.changed) group_.changed.insert_or_assign(id, change);
  group_.names_changed = group_.names_changed || body_.names_changed;
  group_.from_inbox.insert(group_.from_inbox.end(), body_.from_inbox.begin(), body_.from_inbox.end());
  group_.bodies.insert(group_.bodies.end(), body_.bodies.begin(), body_.bodies.end());
  group_.totals += body_.totals;
  body_ = {};
}

void Engine::undo_body() {
  connection_.run("ROLLBACK TO body");
  connection_.run("RELEASE body");
  ++counters_.refused;
  for (const auto id : body_.touched) cache_.erase(id);
  // A mailbox made by this body may be in memory although it was only looked at, and its id will be given again.
  for (const auto& [id, change] : body_.changed) cache_.erase(id);
  body_ = {};
}

void Engine::finish_commit() {
  const bool changed = !group_.changed.empty() || group_.names_changed;
  if (changed) save_claims();
  const bool reserves = relaxed_ && reserve_for_flags();
  sync_bodies();
  if (!changed) {
    fatally([&] { connection_.run("COMMIT"); });
    return;
  }
  end_write(group_.totals, group_.names_changed);
  unsynced_ = relaxed_;  // a synced commit brings all before it along
  if (reserves) sync_flags();
  claimed_.clear();
  settle_bodies();
  ++counters_.commits;
  if (files_ && options_.durability == Durability::full && !relaxed_) ++counters_.syncs;
}

void Engine::save_claims() {
  for (const auto& [id, uid] : claimed_) {
    auto* mailbox = open(id);
    if (mailbox == nullptr) continue;
    mailbox->set_first_recent(state_of(*mailbox).first_recent);
    tables_.mailboxes.save_first_recent(id, mailbox->state().first_recent);
  }
}

void Engine::write_claims() {
  if (claimed_.empty()) return;
  try {
    connection_.sync_commits(true);
    begin_write();
    save_claims();
    end_write();
  } catch (...) {
    roll_back();
    throw;
  }
  claimed_.clear();
  ++counters_.commits;
}

void Engine::sync_bodies() {
  const bool sync = options_.durability == Durability::full;
  for (const auto& [staged, id] : group_.bodies) {
    if (staged->file.empty() || staged->spooled) continue;
    if (sync) {
      fatally([&] { files_->sync(staged->file); });
      ++counters_.syncs;
    }
    files_->publish(staged->file);
  }
  if (files_ && sync) fatally([&] { counters_.syncs += files_->sync_directories(); });
}

void Engine::settle_bodies() {
  for (const auto& [staged, id] : group_.bodies) {
    staged->keep = true;
    staged->inline_bytes = {};
    if (!staged->file.empty()) files_->settle(staged->file);
  }
}

void Engine::roll_back() noexcept {
  try {
    if (connection_.in_transaction()) connection_.run("ROLLBACK");
  } catch (const std::exception& e) {
    fail(e);
  }
  cache_.clear();
  body_ = {};
  group_ = {};
}

void Engine::fail(const std::exception& why) {
  failed_ = true;
  failure_ = why.what();
  connection_.keep_log();  // closing would copy it, as if its sync had not failed, and take it away
}

CommitReport Engine::report() {
  CommitReport report{
      .mailboxes = {}, .names_changed = group_.names_changed, .from_inbox = std::move(group_.from_inbox)};
  for (const auto& [id, change] : group_.changed) report.mailboxes.push_back(change);
  group_ = {};
  return report;
}

}  // namespace postbag::storage
