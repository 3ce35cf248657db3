#include "core/mailbox_name.h"

#include <algorithm>

#include "core/ascii.h"
#include "core/utf8.h"

namespace postbag {

namespace {

constexpr std::string_view inbox_text = "INBOX";

/// C0, DEL, C1, and the line and paragraph separators that RFC 5198 section 2 forbids in names.
bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029; }

bool is_clean_utf8(std::string_view text) {
  char32_t c = 0;
  while (!text.empty())
    if (!take_code_point(text, c) || is_control(c)) return false;
  return true;
}

bool has_empty_level(std::string_view s) {
  return s.empty() || s.front() == MailboxName::separator || s.back() == MailboxName::separator ||
         s.find("//") != std::string_view::npos;
}

/// INBOX is case-insensitive even as the first level of a longer name: RFC 9051 section 5.1.
std::string with_upper_inbox(std::string_view name) {
  std::string out(name);
  const auto level = name.substr(0, name.find(MailboxName::separator));
  if (ascii_iequal(level, inbox_text)) out.replace(0, inbox_text.size(), inbox_text);
  return out;
}

}  // namespace

Result<MailboxName> MailboxName::from(std::string_view utf8) {
  if (utf8.size() > max_bytes) return std::unexpected(Error::name_too_long);
  if (has_empty_level(utf8) || !is_clean_utf8(utf8)) return std::unexpected(Error::invalid_name);
  const auto depth = static_cast<std::size_t>(std::ranges::count(utf8, separator)) + 1;
  if (depth > max_depth) return std::unexpected(Error::name_too_long);
  return MailboxName(with_upper_inbox(utf8));
}

MailboxName MailboxName::inbox() { return MailboxName(std::string(inbox_text)); }

std::optional<MailboxName> MailboxName::parent() const {
  const auto at = utf8_.rfind(separator);
  if (at == std::string::npos) return std::nullopt;
  return MailboxName(utf8_.substr(0, at));
}

bool MailboxName::is_below(const MailboxName& ancestor) const {
  return utf8_.size() > ancestor.utf8_.size() && utf8_[ancestor.utf8_.size()] == separator &&
         utf8_.starts_with(ancestor.utf8_);
}

Result<MailboxName> MailboxName::rebased(const MailboxName& from, const MailboxName& to) const {
  return MailboxName::from(to.utf8_ + utf8_.substr(from.utf8_.size()));
}

}  // namespace postbag
