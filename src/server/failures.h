// Converts errors and exceptions to what the host sees. Exceptions end here.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/result.h"
#include "postbag/server.h"
#include "server/login/passwords/passwords.h"

namespace postbag::server {

/// The Failure for an expected outcome.
Failure failure_of(Error error);
/// The Failure for an exception: Cause::in_use for storage::InUse, else Cause::broken.
Failure failure_of(const std::exception_ptr& error);

/// Result<T> as Expected<T>.
template <class T>
Expected<T> expected_of(Result<T> result) {
  if (!result) return std::unexpected(failure_of(result.error()));
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return std::move(*result);
}

/// What f() yields, an Expected<T>, or the Failure for what it throws.
template <class F>
auto guarded(F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (...) {
    return std::unexpected(failure_of(std::current_exception()));
  }
}

/// What f() yields, a Result<void>. Yields Cause::bad_option, without calling f, for a password with which nobody
/// could log in.
template <class F>
Expected<void> with_password(std::string_view password, F&& f) {
  if (is_password(password)) return expected_of(f());
  return std::unexpected(Failure{Cause::bad_option, "a password has 1 to 1024 bytes and no NUL"});
}

}  // namespace postbag::server
