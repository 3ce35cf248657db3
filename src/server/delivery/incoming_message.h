// A message that the host puts into a mailbox.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/task.h"
#include "async/workers.h"
#include "server/accounts/account_book.h"
#include "server/accounts/open_accounts.h"
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
/// finish(). What failed once stays so: each call behind it gives the same error, or throws the same. When the
/// account's store fails, it lets go of the account at once, also between two pieces.
class IncomingMessage {
 public:
  explicit IncomingMessage(const DeliveryContext& context) : context_(context) {}
  IncomingMessage(const IncomingMessage&) = delete;
  IncomingMessage& operator=(const IncomingMessage&) = delete;
  ~IncomingMessage() { let_go(); }

  /// Errors: no_such_account, invalid_name, no_such_mailbox.
  async::Task<Result<void>> begin(std::string user, std::string mailbox);
  /// Error::message_too_big; Error::not_permitted behind finish().
  async::Task<Result<void>> write(std::string bytes);
  /// Links it into the mailbox, without flags, dated now. When it yields a value, it is on the disk.
  /// Error::not_permitted when it was called before: the message is not there a second time.
  async::Task<Result<storage::Appended>> finish();

 private:
  class Call;
  async::Task<Result<storage::Appended>> append();
  void on_store_failed();
  void let_go();
  void require_account() const;

  const DeliveryContext& context_;
  std::string user_;
  std::shared_ptr<Account> account_;
  Watch watch_;
  int calls_ = 0;  ///< that run
  bool store_failed_ = false;
  std::optional<MailboxName> mailbox_;
  std::optional<Upload> upload_;
  std::uint64_t size_ = 0;
  std::optional<Error> refused_;  ///< why no more is taken
};

}  // namespace postbag::server
