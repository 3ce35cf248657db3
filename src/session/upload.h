// A message on its way from the client into the store: streamed, parsed once, never whole in memory. RFC 9051
// section 6.3.12.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.h"
#include "protocol/mime/parser.h"
#include "session/account/account.h"
#include "storage/body.h"

namespace postbag {

/// The messages of one APPEND, in the order they came. Loop thread only; the writing happens on the account's
/// worker.
class Upload {
 public:
  /// Into the store of `account`.
  Upload(std::shared_ptr<Account> account, const Limits& limits)
      : account_(std::move(account)), hold_(*account_, Account::Keeps::store), limits_(limits) {}
  /// What no append took is let go of on the thread of the store, some time soon.
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  const Account& account() const { return *account_; }

  /// Takes the next bytes of the message that is being sent; `last` ends it. Throws what the store throws, and from
  /// then on the same with each call: nobody knows which bytes are there.
  async::Task<void> take(std::string_view bytes, bool last);
  /// The messages that are complete, staged in the store; they stay this object's. Throws what the store throws.
  async::Task<const std::vector<storage::StagedBody>*> messages();
  /// Bytes taken.
  std::uint64_t size() const { return size_; }
  /// The first message that has a NUL in it, which no literal but BINARY's may hold (RFC 9051 section 4.3); nothing
  /// when none has.
  std::optional<std::size_t> with_nul() const { return with_nul_; }
  /// What limits the messages met; all of them once messages() was waited for.
  mime::LimitsMet limits_met() const { return limits_met_; }

 private:
  /// A message of which a part was handed to the store.
  struct Open {
    std::unique_ptr<storage::BodyWriter> writer;
    mime::Parser parser;
  };
  async::Task<void> hand_over();
  void require_whole() const;
  void write_on_worker(storage::Store& store);
  void write(storage::Store& store, std::string_view bytes);
  void finish();
  /// What the next message may hold in memory: all that wait take some MiB together, however many there are.
  std::size_t memory_left() const;

  std::shared_ptr<Account> account_;
  Account::Hold hold_;  ///< a store that opens sweeps away what looks left over
  const Limits& limits_;
  std::string pending_;            ///< bytes not yet handed over, so that many small messages take one trip
  std::vector<std::size_t> ends_;  ///< of messages, in pending_
  std::optional<Open> open_;
  std::vector<storage::StagedBody> messages_;
  std::size_t complete_ = 0;  ///< messages whose last bytes came
  std::uint64_t size_ = 0;
  std::optional<std::size_t> with_nul_;
  mime::LimitsMet limits_met_;
  std::exception_ptr failure_;  ///< what the store threw
};

}  // namespace postbag
