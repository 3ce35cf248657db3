#include "compress/stream.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace postbag::compress {

namespace {

/// Compressed in one piece: it takes less than a millisecond, and also what cannot be compressed fits into one
/// record of TLS.
constexpr std::size_t piece = std::size_t{15} * 1024;
/// Commands that follow each other closely share what the compressor has learned.
constexpr std::chrono::seconds rest_after{1};

}  // namespace

Stream::Stream(async::Stream& inner) : LayeredStream(inner) { establish(); }

bool Stream::decode() {
  const std::string_view input = inner().input();
  if (input.empty() && !has_more_) {
    if (inner().ended()) received_end();
    return false;
  }
  const std::span<char> buffer = loop().read_buffer();
  const Inflater::Step step = inflater_.decompress(input, buffer.first(std::min(buffer.size(), piece)));
  inner().consume(step.used);
  has_more_ = step.outcome == Inflater::Outcome::progress;
  if (step.given != 0) received({buffer.data(), step.given});
  if (step.outcome == Inflater::Outcome::ended) received_end();
  if (step.outcome == Inflater::Outcome::invalid) fail();
  return step.outcome == Inflater::Outcome::progress || step.outcome == Inflater::Outcome::starved;
}

std::optional<std::size_t> Stream::encode(std::string_view bytes) {
  const std::string_view now = bytes.substr(0, piece);
  deflater_.compress(now, out());
  rest_.schedule();
  return now.size();
}

void Stream::Rest::schedule() {
  used_ = true;
  if (!is_armed()) arm();
}

void Stream::Rest::arm() { stream_.loop().timers().arm(*this, async::in(rest_after)); }

void Stream::Rest::on_deadline() {
  if (std::exchange(used_, false))
    arm();
  else
    stream_.deflater_.rest();
}

}  // namespace postbag::compress
