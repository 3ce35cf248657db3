#include <doctest/doctest.h>

#include "postbag/server.h"
#include "server/limits_table.h"

using namespace postbag;

TEST_CASE("every limit's usual value may be set, and values outside its bounds may not") {
  for (const LimitInfo& info : known_limits()) {
    CAPTURE(std::string(info.name));
    Limits limits;
    CHECK_FALSE(server::set_limit(limits, info.name, info.usual));
    CHECK_FALSE(server::set_limit(limits, info.name, info.least));
    CHECK_FALSE(server::set_limit(limits, info.name, info.most));
    CHECK(server::set_limit(limits, info.name, info.most + 1));
    if (info.least > 0) CHECK(server::set_limit(limits, info.name, info.least - 1));
  }
}

TEST_CASE("setting a limit sets that field") {
  Limits limits;
  CHECK_FALSE(server::set_limit(limits, "nesting", 9));
  CHECK_FALSE(server::set_limit(limits, "login_time", 7));
  CHECK(limits.nesting == 9);
  CHECK(limits.login_time == std::chrono::seconds(7));
  CHECK(limits.set_ranges == Limits{}.set_ranges);
  CHECK(server::set_limit(limits, "nestling", 9));
}
