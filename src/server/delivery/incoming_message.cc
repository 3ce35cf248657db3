#include "server/delivery/incoming_message.h"

#include <utility>
#include <vector>

#include "storage/errors.h"
#include "storage/transaction.h"

namespace postbag::server {

/// Counts a call in progress, during which the account must not be released.
class IncomingMessage::Call {
 public:
  explicit Call(IncomingMessage& message) : message_(message) { ++message_.calls_; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    --message_.calls_;
    if (message_.store_failed_) message_.release_account();
  }

 private:
  IncomingMessage& message_;
};

void IncomingMessage::on_store_failed() {
  store_failed_ = true;
  release_account();
}

void IncomingMessage::release_account() {
  if (calls_ > 0 || !account_) return;
  upload_.reset();
  account_->unwatch(watch_);
  account_.reset();
}

void IncomingMessage::require_account() const {
  if (store_failed_) throw storage::StoreFailed("the store failed during the delivery");
}

async::Task<Result<void>> IncomingMessage::begin(std::string user, std::string mailbox) {
  const Call call(*this);
  user_ = std::move(user);
  Result<MailboxName> name = MailboxName::from(mailbox);
  if (!name) co_return std::unexpected(name.error());
  mailbox_ = std::move(*name);
  const std::optional<storage::Account> recipient =
      co_await context_.workers.least_busy().run([&] { return context_.registry.find_recipient(user_); });
  if (!recipient) co_return std::unexpected(Error::no_such_account);
  if (!recipient->moved_to.empty()) co_return std::unexpected(Error::account_moved);
  recipient_ = recipient->id;
  Result<std::shared_ptr<Account>> account = co_await context_.accounts.open_uncounted(recipient->id);
  if (!account) co_return std::unexpected(account.error());
  account_ = std::move(*account);
  watch_.store_failed = [this] { on_store_failed(); };
  account_->watch(watch_);
  const auto find = [&](const storage::ReadTransaction& tx) { return tx.find(*mailbox_).has_value(); };
  const bool exists = co_await account_->read(find);
  if (!exists) co_return std::unexpected(Error::no_such_mailbox);
  upload_.emplace(account_, context_.limits);
  co_return Result<void>();
}

async::Task<Result<void>> IncomingMessage::write(std::string bytes) {
  const Call call(*this);
  require_account();
  size_ += bytes.size();
  if (!refused_ && size_ > context_.limits.message) refused_ = Error::message_too_big;
  if (refused_) co_return std::unexpected(*refused_);
  co_await upload_->take(bytes, false);
  co_return Result<void>();
}

async::Task<Result<storage::Appended>> IncomingMessage::finish() {
  const Call call(*this);
  require_account();
  if (refused_) co_return std::unexpected(*refused_);
  refused_ = Error::not_permitted;  // for every later call
  co_return co_await append();
}

async::Task<bool> IncomingMessage::has_moved() {
  co_return co_await context_.workers.least_busy().run([&] {
    const std::optional<storage::Account> account = context_.registry.find(*recipient_);
    return account && !account->moved_to.empty();
  });
}

async::Task<Result<storage::Appended>> IncomingMessage::append() {
  co_await upload_->take({}, true);
  if (upload_->with_nul()) co_return std::unexpected(Error::unknown_encoding);
  const std::vector<storage::StagedBody>* const bodies = co_await upload_->messages();
  if (const auto limits = upload_->limits_met(); !limits.empty())
    context_.log.write({}, {LogEvent::Level::warning, mime::limits_met_event, user_, mime::names(limits)});
  if (co_await has_moved()) co_return std::unexpected(Error::account_moved);  // while the message came
  const DateTime now = context_.clock.now();
  const auto append = [&](storage::Transaction& tx) -> Result<storage::Appended> {
    const std::optional<MailboxId> id = tx.find(*mailbox_);
    if (!id) return std::unexpected(Error::no_such_mailbox);
    return tx.append(*id, bodies->front(), {}, now);
  };
  co_return co_await account_->write(append);
}

}  // namespace postbag::server
