// Answers the commands that come over the control socket.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "main/control/control_socket.h"
#include "postbag/server.h"

namespace postbag::daemon {

/// A thread for each connection, a few at a time: who comes above that waits to be accepted.
class ControlServer {
 public:
  /// Listens in the data directory, which `server` holds. Throws std::system_error.
  ControlServer(Server& server, std::string data_dir);
  /// Cuts off the connections, waits for their threads, removes the socket.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Readable when accept() has something to do. A negative number, which poll() passes over, while all threads are
  /// busy.
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
  /// Joins the threads that are done.
  void tidy();

  Server& server_;
  std::string data_dir_;
  int listener_;
  mutable std::mutex mutex_;
  std::list<Client> clients_;
};

}  // namespace postbag::daemon
