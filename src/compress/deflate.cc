#include "compress/deflate.h"

#include <array>
#include <new>

#define ZLIB_CONST
#include <zlib.h>

namespace postbag::compress {

namespace {

/// The least work: it compresses responses nearly as well as the others do.
constexpr int level = 1;
/// Negative: raw DEFLATE. 8 KiB to look back, and as much for symbols, keep a busy connection below 100 KiB.
constexpr int sent_window = -13;
constexpr int sent_memory = 6;
/// Clients may look back as far as DEFLATE can.
constexpr int received_window = -15;

std::unique_ptr<z_stream_s> make_stream() { return std::make_unique<z_stream_s>(); }

/// What zlib takes without changing it.
const Bytef* bytes_of(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

}  // namespace

void Deflater::End::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

void Deflater::begin() {
  auto stream = make_stream();
  if (deflateInit2(stream.get(), level, Z_DEFLATED, sent_window, sent_memory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  stream_.reset(stream.release());
}

void Deflater::compress(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;
  if (!stream_) begin();
  stream_->next_in = bytes_of(bytes);
  stream_->avail_in = static_cast<uInt>(bytes.size());
  // Flushed output ends at a byte, so that what begins again after rest() can follow it.
  std::array<char, 4096> buffer;
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_->avail_out = static_cast<uInt>(buffer.size());
    deflate(stream_.get(), Z_SYNC_FLUSH);
    out.append(buffer.data(), buffer.size() - stream_->avail_out);
  } while (stream_->avail_out == 0);
}

void Deflater::rest() { stream_.reset(); }

void Inflater::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

Inflater::Inflater() {
  auto stream = make_stream();
  if (inflateInit2(stream.get(), received_window) != Z_OK) throw std::bad_alloc();
  stream_.reset(stream.release());
}

Inflater::~Inflater() = default;

Inflater::Step Inflater::decompress(std::string_view input, std::span<char> buffer) {
  stream_->next_in = bytes_of(input);
  stream_->avail_in = static_cast<uInt>(input.size());
  stream_->next_out = reinterpret_cast<Bytef*>(buffer.data());
  stream_->avail_out = static_cast<uInt>(buffer.size());
  const int result = inflate(stream_.get(), Z_SYNC_FLUSH);
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  Step step{.outcome = Outcome::progress,
            .used = input.size() - stream_->avail_in,
            .given = buffer.size() - stream_->avail_out};
  if (result == Z_STREAM_END)
    step.outcome = Outcome::ended;
  else if (result != Z_OK && result != Z_BUF_ERROR)
    step.outcome = Outcome::invalid;
  else if (stream_->avail_out != 0)
    step.outcome = Outcome::starved;
  return step;
}

}  // namespace postbag::compress
