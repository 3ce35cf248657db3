#include "async/net/input_buffer.h"

#include <random>

#include <doctest/doctest.h>

using namespace postbag::async;

TEST_CASE("what goes in comes out, in any pieces") {
  std::mt19937 random(3);
  InputBuffer buffer;
  std::string in, out;
  for (int i = 0; i < 2000; ++i) {
    const std::string piece(random() % 300, static_cast<char>('a' + i % 26));
    buffer.append(piece);
    in += piece;
    const std::size_t n = random() % (buffer.size() + 1);
    out += buffer.view().substr(0, n);
    buffer.consume(n);
  }
  out += buffer.view();
  CHECK(in == out);
  buffer.consume(buffer.size());
  CHECK(buffer.view().empty());
}
