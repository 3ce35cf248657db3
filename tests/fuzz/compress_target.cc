// Fuzz target: any bytes as what a client sends after COMPRESS.
//
// What must hold: pieces of any size give what the whole gives, up to the end or the error; nothing is read or
// written beyond the buffers; what is compressed can be read again.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "compress/deflate.h"
#include "input.h"

using namespace postbag::compress;
using postbag::fuzz::require;

namespace {

/// A bomb is not to be blown up here.
constexpr std::size_t most = 1 << 20;

std::string inflated(std::string_view bytes, std::size_t piece, std::size_t room) {
  Inflater inflater;
  std::string out;
  std::array<char, 4096> buffer{};
  auto outcome = Inflater::Outcome::starved;
  while (!bytes.empty() && out.size() < most && outcome <= Inflater::Outcome::starved) {
    std::string_view input = bytes.substr(0, piece);
    bytes.remove_prefix(input.size());
    do {
      const auto step = inflater.decompress(input, std::span(buffer).first(room));
      require(step.used <= input.size() && step.given <= room, "within the buffers");
      out.append(buffer.data(), step.given);
      input.remove_prefix(step.used);
      outcome = step.outcome;
    } while (outcome == Inflater::Outcome::progress && out.size() < most);
  }
  out.resize(std::min(out.size(), most));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  require(inflated(bytes, 1 << 16, 4096) == inflated(bytes, 7, 100), "pieces give what the whole gives");
  Deflater deflater;
  std::string compressed;
  deflater.compress(bytes, compressed);
  require(inflated(compressed, 1 << 16, 4096) == bytes.substr(0, most), "compressed bytes can be read again");
  return 0;
}
