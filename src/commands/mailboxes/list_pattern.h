// The wildcards of LIST and LSUB. RFC 9051 section 6.3.9.
#pragma once

#include <string>
#include <string_view>

namespace postbag {

/// A pattern with `*` (anything) and `%` (anything but the separator); INBOX as its first level in any case.
class ListPattern {
 public:
  /// `reference` is put in front as it stands. Nothing matches when there are more than `max_wildcards`,
  /// or more other bytes than a name can have.
  ListPattern(std::string_view reference, std::string_view pattern, std::size_t max_wildcards);

  /// O(name x pattern), whatever the wildcards. `name` in UTF-8.
  bool matches(std::string_view name) const;

 private:
  std::string pattern_;
  bool never_ = false;
};

}  // namespace postbag
