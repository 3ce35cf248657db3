// Whether a sanitizer is part of this build.
#pragma once

namespace postbag::daemon {

/// Its runtime reads files, traces and starts processes: what the server itself needs cannot be enforced then.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace postbag::daemon
