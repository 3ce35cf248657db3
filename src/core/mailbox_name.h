// A mailbox name in UTF-8. '/' separates levels, and INBOX in any case becomes INBOX. RFC 9051 section 5.1.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace postbag {

/// A name that a mailbox can have: valid UTF-8 without control characters or empty levels, at most `max_bytes`
/// long and `max_depth` levels deep. A first level INBOX is stored in upper case.
class MailboxName {
 public:
  static constexpr char separator = '/';
  static constexpr std::size_t max_bytes = 1024;
  static constexpr std::size_t max_depth = 32;

  /// Converts from UTF-8. Error::invalid_name or Error::name_too_long.
  static Result<MailboxName> from(std::string_view utf8);
  static MailboxName inbox();

  const std::string& utf8() const { return utf8_; }
  bool is_inbox() const { return utf8_ == "INBOX"; }
  /// The name one level up; nothing at the top level.
  std::optional<MailboxName> parent() const;
  /// True when this name lies below `ancestor`, at any depth.
  bool is_below(const MailboxName& ancestor) const;
  /// This name with the leading `from` replaced by `to`; is_below(from) must hold. Error::name_too_long.
  Result<MailboxName> rebased(const MailboxName& from, const MailboxName& to) const;

  auto operator<=>(const MailboxName&) const = default;

 private:
  explicit MailboxName(std::string utf8) : utf8_(std::move(utf8)) {}
  std::string utf8_;
};

}  // namespace postbag
