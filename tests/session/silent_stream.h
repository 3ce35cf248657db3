// The stream of a client that says nothing until its end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "async/net/stream.h"

namespace postbag::test {

/// Takes all that the server says.
class SilentStream final : public async::Stream {
 public:
  explicit SilentStream(async::Loop& loop) : Stream(loop, async::Address()) {}
  void send_end() { received_end(); }
  std::string got;

 private:
  std::optional<std::size_t> try_write(std::string_view bytes) override {
    got += bytes;
    return bytes.size();
  }
  void want_read(bool) override {}
  void want_write(bool) override {}
  void do_close() override {}
};

}  // namespace postbag::test
