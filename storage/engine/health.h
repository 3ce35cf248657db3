// Whether a store may still be used: after a failed sync nobody knows what is on the disk.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "storage/engine/tables.h"
#include "storage/errors.h"

namespace postbag::storage {

class Health {
 public:
  /// `tables` must outlive it.
  explicit Health(Tables& tables) : tables_(tables) {}

  bool failed() const { return failed_; }
  /// Throws StoreFailed once a commit or a sync has failed.
  void require_usable() const {
    if (failed()) throw StoreFailed("store is out of use since: " + why_);
  }
  void fail(const std::exception& why) {
    failed_ = true;
    why_ = why.what();
    tables_.keep_log();  // closing would copy it, as if its sync had not failed, and take it away
  }

  /// Runs f, whose failure leaves unknown what is on the disk: after it the store is not used any more. A full disk
  /// is no such failure, nor is a file that cannot be opened to be synced because too many are.
  template <class F>
  void fatally(F&& f) {
    try {
      std::forward<F>(f)();
    } catch (const DiskFull&) {
      throw;
    } catch (const Unavailable&) {
      throw;
    } catch (const std::exception& e) {
      fail(e);
      throw;
    }
  }

 private:
  Tables& tables_;
  bool failed_ = false;
  std::string why_;
};

}  // namespace postbag::storage
