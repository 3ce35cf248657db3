// Overwrites secrets before their memory is freed.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <string.h>

namespace postbag {

/// Overwrites all bytes of the string, also unused ones, and empties it. The compiler does not optimise it away.
inline void wipe(std::string& secret) {
  secret.resize(secret.capacity());
  explicit_bzero(secret.data(), secret.size());
  secret.clear();
}

/// A text that is overwritten when it goes, also where it was moved from.
class Secret {
 public:
  Secret() = default;
  /// Wipes `text`.
  explicit Secret(std::string&& text) : text_(std::move(text)) { wipe(text); }
  explicit Secret(std::string_view text) : text_(text) {}
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
  Secret& operator=(Secret&& other) noexcept {
    std::swap(text_, other.text_);
    wipe(other.text_);
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(text_); }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace postbag
