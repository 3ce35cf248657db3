// The text of SQL, as constants only.
#pragma once

#include <string_view>

namespace postbag::storage::sqlite {

/// SQL whose text stands in the program: what is built at run time does not compile. So nothing from outside can
/// become a part of it; values are bound, see Statement.
class Sql {
 public:
  consteval Sql(const char* text) : text_(text) {}

  /// Ends with NUL.
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

}  // namespace postbag::storage::sqlite
