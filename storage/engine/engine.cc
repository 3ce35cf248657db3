#include "storage/engine/engine.h"

#include <algorithm>
#include <cassert>

#include <sodium/core.h>

#include "storage/errors.h"
#include "storage/read_transaction.h"
#include "storage/sqlite/mail_file.h"
#include "storage/sqlite/migrations/migrations.h"
#include "storage/sqlite/owner_table.h"

namespace postbag::storage {

namespace {

/// Whether the database may be made. Accounts of an older postbag have none before their first login, and then
/// nothing else either.
bool may_make(const StoreOptions& options) {
  if (!options.owner) return true;
  std::error_code none;
  return options.owner->identity.empty() &&
         (!std::filesystem::exists(options.directory, none) || std::filesystem::is_empty(options.directory, none));
}

std::filesystem::path prepare_directory(const StoreOptions& options, const disk::Reserve& reserve) {
  reserve.use_when_full();  // SQLite makes files when it opens one
  if (sodium_init() < 0) throw Broken("libsodium cannot start");
  const auto& directory = options.directory;
  if (directory.empty()) return {};
  if (!may_make(options)) sqlite::require_database(directory);
  disk::make_directory(directory);
  const auto database = directory / "mail.db";
  // Whoever made the directory may have ended before it was durable; once there is a database in it, it is.
  if (!std::filesystem::exists(database)) disk::sync_into_parent(directory);
  return database;
}

/// After an unclean stop its log is left, for SQLite removes it when the last connection closes.
bool was_stopped_uncleanly(const std::filesystem::path& directory) {
  std::error_code none;
  const auto log = std::filesystem::file_size(directory / "mail.db-wal", none);
  return !directory.empty() && !none && log > 0;
}

/// A large file is not read through: its mail would have to wait for seconds, and a damaged page
/// is refused anyway when it is read.
void check_database(sqlite::Connection& connection, const std::filesystem::path& directory) {
  constexpr std::uintmax_t most_bytes = std::uintmax_t{64} << 20;
  if (std::filesystem::file_size(directory / "mail.db") > most_bytes) return;
  const auto answer = connection.quick_check();
  if (answer != "ok") throw Corrupt("database: " + answer);
}

/// In memory, whole messages are rows; else only what is inline, and structures.
sqlite::ConnectionOptions connection_options(const StoreOptions& options) {
  constexpr std::int64_t room = std::int64_t{64} << 20;
  return {.make = may_make(options),
          .sync = options.durability == Durability::full,
          .longest = std::max(room, static_cast<std::int64_t>(options.limits.message) + (1 << 20))};
}

/// Before anything is written into what may be another's.
void require_owner(sqlite::Connection& connection, const StoreOptions& options) {
  if (!options.owner) return;
  const auto found = sqlite::read_owner(connection);
  if (!is_of(found, *options.owner)) throw Foreign(not_theirs(options.directory, found));
}

/// An account that an older postbag made gets its identity.
void give_identity(const sqlite::Connection& connection, const StoreOptions& options) {
  if (!options.owner || !options.owner->identity.empty()) return;
  sqlite::OwnerTable table(connection);
  if (!table.find()) table.set({options.owner->name, draw_identity()});
}

void open_schema(sqlite::Connection& connection, const StoreOptions& options) {
  require_owner(connection, options);
  sqlite::migrate(connection, sqlite::mail_migrations);
  give_identity(connection, options);
}

}  // namespace

Engine::Engine(StoreOptions options)
    : options_(std::move(options)),
      reserve_(options_.reserve_file, options_.most_in_reserve_file),
      unclean_(was_stopped_uncleanly(options_.directory)),
      connection_(prepare_directory(options_, reserve_), connection_options(options_)),
      tables_((open_schema(connection_, options_), connection_)) {
  if (options_.directory.empty()) return;
  if (unclean_) check_database(connection_, options_.directory);
  files_ = std::make_shared<bodies::BodyFiles>(options_.directory / "bodies", options_.most_reserved);
  sweep_incoming();
  recover_reserved();
  open_search_index();
}

/// One that is not kept up would soon be wrong: after ids that it knows were given again.
void Engine::open_search_index() {
  if (options_.search_texts.make)
    search_index_ =
        std::make_unique<SearchIndex>(options_.directory, options_.search_texts, ReadTransaction(*this));
  else
    SearchIndex::remove(options_.directory);
}

void Engine::sweep_incoming() {
  for (const auto& name : files_->incoming())
    if (tables_.bodies.has_file(name))
      files_->settle(name);
    else
      files_->discard(name);
}

void Engine::require_usable() const {
  if (failed_) throw StoreFailed("store is out of use since: " + failure_);
}

void Engine::begin_read() {
  require_usable();
  connection_.run("BEGIN");
  try {
    compare_generation();
  } catch (...) {
    roll_back();
    throw;
  }
}

void Engine::compare_generation() {
  const auto found = tables_.account.generation();
  if (found == generation_) return;
  cache_.clear();
  generation_ = found;
}

void Engine::begin_write() {
  connection_.run("BEGIN IMMEDIATE");
  compare_generation();
}

void Engine::end_write(const AccountTotals& difference, bool names_changed) {
  tables_.account.raise_generation(difference, names_changed);
  fatally([&] { connection_.run("COMMIT"); });
  // While commits of others are not reported, they come before this one.
  if (reported_ == generation_) ++reported_;
  ++generation_;
}

CommitReport Engine::external_change(std::span<const MailboxId> watched) {
  CommitReport report{.mailboxes = tables_.mailboxes.changed_after(reported_),
                      .names_changed = tables_.account.names_generation() > reported_};
  for (const auto id : watched)
    if (!tables_.mailboxes.name(id)) report.mailboxes.push_back({.id = id, .modseq = ModSeq::max(), .gone = true});
  reported_ = generation_;
  return report;
}

void Engine::end_read() noexcept {
  try {
    if (connection_.in_transaction()) connection_.run("COMMIT");
  } catch (const Broken&) {
    // Nothing was written, so nothing is lost; the next BEGIN tells what is wrong.
    roll_back();
  }
  trim();
}

OpenMailbox* Engine::open(MailboxId id) {
  auto at = cache_.find(id);
  if (at == cache_.end()) {
    auto row = tables_.mailboxes.load(id);
    if (!row) return nullptr;
    at = cache_
             .emplace(id, Cached{.mailbox = std::make_unique<OpenMailbox>(id, std::move(*row), tables_,
                                                                          body_.totals, counters_.cache_loads)})
             .first;
  }
  at->second.used = ++uses_;
  return at->second.mailbox.get();
}

OpenMailbox* Engine::open_to_change(MailboxId id) {
  auto* mailbox = open(id);
  if (mailbox != nullptr) body_.touched.insert(id);
  return mailbox;
}

void Engine::removed(MailboxId id, ModSeq modseq, std::uint32_t messages) {
  body_.totals.messages -= messages;
  cache_.erase(id);
  claimed_.erase(id);
  body_.changed.insert_or_assign(id, ChangedMailbox{id, modseq, true});
}

BodyId Engine::link(const std::shared_ptr<bodies::Staged>& staged) {
  assert(!staged->keep);
  for (const auto* effects : {&body_, &group_})
    for (const auto& [known, id] : effects->bodies)
      if (known == staged) {
        tables_.bodies.share(id);
        return id;
      }
  if (staged->file.empty() || staged->spooled) growth_ += staged->size;
  const auto spooled = staged->spooled ? files_->read_incoming(staged->file) : std::string();
  const auto id = tables_.bodies.add({.size = staged->size,
                                      .checksum = staged->checksum,
                                      .file = staged->spooled ? std::string() : staged->file,
                                      .data = staged->spooled ? spooled : staged->inline_bytes,
                                      .structure = staged->structure});
  tables_.threads.join(id, staged->thread_keys);
  body_.bodies.emplace_back(staged, id);
  body_.totals.bytes += staged->size;
  return id;
}

void Engine::release(std::vector<sqlite::SizedBody> bodies) {
  const auto bytes = tables_.bodies.release(std::move(bodies), now());
  body_.totals.bytes -= bytes;
  body_.totals.garbage_bytes += bytes;
}

AccountTotals Engine::totals() {
  auto totals = tables_.account.totals();
  totals += group_.totals;
  totals += body_.totals;
  return totals;
}

MailboxState Engine::state_of(const OpenMailbox& mailbox) const {
  auto state = mailbox.state();
  const auto claim = claimed_.find(mailbox.id());
  // A claim may lie above uid_next when the body that brought those messages was rolled back after it.
  if (claim != claimed_.end())
    state.first_recent = std::min(std::max(state.first_recent, claim->second), state.uid_next);
  return state;
}

std::optional<UidRange> Engine::claim_recent(const OpenMailbox& mailbox) {
  const auto state = state_of(mailbox);
  if (state.first_recent >= state.uid_next) return std::nullopt;
  claimed_.insert_or_assign(mailbox.id(), state.uid_next);
  return UidRange{state.first_recent, state.uid_next.previous()};
}

void Engine::trim() {
  const auto activity = uses_ + counters_.cache_loads;
  if (activity == trimmed_at_) return;
  trimmed_at_ = activity;
  std::size_t total = 0;
  for (const auto& [id, cached] : cache_) total += cached.mailbox->memory();
  while (total > options_.cache_bytes && !cache_.empty()) {
    const auto oldest = std::ranges::min_element(cache_, {}, [](const auto& entry) { return entry.second.used; });
    total -= oldest->second.mailbox->memory();
    cache_.erase(oldest);
  }
}

}  // namespace postbag::storage
