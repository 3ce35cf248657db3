// COMPARATOR: how SEARCH, SORT and THREAD compare texts. RFC 5255 sections 4.7 to 4.9; names of comparators: RFC
// 4790 section 3. There is one comparator, so that nothing has to be remembered.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "commands/handlers.h"
#include "commands/mailboxes/list_pattern.h"
#include "core/ascii.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

constexpr std::string_view comparator = "i;unicode-casemap";
constexpr std::size_t longest_name = 254;  // RFC 4790 section 3.1

bool is_collation_char(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || std::string_view("-;=.").contains(c);
}

/// A comparator as a client asks for it.
struct WantedComparator {
  std::string pattern;    ///< collation-wild, where `*` stands for any characters: RFC 4790 section 3.2
  bool inverted = false;  ///< the opposite order: RFC 4790 section 3.3

  explicit WantedComparator(std::string order) : pattern(to_ascii_lower(order)) {
    if (!pattern.starts_with('+') && !pattern.starts_with('-')) return;
    inverted = pattern.starts_with('-');
    pattern.erase(0, 1);
  }

  bool is_valid() const {
    const bool begins = !pattern.empty() && (pattern.front() == '*' || is_ascii_letter(pattern.front()));
    return begins && pattern.size() <= longest_name && !pattern.contains("**") &&
           std::ranges::all_of(pattern, [](char c) { return c == '*' || is_collation_char(c); });
  }
  bool matches() const {
    return !inverted && (pattern == "default" || ListPattern("", pattern).matches(comparator));
  }
};

}  // namespace

async::Task<Reply> handle(Client& client, grammar::ComparatorCmd command) {
  std::vector<WantedComparator> wanted;
  for (const auto order : command.comp_order_quoted()) wanted.emplace_back(protocol::string_value(order.text()));
  if (!std::ranges::all_of(wanted, &WantedComparator::is_valid))
    co_return Reply::bad("Not the name of a comparator");
  if (!wanted.empty() && !std::ranges::any_of(wanted, &WantedComparator::matches))
    co_return Reply::no("The only comparator is " + std::string(comparator), "BADCOMPARATOR");
  client.respond().raw("* COMPARATOR ").astring(comparator).crlf();
  co_return Reply::ok("COMPARATOR completed");
}

}  // namespace postbag
