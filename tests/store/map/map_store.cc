#include "tests/store/map/map_store.h"

#include <exception>
#include <utility>

namespace postbag::storage::test {

namespace {

class MapWriter final : public BodyWriter {
 public:
  void append(std::string_view bytes) override { body_->bytes += bytes; }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    return offset >= body_->bytes.size() ? std::string()
                                         : body_->bytes.substr(static_cast<std::size_t>(offset), length);
  }
  StagedBody finish(std::string structure, ThreadKeys thread_keys) override {
    body_->structure = std::move(structure);
    body_->thread_keys = std::move(thread_keys);
    return StagedBody(std::move(body_));
  }

 private:
  std::shared_ptr<MapBody> body_ = std::make_shared<MapBody>();
};

/// Names with what they stand for.
std::map<std::string, MailboxId> names_of(const MapAccount& account) {
  std::map<std::string, MailboxId> names;
  for (const auto& [id, mailbox] : account.mailboxes) names.emplace(mailbox.name.utf8(), id);
  return names;
}

/// What a commit reports is the difference of two accounts.
CommitReport report_of(const MapAccount& before, const MapAccount& after) {
  CommitReport report{
      .mailboxes = {},
      .names_changed = names_of(before) != names_of(after) || before.subscriptions != after.subscriptions,
      .from_inbox = after.from_inbox};
  std::map<MailboxId, ChangedMailbox> changed;
  for (const auto& [id, mailbox] : before.mailboxes)
    if (!after.mailboxes.contains(id)) changed.emplace(id, ChangedMailbox{id, mailbox.modseq.next(), true});
  for (const auto& [id, mailbox] : after.mailboxes) {
    const auto was = before.mailboxes.find(id);
    if (was == before.mailboxes.end() || was->second.modseq != mailbox.modseq)
      changed.emplace(id, ChangedMailbox{id, mailbox.modseq});
  }
  for (const auto& [id, one] : changed) report.mailboxes.push_back(one);
  return report;
}

}  // namespace

MapStore::MapStore(MapMail& mail, StoreSettings settings)
    : mail_(mail), settings_(std::move(settings)), reading_(mail_.account, mail_.claims, settings_) {}

std::unique_ptr<BodyWriter> MapStore::stage(std::size_t) { return std::make_unique<MapWriter>(); }

std::optional<MapAccount> MapStore::run(Write& write, const MapAccount& before) {
  MapAccount account = before;
  try {
    MapTransaction transaction(account, mail_.claims, settings_);
    const bool keep = write.run(transaction);
    write.settle(nullptr);
    if (keep) return account;
  } catch (...) {
    write.settle(std::current_exception());
  }
  return std::nullopt;
}

CommitReport MapStore::commit(std::span<Write* const> writes) {
  MapAccount after = mail_.account;
  after.from_inbox.clear();
  for (auto* write : writes) {
    auto account = run(*write, after);
    ++(account ? counters_.writes : counters_.refused);
    if (account) after = *std::move(account);
  }
  const auto report = report_of(mail_.account, after);
  mail_.account = std::move(after);
  if (!report.mailboxes.empty() || report.names_changed) ++counters_.commits;
  return report;
}

Maintenance MapStore::maintain(MaintenanceScope scope) {
  constexpr std::int64_t an_hour = 3'600, a_day = 86'400;
  const auto now = settings_.clock->now().seconds;
  std::map<BodyId, std::int64_t> unused;
  for (const auto& [id, body] : *mail_.account.bodies)
    unused.emplace(id, mail_.unused.try_emplace(id, now).first->second);
  for (const auto& [id, mailbox] : mail_.account.mailboxes)
    for (const auto& [uid, message] : *mailbox.messages) unused.erase(message.body);
  const auto due = [&](const auto& one) { return now - one.second >= (scope.bodies_held ? a_day : an_hour); };
  std::erase_if(mail_.account.bodies.change(), [&](const auto& body) {
    const auto found = unused.find(body.first);
    return found != unused.end() && due(*found);
  });
  std::erase_if(unused, due);
  mail_.unused = std::move(unused);
  return {};
}

std::unique_ptr<Store> MapStores::open(const Account& account, const StoreSettings& settings) {
  return std::make_unique<MapStore>(mail_[account.id], settings);
}

std::optional<Owner> MapStores::owner(AccountId id) {
  const auto owner = owners_.find(id);
  return owner == owners_.end() ? std::nullopt : std::optional(owner->second);
}

void MapStores::create(AccountId id, const Owner& owner) {
  mail_[id] = {};
  owners_.insert_or_assign(id, owner);
}

std::vector<AccountId> MapStores::ids() {
  std::vector<AccountId> ids;
  for (const auto& [id, mail] : mail_) ids.push_back(id);
  return ids;
}

}  // namespace postbag::storage::test
