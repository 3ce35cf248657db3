// A Stream that encrypts what goes through another Stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "async/net/layered_stream.h"
#include "async/task.h"
#include "async/workers.h"
#include "tls/context.h"
#include "tls/info.h"

struct ssl_st;

namespace postbag::tls {

/// The server's end of a TLS connection. Loop thread only. An idle one holds no bytes, neither clear nor encrypted
/// ones.
///
/// A connection that ends without close_notify has ended(), like any other. After the client's close_notify, or its
/// end, it still gets what is written.
class Stream final : public async::LayeredStream {
 public:
  /// `inner` must outlive it, and nobody else reads, writes or watches that meanwhile. close() closes both.
  Stream(async::Stream& inner, std::shared_ptr<const Context> context);
  ~Stream() override;

  /// Becomes a TLS connection, or says in failure() why not: then close() is all that can follow. Whatever costs
  /// time, such as the private key's part, runs on one of `workers`. Call it once, before anything else; close()
  /// ends it.
  async::Task<bool> handshake(async::Workers& workers, async::Deadline deadline);
  /// One line for people; empty when nothing failed.
  const std::string& failure() const { return failure_; }

  /// The rest only after the handshake.
  Info info() const;
  /// What a SASL mechanism binds its exchange to. Nothing when that is not defined for this connection.
  std::optional<std::string> channel_binding(ChannelBinding kind) const;

 private:
  class Wire;
  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };
  enum class Step : std::uint8_t { needs_input, done, failed };

  Step advance_handshake();
  bool begin_connection();
  async::Task<bool> await_input(async::Deadline deadline);
  async::Task<bool> send_out(async::Deadline deadline);

  bool decode() override;
  std::optional<std::size_t> encode(std::string_view bytes) override;
  void encode_end() override;

  std::shared_ptr<const Context> context_;
  std::unique_ptr<Wire> wire_;
  std::unique_ptr<ssl_st, FreeSsl> ssl_;
  std::string in_;  ///< taken from inner() for the handshake, which runs on another thread
  std::string failure_;
  bool in_over_ = false;
};

}  // namespace postbag::tls
