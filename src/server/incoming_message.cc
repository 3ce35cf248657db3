#include "server/incoming_message.h"

#include <utility>
#include <vector>

#include "storage/transaction.h"

namespace postbag::server {

async::Task<Result<void>> IncomingMessage::begin(std::string user, std::string mailbox) {
  user_ = std::move(user);
  Result<MailboxName> name = MailboxName::from(mailbox);
  if (!name) co_return std::unexpected(name.error());
  mailbox_ = std::move(*name);
  const std::optional<storage::Account> who =
      co_await context_.workers.least_busy().run([&] { return context_.book.find_recipient(user_); });
  if (!who) co_return std::unexpected(Error::no_such_account);
  Result<std::shared_ptr<Account>> account = co_await context_.accounts.open_uncounted(who->id);
  if (!account) co_return std::unexpected(account.error());
  account_ = std::move(*account);
  const auto find = [&](const storage::ReadTransaction& tx) { return tx.find(*mailbox_).has_value(); };
  const bool exists = co_await account_->read(find);
  if (!exists) co_return std::unexpected(Error::no_such_mailbox);
  upload_.emplace(*account_, context_.limits);
  co_return Result<void>();
}

async::Task<Result<void>> IncomingMessage::write(std::string bytes) {
  size_ += bytes.size();
  if (!refused_ && size_ > context_.limits.message) refused_ = Error::message_too_big;
  if (refused_) co_return std::unexpected(*refused_);
  co_await upload_->take(bytes, false);
  co_return Result<void>();
}

async::Task<Result<storage::Appended>> IncomingMessage::finish() {
  if (refused_) co_return std::unexpected(*refused_);
  refused_ = Error::not_permitted;  // for whatever comes behind
  co_return co_await append();
}

async::Task<Result<storage::Appended>> IncomingMessage::append() {
  co_await upload_->take({}, true);
  if (upload_->with_nul()) co_return std::unexpected(Error::unknown_encoding);
  const std::vector<storage::StagedBody>* const bodies = co_await upload_->messages();
  if (const auto limits = upload_->limits_met(); !limits.empty())
    context_.log.write({}, {LogEvent::Level::warning, mime::limits_met_event, user_, mime::names(limits)});
  const DateTime now = context_.clock.now();
  const auto append = [&](storage::Transaction& tx) -> Result<storage::Appended> {
    const std::optional<MailboxId> id = tx.find(*mailbox_);
    if (!id) return std::unexpected(Error::no_such_mailbox);
    return tx.append(*id, bodies->front(), {}, now);
  };
  co_return co_await account_->write(append);
}

}  // namespace postbag::server
