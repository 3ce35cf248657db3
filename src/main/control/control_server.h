// Answers the commands that arrive on the control socket.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "main/control/control_socket.h"
#include "postbag/server.h"

namespace postbag::daemon {

/// One thread for each connection, up to a maximum: further connections wait to be accepted.
class ControlServer {
 public:
  /// Listens in the data directory, which `server` has locked. Throws std::system_error.
  ControlServer(Server& server, std::string data_dir);
  /// Closes the connections, waits for their threads and removes the socket.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Readable when accept() has something to do. Negative, which poll() ignores, while all threads are busy.
  int fd() const;
  void accept();

 private:
  struct Client {
    explicit Client(int fd) : connection(fd) {}
    ControlConnection connection;
    bool ended = false;
    std::thread thread;
  };
  void serve(Client& client);
  void answer(ControlConnection& connection);
  void deliver(ControlConnection& connection, const nlohmann::json& request);
  /// Joins the threads that have ended.
  void join_finished();

  Server& server_;
  std::string data_dir_;
  int listener_;
  mutable std::mutex mutex_;
  std::list<Client> clients_;
};

}  // namespace postbag::daemon
