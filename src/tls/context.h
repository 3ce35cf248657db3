// What all TLS connections of a server share: certificates, keys, and what is allowed.
#pragma once

#include <expected>
#include <memory>
#include <mutex>
#include <string>

#include "tls/options.h"

struct ssl_st;

namespace postbag::tls {

/// Immutable once made; used by several threads at once.
class Context {
 public:
  /// Fails with one line that says what is wrong with the options, and with which of the certificates.
  static std::expected<std::shared_ptr<const Context>, std::string> make(const Options& options);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// The server's end of a new connection, owned by the caller; this object must outlive it. Null when memory is
  /// short.
  ssl_st* new_connection() const;

 private:
  struct Parts;
  explicit Context(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// The context that new connections get; connections that have one keep it. Any thread.
class CurrentContext {
 public:
  /// Null: there is no TLS.
  std::shared_ptr<const Context> get() const {
    const std::lock_guard held(mutex_);
    return context_;
  }
  void set(std::shared_ptr<const Context> context) {
    const std::lock_guard held(mutex_);
    context_.swap(context);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Context> context_;
};

}  // namespace postbag::tls
