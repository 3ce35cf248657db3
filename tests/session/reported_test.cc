// How far the client of a session is with the news of its selected mailbox.
#include "session/selected/reported.h"

#include <doctest/doctest.h>

using namespace postbag;

namespace {

constexpr NewsKinds nothing{.arrivals = false, .flags = false, .removals = false};
constexpr NewsKinds flags{.arrivals = false, .flags = true, .removals = false};
constexpr NewsKinds messages{.arrivals = true, .flags = false, .removals = true};
constexpr NewsKinds all{.arrivals = true, .flags = true, .removals = true};

}  // namespace

TEST_CASE("a client whose own changes alone were found is up to date") {
  Reported reported(ModSeq(5));
  reported.advance(ModSeq(6), nothing, nothing);
  CHECK(reported.all() == ModSeq(6));
  CHECK_FALSE(reported.is_behind());
}

TEST_CASE("what was found and not reported keeps a client where it is, until it is reported") {
  Reported reported(ModSeq(5));
  reported.advance(ModSeq(6), messages, flags);
  reported.advance(ModSeq(7), messages, messages);
  reported.advance(ModSeq(8), nothing, nothing);
  CHECK(reported.all() == ModSeq(5));
  CHECK(reported.is_behind());
  CHECK(reported.changed_since(messages) == ModSeq(8));
  CHECK(reported.changed_since(flags) == ModSeq(5));
  CHECK(reported.vanished_since(messages) == ModSeq(8));
  reported.advance(ModSeq(9), all, flags);
  CHECK(reported.all() == ModSeq(9));
  CHECK_FALSE(reported.is_behind());
}

TEST_CASE("removals that wait are looked for again from where they began") {
  Reported reported(ModSeq(5));
  reported.advance(ModSeq(6), flags, messages);
  CHECK(reported.vanished_since(flags) == ModSeq(6));
  CHECK(reported.vanished_since(messages) == ModSeq(5));
}
