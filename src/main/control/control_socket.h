// The control socket DIR/control.sock: how commands beside the server talk to it.
//
// The client sends one JSON line, {"do":"deliver","user":U,"mailbox":M} or {"do":"disconnect","user":U}. The server
// answers with one JSON line, {"ok":true} or {"ok":false,"cause":N,"text":T} with N a Cause. After an ok to
// "deliver" the client sends the message in pieces, each as its length in decimal, LF, and so many bytes; length 0
// is the end (so that a client that dies leaves no half message). The server answers once more, with uid and
// uid_validity.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "postbag/server.h"

namespace postbag::daemon {

/// A connected stream socket, blocking, with a time limit on each read and write. Closed when destroyed.
class ControlConnection {
 public:
  explicit ControlConnection(int fd);
  ControlConnection(ControlConnection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ControlConnection& operator=(ControlConnection&&) = delete;
  ~ControlConnection();

  int fd() const { return fd_; }
  /// False when the other side is gone or slow.
  bool send(std::string_view bytes) const;
  bool send_json(const nlohmann::json& value) const { return send(value.dump() + "\n"); }
  /// One piece of a message; an empty one ends it. At most 64 KiB.
  bool send_piece(std::string_view bytes) const { return send(std::to_string(bytes.size()) + "\n") && send(bytes); }
  /// No more will be sent.
  void end_sending() const;
  /// The next line as JSON; nothing at the end, on errors, for what is no JSON object and for lines above 64 KiB.
  std::optional<nlohmann::json> receive_json();
  /// The next piece of a message, empty at its end; nothing when the other side broke off or sent what is no piece.
  std::optional<std::string> receive_piece();
  /// Reads and drops until the other side sends no more.
  void drain();

 private:
  /// The next line without its LF.
  std::optional<std::string> receive_line();
  /// Adds to received_; false at the end and on errors.
  bool receive_more();

  int fd_;
  std::string received_;  ///< and not yet asked for
};

/// Connects to the server of that data directory; nothing when none runs.
std::optional<ControlConnection> connect_to_server(const std::string& data_dir);
/// Listens in that data directory, mode 0600, in place of a socket that a dead server left: the caller holds the
/// directory. Throws std::system_error.
int listen_for_control(const std::string& data_dir);
void remove_control_socket(const std::string& data_dir);

nlohmann::json to_json(const Failure& failure);
Failure failure_from(const nlohmann::json& answer);

}  // namespace postbag::daemon
