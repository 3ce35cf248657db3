// A Stream whose bytes go through another Stream in another form: encrypted, compressed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "async/job.h"
#include "async/net/stream.h"
#include "async/signal.h"
#include "async/task.h"

namespace postbag::async {

/// What all layers have in common: they wait for the inner stream and for each other's bytes, and hold none while
/// nothing happens. Loop thread only.
///
/// Bytes count as written when the inner stream has taken all that stands for them: who gets `true` from write()
/// may close at once. So the progress that a write() waits for is a whole piece, which encode() has taken at once.
class LayeredStream : public Stream {
 public:
  ~LayeredStream() override;

 protected:
  /// `inner` must outlive it, and nobody else reads, writes or watches that meanwhile. close() closes both. After
  /// its destruction the inner stream can be used as before.
  explicit LayeredStream(Stream& inner);

  // Layers call these ...
  /// Bytes may come and go from now on.
  void establish();
  bool is_established() const { return receiving_.has_value(); }
  Stream& inner() { return inner_; }
  const Stream& inner() const { return inner_; }
  /// Set when the inner stream has something to say.
  Signal& signal() { return signal_; }
  /// What is to be sent through the inner stream.
  std::string& out() { return out_; }
  /// Nothing can be decoded or encoded any more: the stream closes.
  void fail() { failed_ = true; }

  // ... and implement these, which are called only when established.
  /// Decodes the next piece of inner().input() and calls received(), received_end() or fail(). False when there is
  /// nothing more now. May append to out(). A piece is so small that the loop is held only shortly.
  virtual bool decode() = 0;
  /// Appends to out() what stands for the first bytes of `bytes`, which is not empty; yields how many these are, or
  /// nothing after fail().
  virtual std::optional<std::size_t> encode(std::string_view bytes) = 0;
  /// Appends to out() what is to be said before the inner stream is closed.
  virtual void encode_end() {}

 private:
  Task<void> receive();
  void decode_all();
  void send();
  Task<void> send_rest();
  void sent_rest();
  bool is_sending() const { return sending_.has_value() || !out_.empty(); }

  std::optional<std::size_t> try_write(std::string_view bytes) final;
  void want_read(bool wanted) final;
  void want_write(bool) final {}
  void do_close() final;

  Stream& inner_;
  Signal signal_;
  std::string out_;
  std::size_t encoded_ =
      0;  ///< bytes of the caller's that are in out_ or on their way: not reported as written yet
  std::optional<Job> receiving_;
  std::optional<Job> sending_;
  bool wants_input_ = false;
  bool failed_ = false;
};

}  // namespace postbag::async
