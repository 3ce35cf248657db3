// Only for src/async: the type that the `data` of every libuv handle points to when the handle may outlive its
// user.
#pragma once

namespace postbag::async {

/// An object that frees itself when its handles have closed.
class HandleOwner {
 public:
  /// Closes all its handles at once, without waiting. The loop is about to end.
  virtual void close_handles() = 0;

 protected:
  ~HandleOwner() = default;
};

}  // namespace postbag::async
