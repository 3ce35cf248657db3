// The wildcards of LIST and LSUB. RFC 9051 section 6.3.9.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postbag {

/// A pattern with `*` (anything) and `%` (anything but the separator); INBOX as its first level in any case.
class ListPattern {
 public:
  /// `reference` is put in front as it stands. Nothing matches when there are more other bytes than a name can
  /// have.
  ListPattern(std::string_view reference, std::string_view pattern);

  /// How many there are; those in a row count as one.
  std::size_t wildcards() const { return wildcards_; }
  /// O(name x pattern), whatever the wildcards. `name` in UTF-8.
  bool matches(std::string_view name) const;

 private:
  std::string pattern_;
  std::size_t wildcards_ = 0;
  bool never_ = false;
};

}  // namespace postbag
