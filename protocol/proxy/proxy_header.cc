#include "protocol/proxy/proxy_header.h"

#include <algorithm>
#include <string>

#include <arpa/inet.h>

#include "core/number_in.h"
#include "core/take.h"

namespace postbag::protocol {

namespace {

using Parsed = std::expected<ProxyHeader, ProxyError>;

// ---- version 1: a line of text, section 2.1 ----

constexpr std::string_view text_signature = "PROXY ";
/// With CRLF.
constexpr std::size_t longest_line = 107;

/// Takes the next word from the front of the line, and the one blank after it.
std::string_view take_word(std::string_view& line) { return take_until(line, ' '); }

/// 0 to 65535 without leading zeros.
std::optional<std::uint16_t> port_of(std::string_view digits) {
  const bool padded = digits.size() > 1 && digits.front() == '0';
  return padded ? std::nullopt : number_in<std::uint16_t>(digits);
}

std::optional<std::array<std::uint8_t, 16>> address_of(std::string_view text, ProxySource::Family family) {
  std::array<std::uint8_t, 16> bytes{};
  const int kind = family == ProxySource::Family::ipv4 ? AF_INET : AF_INET6;
  if (inet_pton(kind, std::string(text).c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

/// What stands after the family: source, destination, and their ports.
std::optional<ProxySource> source_of(std::string_view line, ProxySource::Family family) {
  const auto source = address_of(take_word(line), family);
  const auto destination = address_of(take_word(line), family);
  const auto source_port = port_of(take_word(line));
  const auto destination_port = port_of(line);
  if (!source || !destination || !source_port || !destination_port) return std::nullopt;
  return ProxySource{.family = family, .bytes = *source, .port = *source_port};
}

Parsed parse_text(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, longest_line).find("\r\n");
  if (end == std::string_view::npos)
    return std::unexpected(bytes.size() < longest_line ? ProxyError::incomplete : ProxyError::invalid);
  ProxyHeader header{.length = end + 2, .source = std::nullopt};
  std::string_view line = bytes.substr(text_signature.size(), end - text_signature.size());
  if (line.find('\0') != std::string_view::npos) return std::unexpected(ProxyError::invalid);
  const std::string_view family = take_word(line);
  if (family == "UNKNOWN") return header;  // whatever follows
  if (family == "TCP4") header.source = source_of(line, ProxySource::Family::ipv4);
  if (family == "TCP6") header.source = source_of(line, ProxySource::Family::ipv6);
  if (!header.source) return std::unexpected(ProxyError::invalid);
  return header;
}

// ---- version 2: bytes, section 2.2 ----

constexpr std::string_view binary_signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t fixed_size = 16;  ///< signature, version and command, family, length
constexpr unsigned version_local = 0x20, version_proxy = 0x21;
constexpr unsigned tcp_over_ipv4 = 0x11, tcp_over_ipv6 = 0x21;
constexpr unsigned most_family = 3, most_protocol = 2;  ///< of those that are assigned

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

/// Two addresses of `size` bytes, then their two ports.
std::optional<ProxySource> binary_source(std::string_view block, ProxySource::Family family, std::size_t size) {
  if (block.size() < 2 * size + 4) return std::nullopt;
  ProxySource source{.family = family, .bytes = {}, .port = number_at(block, 2 * size)};
  std::ranges::copy(block.substr(0, size), source.bytes.begin());
  return source;
}

Parsed parse_binary(std::string_view bytes) {
  if (bytes.size() < fixed_size) return std::unexpected(ProxyError::incomplete);
  ProxyHeader header{.length = fixed_size + number_at(bytes, 14), .source = std::nullopt};
  if (header.length > longest_proxy_header) return std::unexpected(ProxyError::invalid);
  const unsigned version = byte_at(bytes, 12);
  if (version != version_local && version != version_proxy) return std::unexpected(ProxyError::invalid);
  if (bytes.size() < header.length) return std::unexpected(ProxyError::incomplete);
  if (version == version_local) {
    header.speaks_for_itself = true;
    return header;
  }
  const std::string_view block = bytes.substr(fixed_size, header.length - fixed_size);
  const unsigned family = byte_at(bytes, 13);
  if (family >> 4 > most_family || (family & 0xf) > most_protocol) return std::unexpected(ProxyError::invalid);
  if (family != tcp_over_ipv4 && family != tcp_over_ipv6) return header;  // a connection of another kind
  header.source = family == tcp_over_ipv4 ? binary_source(block, ProxySource::Family::ipv4, 4)
                                          : binary_source(block, ProxySource::Family::ipv6, 16);
  if (!header.source) return std::unexpected(ProxyError::invalid);
  return header;
}

/// Whether `bytes` begins with the signature, or is the beginning of it.
bool may_begin_with(std::string_view bytes, std::string_view signature) {
  return signature.starts_with(bytes.substr(0, signature.size()));
}

}  // namespace

Parsed parse_proxy_header(std::string_view bytes) {
  if (bytes.starts_with(text_signature)) return parse_text(bytes);
  if (bytes.starts_with(binary_signature)) return parse_binary(bytes);
  const bool may_become_one = may_begin_with(bytes, text_signature) || may_begin_with(bytes, binary_signature);
  return std::unexpected(may_become_one ? ProxyError::incomplete : ProxyError::invalid);
}

}  // namespace postbag::protocol
