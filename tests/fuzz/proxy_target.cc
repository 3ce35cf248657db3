// Fuzz target: any bytes as the beginning of a connection from a proxy.
//
// What must hold: a header is as long as bytes are there; what follows it changes nothing; a shorter piece of it is
// incomplete; whatever the bytes are, it is known after the longest header whether they are one.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "input.h"
#include "protocol/proxy/proxy_header.h"

using namespace postbag::protocol;
using postbag::fuzz::require;

namespace {

void check_header(const std::string& bytes, const ProxyHeader& header) {
  require(header.length <= bytes.size(), "the header is there");
  const auto more = parse_proxy_header(bytes + "a1 NOOP\r\n");
  require(more && more->length == header.length && more->source == header.source, "what follows changes nothing");
  const auto less = parse_proxy_header(std::string_view(bytes).substr(0, header.length - 1));
  require(!less && less.error() == ProxyError::incomplete, "a part of it is incomplete");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto header = parse_proxy_header(bytes)) check_header(bytes, *header);
  const auto padded = parse_proxy_header(bytes + std::string(longest_proxy_header, ' '));
  require(padded || padded.error() == ProxyError::invalid, "known after the longest header");
  return 0;
}
