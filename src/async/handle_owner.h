// Only for src/async: what the `data` of every libuv handle that may outlive its user points to.
#pragma once

namespace postbag::async {

/// An object that frees itself when its handles have closed.
class HandleOwner {
 public:
  /// Closes all its handles now, without any waiting. The loop is about to end.
  virtual void close_handles() = 0;

 protected:
  ~HandleOwner() = default;
};

}  // namespace postbag::async
