// A message that the host delivers to a mailbox.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/task.h"
#include "async/workers.h"
#include "server/accounts/account_registry.h"
#include "server/accounts/open_accounts.h"
#include "session/upload.h"

namespace postbag::server {

/// What deliveries need from the server. Everything must outlive them.
struct DeliveryContext {
  async::Workers& workers;
  const AccountRegistry& registry;
  OpenAccounts& accounts;
  const Limits& limits;
  const Clock& clock;
  Log& log;
};

/// One message on its way into one mailbox. Loop thread only. Call begin() first, then write() any number of
/// times, then finish(). After a failure each later call fails in the same way. When the account's store fails, it
/// releases the account at once, also between two pieces.
class IncomingMessage {
 public:
  explicit IncomingMessage(const DeliveryContext& context) : context_(context) {}
  IncomingMessage(const IncomingMessage&) = delete;
  IncomingMessage& operator=(const IncomingMessage&) = delete;
  ~IncomingMessage() { release_account(); }

  /// Errors: no_such_account, account_moved, invalid_name, no_such_mailbox.
  async::Task<Result<void>> begin(std::string user, std::string mailbox);
  /// Error::message_too_big; Error::not_permitted after finish().
  async::Task<Result<void>> write(std::string bytes);
  /// Appends the message to the mailbox, without flags, dated now. When it yields a value, the message is on the
  /// disk. A second call yields Error::not_permitted and appends nothing.
  async::Task<Result<storage::Appended>> finish();

 private:
  class Call;
  async::Task<bool> has_moved();
  async::Task<Result<storage::Appended>> append();
  void on_store_failed();
  void release_account();
  void require_account() const;

  const DeliveryContext& context_;
  std::string user_;
  std::optional<AccountId> recipient_;
  std::shared_ptr<Account> account_;
  Watch watch_;
  int calls_ = 0;  ///< calls that are running
  bool store_failed_ = false;
  std::optional<MailboxName> mailbox_;
  std::optional<Upload> upload_;
  std::uint64_t size_ = 0;
  std::optional<Error> refused_;  ///< why no more is accepted
};

}  // namespace postbag::server
