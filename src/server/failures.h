// From the project's errors to what the host sees. The border where exceptions of a broken world end.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/result.h"
#include "postbag/server.h"
#include "server/login/passwords.h"

namespace postbag::server {

/// An expected outcome as the host sees it.
Failure failure_of(Error error);
/// A broken world as the host sees it: Cause::in_use for storage::InUse, else Cause::broken.
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

/// What f() yields, a Result<void>; Cause::bad_option without calling it for a password that nobody could log in
/// with.
template <class F>
Expected<void> with_password(std::string_view password, F&& f) {
  if (is_password(password)) return expected_of(f());
  return std::unexpected(Failure{Cause::bad_option, "a password has 1 to 1024 bytes and no NUL"});
}

}  // namespace postbag::server
