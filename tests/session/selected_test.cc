// How much the client of a session knows of the changes to its selected mailbox.
#include "session/selected.h"

#include <doctest/doctest.h>

using namespace postbag;

namespace {

constexpr NewsKinds nothing{.arrivals = false, .flags = false, .removals = false};
constexpr NewsKinds flags{.arrivals = false, .flags = true, .removals = false};
constexpr NewsKinds messages{.arrivals = true, .flags = false, .removals = true};
constexpr NewsKinds all{.arrivals = true, .flags = true, .removals = true};

}  // namespace

TEST_CASE("a client whose own changes alone were found is up to date") {
  Told told(ModSeq(5));
  told.advance(ModSeq(6), nothing, nothing);
  CHECK(told.all() == ModSeq(6));
  CHECK_FALSE(told.is_behind());
}

TEST_CASE("what was found and not reported keeps a client where it is, until it is reported") {
  Told told(ModSeq(5));
  told.advance(ModSeq(6), messages, flags);
  told.advance(ModSeq(7), messages, messages);
  told.advance(ModSeq(8), nothing, nothing);
  CHECK(told.all() == ModSeq(5));
  CHECK(told.is_behind());
  CHECK(told.changed_since(messages) == ModSeq(8));
  CHECK(told.changed_since(flags) == ModSeq(5));
  CHECK(told.vanished_since(messages) == ModSeq(8));
  told.advance(ModSeq(9), all, flags);
  CHECK(told.all() == ModSeq(9));
  CHECK_FALSE(told.is_behind());
}

TEST_CASE("removals that wait are looked for again from where they began") {
  Told told(ModSeq(5));
  told.advance(ModSeq(6), flags, messages);
  CHECK(told.vanished_since(flags) == ModSeq(6));
  CHECK(told.vanished_since(messages) == ModSeq(5));
}
