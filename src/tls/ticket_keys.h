// The keys of session tickets: ours, so that they change while the server runs. RFC 5077 section 5.5, RFC 9325
// section 4.2.2. Only for src/tls.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include <openssl/evp.h>
#include <openssl/ssl.h>

namespace postbag::tls {

/// Any thread: handshakes run on several. A key makes tickets for `lifetime`, is then accepted for as long again,
/// and is wiped. Who steals a key can read sessions of that time only.
class TicketKeys {
 public:
  static constexpr std::chrono::hours lifetime{12};
  using Time = std::chrono::steady_clock::time_point;

  TicketKeys() = default;
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;
  ~TicketKeys();

  /// What SSL_CTX_set_tlsext_ticket_key_evp_cb asks for: prepares to protect (`encrypt` 1) or to open a ticket. 1:
  /// done, 2: done, and the ticket is to be replaced, 0: no such key, so a full handshake follows, -1: failed.
  /// Throws std::runtime_error when there are no random numbers.
  int prepare(std::uint8_t* name, std::uint8_t* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int encrypt,
              Time now);

 private:
  struct Key {
    std::array<std::uint8_t, 16> name;
    std::array<std::uint8_t, 32> aes;
    std::array<std::uint8_t, 32> hmac;
    Time made;
  };
  static Key new_key(Time now);
  static bool use(const Key& key, std::uint8_t* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int encrypt);
  void rotate(Time now);
  static void forget(std::optional<Key>& key);

  std::mutex mutex_;
  std::optional<Key> current_;
  std::optional<Key> previous_;
};

}  // namespace postbag::tls
