// The control socket DIR/control.sock, through which other commands talk to the running server.
//
// The client sends one JSON line, {"do":"deliver","user":U,"mailbox":M} or {"do":"disconnect","user":U}. The
// server answers with one JSON line, {"ok":true} or {"ok":false,"cause":N,"text":T}, where N is a Cause. After an
// ok to "deliver" the client sends the message in pieces, each as its length in decimal, LF, and the bytes. Length
// 0 ends the message, so that a client that dies leaves no half message. The server answers once more, with uid
// and uid_validity.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "postbag/server.h"

namespace postbag::daemon {

/// A connected stream socket, blocking, with a time limit on each read and write. The destructor closes it.
class ControlConnection {
 public:
  explicit ControlConnection(int fd);
  ControlConnection(ControlConnection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ControlConnection& operator=(ControlConnection&&) = delete;
  ~ControlConnection();

  int fd() const { return fd_; }
  /// False when the other side disconnected or is too slow.
  bool send(std::string_view bytes) const;
  bool send_json(const nlohmann::json& value) const { return send(value.dump() + "\n"); }
  /// One piece of a message; an empty one ends it. At most 64 KiB.
  bool send_piece(std::string_view bytes) const { return send(std::to_string(bytes.size()) + "\n") && send(bytes); }
  /// Ends this side; the other side sees the end of the data.
  void end_sending() const;
  /// The next line as JSON. Nothing at the end, on errors, and for a line that is no JSON object or is longer than
  /// 64 KiB.
  std::optional<nlohmann::json> receive_json();
  /// The next piece of a message, empty at its end. Nothing when the other side disconnected or sent an invalid
  /// piece.
  std::optional<std::string> receive_piece();
  /// Reads and drops everything until the other side ends.
  void drain();

 private:
  /// The next line without its LF.
  std::optional<std::string> receive_line();
  /// Reads more into received_; false at the end and on errors.
  bool receive_more();

  int fd_;
  std::string received_;  ///< and not consumed yet
};

/// Connects to the server of that data directory; nothing when none is running.
std::optional<ControlConnection> connect_to_server(const std::string& data_dir);
/// Listens in that data directory, mode 0600, and replaces a socket left by a server that crashed: the caller has
/// locked the directory. Throws std::system_error.
int listen_for_control(const std::string& data_dir);
void remove_control_socket(const std::string& data_dir);

nlohmann::json to_json(const Failure& failure);
Failure failure_from(const nlohmann::json& answer);

}  // namespace postbag::daemon
