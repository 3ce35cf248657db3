// A message that the host puts into a mailbox.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/task.h"
#include "async/workers.h"
#include "server/account_book.h"
#include "server/open_accounts.h"
#include "session/upload.h"

namespace postbag::server {

/// What deliveries need of the server. All outlive them.
struct DeliveryContext {
  async::Workers& workers;
  const AccountBook& book;
  OpenAccounts& accounts;
  const Limits& limits;
  const Clock& clock;
  Log& log;
};

/// One message on its way into one mailbox. Loop thread only; begin() first, then any number of write(), then
/// finish().
class IncomingMessage {
 public:
  explicit IncomingMessage(const DeliveryContext& context) : context_(context) {}

  /// Errors: no_such_account, invalid_name, no_such_mailbox.
  async::Task<Result<void>> begin(std::string user, std::string mailbox);
  /// Error::message_too_big: then only destruction is left to do.
  async::Task<Result<void>> write(std::string bytes);
  /// Links it into the mailbox, without flags, dated now. When it yields a value, it is on the disk.
  async::Task<Result<storage::Appended>> finish();

 private:
  const DeliveryContext& context_;
  std::string user_;
  std::shared_ptr<Account> account_;
  std::optional<MailboxName> mailbox_;
  std::optional<Upload> upload_;
  std::uint64_t size_ = 0;
};

}  // namespace postbag::server
