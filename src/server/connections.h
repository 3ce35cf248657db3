// All connections of a server: admitted under the limits, each with its session, ended together.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string_view>
#include <vector>

#include "async/job.h"
#include "async/net/stream.h"
#include "async/signal.h"
#include "session/bye.h"
#include "session/context.h"

namespace postbag::server {

/// Loop thread only.
class Connections {
 public:
  explicit Connections(const Context& context);
  ~Connections();

  /// Starts a session on the stream, or sends BYE with the reason (Limits::connections_per_address and the like);
  /// where very many are refused at once, those are closed without a word. When too many have not logged in, one of
  /// these is ended for it: see making_room.h.
  void admit(std::unique_ptr<async::Stream> stream, TlsBegins tls);
  /// Sends BYE with `text` to the sessions for whose user, or the administrator who acts as that user, `matches` is
  /// true. They get ClientConnection::goodbye_time to end.
  void disconnect(const std::function<bool(std::string_view user)>& matches, std::string_view text);
  /// Sends BYE to all and admits no more. Ends when the last connection is closed; closes those still open after
  /// `deadline`. The deadline may be changed meanwhile: see recheck_deadline().
  async::Task<void> end_all(const async::Deadline& deadline);
  void recheck_deadline() { one_ended_.set(); }
  std::size_t size() const { return connections_.size(); }

 private:
  class Connection;
  struct Counted;
  Counted count(const async::Address& network) const;
  bool is_full(const Counted& counted) const;
  /// Null: none.
  const Bye* refusal_for(const async::Stream& stream, const Counted& counted) const;
  void make_room(std::vector<Connection*> new_ones);
  void refuse(std::unique_ptr<async::Stream> stream, TlsBegins tls, const Bye& why);
  void ended(std::list<std::unique_ptr<Connection>>::iterator place, const std::exception_ptr& error);

  const Context& context_;
  std::list<std::unique_ptr<Connection>> connections_;
  async::Jobs refusals_;
  async::Jobs encrypted_refusals_;
  async::Signal one_ended_;
  bool ending_ = false;
};

}  // namespace postbag::server
