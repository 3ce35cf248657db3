// Bytes in and out of one client: lines and literals, the output buffer, deadlines, and how it ends. Knows no mail.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "async/deadline.h"
#include "async/net/stream.h"
#include "async/signal.h"
#include "async/task.h"
#include "async/timers.h"
#include "async/workers.h"
#include "compress/stream.h"
#include "core/limits.h"
#include "core/wipe.h"
#include "protocol/command_reader.h"
#include "protocol/response/writer.h"
#include "session/bye.h"
#include "session/peer.h"
#include "tls/stream.h"

namespace postbag {

/// Somebody who may have something to say while the client says nothing.
class NewsSource {
 public:
  virtual bool has_news() const = 0;
  /// Appends it to the output. Called also when has_news() would say no.
  virtual async::Task<void> report_news() = 0;

 protected:
  ~NewsSource() = default;
};

/// Loop thread only. The stream and the limits must outlive it.
///
/// Whoever runs a command asks must_end() before each piece of it. There are three ways to the end: BYE was said or
/// the client logged out (is_ending), somebody wants it to end (shut_down, which becomes BYE at the next must_end),
/// or nobody is there any more (is_cut_off).
class ClientConnection final : public Peer {
 public:
  ClientConnection(const Limits& limits, async::Stream& stream);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// What it is spoken to through: the outermost layer. Another one after each change of layers.
  async::Stream& stream() { return *stream_; }
  const async::Stream& stream() const { return *stream_; }
  /// Set when bytes came, by wake(), and by others that want the session to look.
  async::Signal& signal() { return signal_; }

  const async::Address& address() const override { return stream_->peer(); }
  async::Task<bool> wait(async::Deadline deadline) override;
  void wake() override { signal_.set(); }

  // ---- out ----

  /// What will be sent with the next flush().
  std::string& output() { return out_; }
  /// The same, to be written on another thread until the caller's next co_await ends. Nobody else looks at it then.
  std::string& output_for_worker() {
    silence_.disarm();
    return out_;
  }
  protocol::Writer write(protocol::Charset charset = protocol::Charset::seven_bit) {
    return protocol::Writer(out_, charset);
  }
  /// Sends the output, waiting for the client to take it. False when the client is gone: then the command should
  /// end.
  async::Task<bool> flush();
  /// The same when enough has gathered. The next flush() gives back the memory of the output, this may keep it.
  async::Task<bool> flush_if_large();
  /// A command begins. As long as it has said nothing, a client that has sent its end is probed; see Silence.
  void expect_silence() { silence_.begin(); }
  /// True once when the client has sent its end: it may listen still or be gone altogether, which the kernel
  /// learns, and Stream::is_closed() shows, when it is sent something.
  bool has_to_probe() { return stream_->is_leaving() && !std::exchange(probed_, true); }

  // ---- in ----

  protocol::CommandReader& reader() { return reader_; }
  const protocol::CommandReader& reader() const { return reader_; }
  /// Waits for bytes and feeds the reader, or reports what `news` has meanwhile. False when the connection is over;
  /// BYE was said where it is due.
  async::Task<bool> receive(NewsSource& news);
  /// Sends "+ words" and yields the client's next line without its line end; reports what `news` has until then,
  /// unless it is null. Nothing when the connection is over. Views into the running command are dead afterwards.
  async::Task<std::optional<Secret>> ask_line(std::string_view words, NewsSource* news = nullptr);
  /// How often receive() was woken: what failed may be tried again when this has grown.
  std::uint64_t wakes() const { return wakes_; }

  // ---- layers ----

  /// What a command asks for that is to happen once its answer has gone out as before.
  enum class Change : unsigned char {
    none,
    encryption,   ///< STARTTLS. RFC 9051 section 6.2.1
    compression,  ///< COMPRESS. RFC 4978 section 3
    new_client,   ///< UNAUTHENTICATE. RFC 8437 section 3
  };
  void plan(Change change) { planned_ = change; }
  Change planned() const { return planned_; }
  Change take_planned() { return std::exchange(planned_, Change::none); }
  /// Bytes came after the command that runs.
  bool has_unread_input() const { return reader_.buffered() > 0 || !stream_->input().empty(); }

  /// Encrypts the connection from here on: all that comes next from the client is its handshake. False when that
  /// failed, and the connection is cut off then; tls()->failure() says why. Once at most, while nothing is waiting
  /// to be sent.
  async::Task<bool> start_tls(std::shared_ptr<const tls::Context> context, async::Workers& workers);
  bool is_encrypted() const { return tls_ != nullptr && is_secured_; }
  /// The TLS layer; null when there is none.
  const tls::Stream* tls() const { return tls_.get(); }
  /// Compresses the connection from here on, in both directions. Not twice.
  void start_compression();
  bool is_compressed() const { return compression_ != nullptr; }

  // ---- deadlines ----

  /// Until when the client has to be logged in.
  async::Deadline login_deadline() const { return login_deadline_; }
  /// From now on the limits after login hold.
  void set_logged_in();
  /// From now on the limits before login hold again, the time to log in among them, and nothing is compressed.
  /// False when the client has sent more while it was compressed: nobody can know what that is. RFC 8437
  /// section 4.1.
  bool set_logged_out();
  /// Counts a failed login; after too many the connection ends.
  void count_failed_login();
  /// A literal was asked for: the client has to get on with it.
  void set_receiving_literal(bool receiving) { receiving_literal_ = receiving; }

  // ---- the end ----

  /// How long one has to go whose account is taken away.
  static constexpr std::chrono::seconds goodbye_time{1};
  /// Says that once the running command is over, and ends, whatever the client has sent meanwhile.
  /// Ignored when the connection ends already. At `deadline` what the client has not taken is not waited for any
  /// more.
  void shut_down(Bye bye, async::Deadline deadline);
  void say_bye(const Bye& bye);
  /// Whether shut_down() was called and BYE is still to be said.
  bool is_shut_down() const { return bye_ && !ending_; }
  /// The connection ends after this command, which has said BYE itself.
  void end() { ending_ = true; }
  /// A part of a response went out that cannot be completed: nothing sensible can follow, so the connection ends.
  void break_off() { broken_ = true; }
  /// BYE was said: nothing but the running command's tagged line may follow.
  bool is_ending() const { return ending_; }
  /// Nobody is there any more, not even to read. What came and was not begun is not begun then.
  bool is_cut_off();
  /// Whether to end before anything more is done. BYE was said where it is due.
  bool must_end();

 private:
  enum class Wait : unsigned char { input, news, over };
  async::Task<Wait> wait_for_input(const NewsSource* news);
  void feed_reader();
  void use(async::Stream& stream);
  async::Deadline input_deadline() const;
  std::chrono::milliseconds write_patience() const;
  /// Sends the output and clears it. False when the client is gone.
  async::Task<bool> send();

  /// As long as a command runs and has said nothing, mostly as it waits for the store: a client that has sent its
  /// end is sent a line then, since the kernel learns only by that whether it still listens.
  class Silence final : private async::Timer {
   public:
    using Timer::disarm;
    explicit Silence(ClientConnection& connection) : connection_(connection) {}
    void begin();

   private:
    void arm();
    void on_deadline() override;
    ClientConnection& connection_;
    std::uint64_t said_ = 0;
  };
  /// Bytes that were said so far, whether sent or not; more while they are being sent.
  std::uint64_t said() const { return sent_ + out_.size(); }
  void probe();

  const Limits& limits_;
  async::Stream& wire_;  ///< what the server gave
  async::Stream* stream_ = &wire_;
  async::Signal signal_;
  protocol::CommandReader reader_;
  std::string out_;
  std::uint64_t sent_ = 0;  ///< bytes of what went through out_
  Silence silence_{*this};
  async::Deadline login_deadline_;
  std::unique_ptr<tls::Stream> tls_;               ///< over wire_
  std::unique_ptr<compress::Stream> compression_;  ///< over tls_ or wire_
  async::Deadline writes_end_ = async::never;
  std::optional<Bye> bye_;  ///< somebody wants the connection to end
  std::uint64_t wakes_ = 0;
  bool logged_in_ = false;
  bool receiving_literal_ = false;
  bool ending_ = false;
  bool broken_ = false;  ///< the client is gone or can no longer be spoken to
  bool probed_ = false;
  bool is_secured_ = false;  ///< the handshake succeeded
  Change planned_ = Change::none;
  std::size_t failed_logins_ = 0;
};

}  // namespace postbag
