// A piece of work for a transaction, and what became of it.
#pragma once

#include <cassert>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/result.h"
#include "storage/transaction.h"

namespace postbag::storage {

/// One body that waits to be committed, possibly together with others. Its owner keeps it alive until the commit
/// has returned, and reads the outcome only then.
class Write {
 public:
  virtual ~Write() = default;

  /// Called once by Store::commit(), on the store's thread. False: an expected error, this savepoint is rolled
  /// back.
  virtual bool run(Transaction& transaction) = 0;

  /// Whether all it does is Transaction::store_flags(): see FlagDurability.
  virtual bool changes_only_flags() const { return false; }

  /// Whether it is committed, or was refused by its own body: then the result is valid. False when it threw, or
  /// when the commit failed: then failure() says why.
  bool done() const { return done_; }
  std::exception_ptr failure() const { return failure_; }

  /// For the store only: says what became of this write.
  void settle(std::exception_ptr failure) {
    done_ = failure == nullptr;
    failure_ = std::move(failure);
  }

 private:
  bool done_ = false;
  std::exception_ptr failure_;
};

/// What a body does.
enum class Changes : bool { anything, only_flags };

/// A Write around a callable `Result<T>(Transaction&)`, called at most once.
template <class Body, Changes changes = Changes::anything>
class WriteOf final : public Write {
 public:
  using result_type = std::invoke_result_t<Body&, Transaction&>;

  explicit WriteOf(Body body) : body_(std::move(body)) {}
  bool changes_only_flags() const override { return changes == Changes::only_flags; }
  bool run(Transaction& transaction) override {
    result_.emplace(body_(transaction));
    return result_->has_value();
  }
  /// The body's result; throws what the body or the commit threw. After the commit, once.
  result_type take() {
    if (failure()) std::rethrow_exception(failure());
    assert(done() && result_);
    return std::move(*result_);
  }

 private:
  Body body_;
  std::optional<result_type> result_;
};

}  // namespace postbag::storage
