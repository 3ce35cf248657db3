// Sets of an enum's values.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "core/enum_set.h"

#include <doctest/doctest.h>

using postbag::EnumSet;

namespace {

enum class Color { red, green, blue };
using Colors = EnumSet<Color, Color::blue>;

}  // namespace

TEST_CASE("values are added and removed") {
  Colors colors;
  CHECK(colors.empty());
  colors.add(Color::blue);
  colors.add({Color::red, Color::blue});
  CHECK(colors == Colors{Color::red, Color::blue});
  CHECK_FALSE(colors.has(Color::green));
  colors.remove(Color::red);
  CHECK(colors == Color::blue);
  CHECK(colors.overlaps(Colors::all()));
  CHECK_FALSE(colors.overlaps({Color::red, Color::green}));
}

TEST_CASE("bits stand for places, and those of no value are left out") {
  CHECK(Colors{Color::red, Color::blue}.bits() == 5);
  CHECK(Colors::from_bits(0xff) == Colors::all());
  CHECK(Colors::all().bits() == 7);
}

TEST_CASE("a set takes no more bytes than its bits need") {
  enum class Many { first = 0, last = 63 };
  static_assert(sizeof(Colors) == 1);
  static_assert(sizeof(EnumSet<Many, Many::last>) == 8);
  CHECK(EnumSet<Many, Many::last>::all().has(Many::last));
  CHECK(EnumSet<Many, Many::last>::all().bits() == ~std::uint64_t{0});
}
