// Fuzz target: any bytes as a reference, a pattern and a name of LIST. Input: the sizes of the reference and the
// pattern, two bytes each, then the three.
//
// What must hold: small ones match as a naive reading of RFC 9051 section 6.3.9 says; large ones take no longer
// than the fuzzer's patience, however many wildcards they have.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "commands/mailboxes/list_pattern.h"
#include "core/ascii.h"
#include "core/mailbox_name.h"
#include "input.h"

using namespace postbag;
using postbag::fuzz::require;

namespace {

/// The naive reading tries everything: about 350 000 ways for ten wildcards.
constexpr std::size_t small_pattern = 10;
constexpr std::size_t small_name = 12;

/// `pattern` against the rest of `name` from `at` on, of which the first `caseless` bytes are INBOX.
bool matches(std::string_view pattern, std::string_view name, std::size_t at, std::size_t caseless) {
  if (pattern.empty()) return at == name.size();
  const char p = pattern.front();
  if (p == '*' || p == '%') {
    if (matches(pattern.substr(1), name, at, caseless)) return true;
    const bool takes_next = at < name.size() && (p == '*' || name[at] != '/');
    return takes_next && matches(pattern, name, at + 1, caseless);
  }
  const bool same = at < name.size() && (at < caseless ? ascii_upper(p) : p) == name[at];
  return same && matches(pattern.substr(1), name, at + 1, caseless);
}

std::size_t caseless_bytes(std::string_view name) { return name == "INBOX" || name.starts_with("INBOX/") ? 5 : 0; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t reference_size = input.number(), pattern_size = input.number();
  const std::string reference(input.bytes(reference_size)), pattern(input.bytes(pattern_size));
  const std::string_view name = input.rest().substr(0, MailboxName::max_bytes);

  const std::string whole = reference + pattern;
  const bool found = ListPattern(reference, pattern).matches(name);
  require(ListPattern("", whole).matches(name) == found, "the reference is put in front as it stands");
  if (whole.size() > small_pattern || name.size() > small_name) return 0;
  require(found == matches(whole, name, 0, caseless_bytes(name)), "what the naive reading says");
  return 0;
}
