#include <doctest/doctest.h>

#include "main/crlf.h"
#include "main/nearest.h"

using namespace postbag::daemon;

TEST_CASE("line ends become CRLF, whatever the pieces") {
  struct {
    const char* in;
    const char* want;
  } rows[] = {
      {"", ""}, {"a\nb\n", "a\r\nb\r\n"}, {"a\r\nb", "a\r\nb"}, {"\n\n", "\r\n\r\n"}, {"a\rb\r\n", "a\rb\r\n"}};
  for (const auto& [in, want] : rows) {
    CAPTURE(in);
    CHECK(CrlfFilter().filter(in) == want);
    CrlfFilter by_byte;
    std::string out;
    for (const char c : std::string(in)) out += by_byte.filter({&c, 1});
    CHECK(out == want);
  }
}

TEST_CASE("the nearest known word") {
  const std::vector<std::string_view> known{"listen", "workers", "log_format", "limits"};
  CHECK(nearest("listn", known) == "listen");
  CHECK(nearest("limit", known) == "limits");
  CHECK(nearest("logformat", known) == "log_format");
  CHECK(nearest("completely_else", known).empty());
}
