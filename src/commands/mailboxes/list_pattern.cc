#include "commands/mailboxes/list_pattern.h"

#include <algorithm>
#include <vector>

#include "core/ascii.h"
#include "core/mailbox_name.h"

namespace postbag {

namespace {

bool is_wildcard(char c) { return c == '*' || c == '%'; }

/// How many bytes of `name` are INBOX, which is the same in any case: RFC 9051 section 5.1.
std::size_t caseless_bytes(std::string_view name) {
  constexpr std::string_view inbox = "INBOX";
  return name.substr(0, name.find(MailboxName::separator)) == inbox ? inbox.size() : 0;
}

}  // namespace

ListPattern::ListPattern(std::string_view reference, std::string_view pattern)
    : pattern_(std::string(reference) + std::string(pattern)) {
  // Runs of wildcards mean no more than one of them, the strongest.
  std::string lean;
  for (const char c : pattern_) {
    const bool run = is_wildcard(c) && !lean.empty() && is_wildcard(lean.back());
    if (!run)
      lean.push_back(c);
    else if (c == '*')
      lean.back() = c;
  }
  pattern_ = std::move(lean);
  wildcards_ = static_cast<std::size_t>(std::ranges::count_if(pattern_, is_wildcard));
  never_ = pattern_.size() - wildcards_ > MailboxName::max_bytes;
}

bool ListPattern::matches(std::string_view name) const {
  if (never_) return false;
  const std::size_t caseless = caseless_bytes(name);
  const auto fits = [&](std::size_t i, char p) { return (i < caseless ? ascii_upper(p) : p) == name[i]; };
  // reach[i]: the pattern so far matches the first i bytes of the name.
  std::vector<char> reach(name.size() + 1, 0);
  reach[0] = 1;
  for (const char p : pattern_) {
    if (is_wildcard(p)) {
      for (std::size_t i = 0; i < name.size(); ++i)
        if (reach[i] != 0 && (p == '*' || name[i] != MailboxName::separator)) reach[i + 1] = 1;
    } else {
      for (std::size_t i = name.size(); i > 0; --i)
        reach[i] = static_cast<char>(reach[i - 1] != 0 && fits(i - 1, p));
      reach[0] = 0;
    }
  }
  return reach[name.size()] != 0;
}

}  // namespace postbag
