// GROUP COMMIT. Waiting for the disk takes longer than everything else that a write does, so all writes that wait
// share one transaction and one sync; only then are they answered.
//
// - Each body runs in a savepoint of its own: one that refuses or throws is undone alone, and the others go on.
//   Only a failure of the database or the disk fails all of them.
// - Two sets of effects: what the running body did (body_), which is dropped or added to what the group did
//   (group_). Changes of messages stay in the OpenMailbox until their body succeeds, then its pages are written
//   once.
// - Nothing is reported before the commit is durable, and what is reported is in the order of the commits.
// - The file of a large message is synced and in its place before the commit that refers to it. A rollback never
//   removes one: the StagedBody does, unless a commit took it or may have taken it.
// - After a failed sync or commit nobody knows what is on the disk: the store is not used any more (Health).
#include "storage/engine/group_commit.h"

#include <algorithm>
#include <cassert>
#include <exception>
#include <utility>

#include "storage/engine/engine.h"
#include "storage/engine/transaction/paged_transaction.h"
#include "storage/errors.h"

namespace postbag::storage {

CommitReport GroupCommit::commit(std::span<Write* const> writes) {
  engine_.health.require_usable();
  group_ = {};
  growth_ = 0;
  engine_.reserve.use_when_full();
  relaxed_ = may_relax(writes);
  try {
    engine_.tables.begin_write(!relaxed_);
    engine_.generation.compare();
    for (auto* write : writes) run(*write);
    finish_commit();
  } catch (...) {
    abandon();
    for (auto* write : writes) write->settle(std::current_exception());
    return {};
  }
  engine_.mailboxes.trim();
  return report();
}

void GroupCommit::run(Write& write) {
  engine_.tables.set_savepoint();
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
  if (!engine_.tables.in_transaction()) throw Broken("database: the transaction was rolled back");
  if (keep)
    keep_body();
  else
    undo_body();
  write.settle(failure);
}

bool GroupCommit::run_body(Write& write) {
  PagedTransaction transaction(engine_);
  if (!write.run(transaction)) return false;
  flush_body();
  return true;
}

void GroupCommit::flush_body() {
  for (const auto id : body_.touched) {
    auto* mailbox = engine_.mailboxes.find(id);
    if (mailbox == nullptr || !mailbox->dirty()) continue;
    mailbox->flush(engine_.generation.next());
    changed(id, mailbox->state().highest_modseq);
  }
  if (body_.bytes == BodyBytes{}) return;
  engine_.tables.account.add(body_.bytes);
  body_.bytes = {};
}

void GroupCommit::keep_body() {
  engine_.tables.release_savepoint();
  ++engine_.counters.writes;
  for (const auto& [id, change] : body_.changed) group_.changed.insert_or_assign(id, change);
  group_.names_changed = group_.names_changed || body_.names_changed;
  group_.from_inbox.insert(group_.from_inbox.end(), body_.from_inbox.begin(), body_.from_inbox.end());
  group_.bodies.add(std::move(body_.bodies));
  body_ = {};
}

void GroupCommit::undo_body() {
  engine_.tables.roll_back_to_savepoint();
  ++engine_.counters.refused;
  for (const auto id : body_.touched) engine_.mailboxes.forget(id);
  // A mailbox made by this body may be in memory although it was only read, and its id will be given again.
  for (const auto& [id, change] : body_.changed) engine_.mailboxes.forget(id);
  body_ = {};
}

void GroupCommit::finish_commit() {
  const bool changed = !group_.changed.empty() || group_.names_changed;
  if (changed) engine_.recent.save(engine_.mailboxes, engine_.tables);
  const bool reserves = relaxed_ && reserve_for_flags();
  sync_bodies();
  if (group_.names_changed) engine_.generation.save_for_names();
  engine_.health.fatally([&] { engine_.tables.commit(); });
  if (!changed) return;
  engine_.generation.raised();
  unsynced_ = relaxed_;  // a synced commit brings all before it along
  if (reserves) sync_flags();
  engine_.recent.clear();
  settle_bodies();
  ++engine_.counters.commits;
  if (engine_.files && engine_.options.durability == Durability::full && !relaxed_) ++engine_.counters.syncs;
}

void GroupCommit::sync_bodies() {
  const bool sync = engine_.options.durability == Durability::full;
  const auto& files = engine_.files;
  for (const auto& [staged, id] : group_.bodies) {
    if (staged->file.empty() || staged->spooled) continue;
    if (sync) {
      engine_.health.fatally([&] { files->sync(staged->file); });
      ++engine_.counters.syncs;
    }
    files->publish(staged->file);
  }
  if (files && sync) engine_.health.fatally([&] { engine_.counters.syncs += files->sync_directories(); });
}

void GroupCommit::settle_bodies() {
  for (const auto& [staged, id] : group_.bodies) {
    staged->keep = true;
    staged->inline_bytes = {};
    if (!staged->file.empty()) engine_.files->settle(staged->file);
  }
}

void GroupCommit::write_claims() {
  if (engine_.recent.empty()) return;
  transact(true, [&] {
    engine_.generation.compare();
    engine_.recent.save(engine_.mailboxes, engine_.tables);
  });
  engine_.recent.clear();
  ++engine_.counters.commits;
}

void GroupCommit::transact(bool durable, const std::function<void()>& f) {
  try {
    engine_.tables.begin_write(durable);
    f();
    engine_.health.fatally([&] { engine_.tables.commit(); });
  } catch (...) {
    roll_back();
    throw;
  }
}

void GroupCommit::abandon() noexcept {
  if (engine_.health.failed())
    for (const auto& [staged, id] : group_.bodies) staged->keep = true;  // perhaps they are committed
  roll_back();
}

void GroupCommit::roll_back() noexcept {
  try {
    if (engine_.tables.in_transaction()) engine_.tables.roll_back();
  } catch (const std::exception& e) {
    engine_.health.fail(e);
  }
  engine_.mailboxes.clear();
  body_ = {};
  group_ = {};
}

CommitReport GroupCommit::report() {
  CommitReport report{
      .mailboxes = {}, .names_changed = group_.names_changed, .from_inbox = std::move(group_.from_inbox)};
  for (const auto& [id, change] : group_.changed) report.mailboxes.push_back(change);
  group_ = {};
  return report;
}

// ---- what the running body does ----

OpenMailbox* GroupCommit::open_to_change(MailboxId id) {
  auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox != nullptr) body_.touched.insert(id);
  return mailbox;
}

void GroupCommit::removed(MailboxId id, ModSeq modseq) {
  engine_.mailboxes.forget(id);
  engine_.recent.forget(id);
  body_.changed.insert_or_assign(id, ChangedMailbox{id, modseq, true});
}

BodyId GroupCommit::link(const std::shared_ptr<bodies::Staged>& staged) {
  assert(!staged->keep);
  auto& tables = engine_.tables;
  for (const auto* effects : {&body_, &group_})
    if (const auto known = effects->bodies.find(*staged)) {
      share(*known, staged->length);
      return *known;
    }
  if (staged->file.empty() || staged->spooled) growth_ += staged->length;
  const auto spooled = staged->spooled ? engine_.files->read_incoming(staged->file) : std::string();
  const auto id = tables.bodies.add({.size = staged->length,
                                     .checksum = staged->checksum,
                                     .file = staged->spooled ? std::string() : staged->file,
                                     .data = staged->spooled ? spooled : staged->inline_bytes,
                                     .structure = staged->structure});
  tables.threads.join(id, staged->thread_keys);
  body_.bodies.add(staged, id);
  return id;
}

void GroupCommit::share(BodyId body, std::uint64_t size) {
  engine_.tables.bodies.share(body);
  body_.bytes.shared += size;
}

void GroupCommit::release(std::vector<SizedBody> bodies) {
  std::uint64_t all = 0;
  for (const auto& body : bodies) all += body.size;
  const auto garbage = engine_.tables.bodies.release(std::move(bodies), engine_.now());
  body_.bytes.shared -= all - garbage;
  body_.bytes.garbage += garbage;
}

AccountTotals GroupCommit::totals() {
  flush_body();
  return engine_.tables.account.totals();
}

bool GroupCommit::admits(std::uint64_t bytes) const {
  // What is committed lies in the log first, and is copied from there.
  return engine_.has_room(engine_.tables.log_bytes() + 2 * (growth_ + bytes));
}

}  // namespace postbag::storage
