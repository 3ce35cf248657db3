// One IMAP connection from greeting to BYE.
//
// Invariants:
// - The account is bound once, at login, and never changes; commands reach mail only through it.
// - Commands run one after another in the order they came, so pipelining has no ambiguity (RFC 9051 section 5.5).
// - Whether the session has to end is looked at before each command and each piece of one: must_end().
// - Who sent its end gets answers to all it sent. When the connection broke, the running command is the last one.
// - Nothing is sent while the store is held; what a commit changed is told after it, in commit order.
// - The client's view changes only in sync(): EXPUNGE has one place that may send it.
// - After any co_await the mailbox may be gone: the store checks for itself, by the mailbox's id.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/net/stream.h"
#include "async/signal.h"
#include "async/task.h"
#include "protocol/command_reader.h"
#include "protocol/response/writer.h"
#include "session/account/account.h"
#include "session/context.h"
#include "session/features.h"
#include "session/notify.h"
#include "session/reply.h"
#include "session/selected.h"
#include "session/upload.h"

namespace postbag {

/// Loop thread only. The stream and the context must outlive run().
class Session {
 public:
  Session(const Context& context, async::Stream& stream);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Greets, serves and returns when the connection is over, its stream closed.
  async::Task<void> run();
  /// Says BYE with these words once the running command is over, and ends, whatever the client has sent meanwhile.
  /// Ignored when the session ends already. At `deadline` what the client has not taken is not waited for any more.
  void shut_down(std::string words, async::Deadline deadline = async::never);
  /// How long one has to go whose account is taken away.
  static constexpr std::chrono::seconds goodbye_time{1};
  bool is_logged_in() const { return account_ != nullptr; }
  /// The name it logged in with; empty before.
  const std::string& user() const { return user_; }

  // ---- for commands ----

  const Context& context() const { return context_; }
  async::Stream& stream() { return stream_; }
  /// The mail of whom this session belongs to. Only after login.
  Account& account() { return *account_; }

  /// Appends to what will be sent; see flush().
  protocol::Writer respond() { return protocol::Writer(out_, charset()); }
  protocol::Charset charset() const { return rev2() ? protocol::Charset::utf8 : protocol::Charset::seven_bit; }
  /// The buffer behind respond(), for what is formatted on the account's thread until the command's next co_await
  /// ends. Nobody else looks at it then.
  std::string& output() {
    silence_.disarm();
    return out_;
  }
  /// Sends what was responded so far, waiting for the client to take it. False when the client is gone: then the
  /// command should end.
  async::Task<bool> flush();
  /// flush() when enough has gathered.
  async::Task<bool> flush_if_large();
  /// A part of a response went out that cannot be completed: nothing sensible can follow, so the connection ends.
  void break_off() { broken_ = true; }
  /// True once when the client has sent its end: it may listen still or be gone altogether, which the kernel
  /// learns, and Stream::is_closed() tells, when it is sent something.
  bool has_to_probe() { return stream_.is_leaving() && !std::exchange(probed_, true); }

  Features features() const { return features_; }
  bool has(Feature feature) const { return features_.has(feature); }
  /// Switches it on, with what it implies, for the rest of the connection. CONDSTORE tells HIGHESTMODSEQ of the
  /// selected mailbox when it was off before (RFC 7162 section 3.1).
  void enable(Feature feature);
  bool rev2() const { return has(Feature::imap4rev2); }
  bool condstore() const { return has(Feature::condstore); }
  bool qresync() const { return has(Feature::qresync); }
  bool uid_only() const { return has(Feature::uid_only); }
  /// Whether removals are told by VANISHED. RFC 7162 section 3.2.10, RFC 9586.
  bool tells_vanished() const { return qresync() || uid_only(); }
  /// Whether a password may be taken from this client: nobody can read along.
  bool may_take_password() const { return stream_.peer().is_loopback(); }

  /// Waits for something else than the store or the client's next command: until wake(), or `deadline`, or for no
  /// reason. False when the session has to end, as the client is gone or by shut_down(): then nobody should wait
  /// on.
  async::Task<bool> wait(async::Deadline deadline);
  void wake() { signal_.set(); }

  /// Binds this session to its account; called once, by LOGIN or AUTHENTICATE.
  void log_in(std::shared_ptr<Account> account, std::string user);
  /// Counts a failed login; after too many the connection ends.
  void count_failed_login();
  /// The connection ends after this command. RFC 9051 section 6.1.3.
  void log_out() { ending_ = true; }

  bool has_selected() const { return selected_.has_value(); }
  /// Only in selected state.
  Selected& selected() { return *selected_; }
  const Selected& selected() const { return *selected_; }
  /// From now on changes of this mailbox wake the session; to be called before its state is read.
  void watch(MailboxId mailbox);
  /// Enters selected state with the mailbox that is being watched.
  void select(Selected selected) { selected_.emplace(std::move(selected)); }
  /// Leaves selected state; nothing happens in another one.
  void unselect();

  /// Whether EXPUNGE may be sent now: never while FETCH, STORE or SEARCH by number is answered. RFC 9051
  /// section 7.5.1.
  enum class Expunge : unsigned char { told, held };
  /// Flags of these messages that changed up to `modseq` need no telling: the client made the change, or was told.
  struct OwnChange {
    UidSet uids;
    ModSeq modseq = ModSeq::min();
  };
  /// Tells what changed in the selected mailbox since the client was last told, but for its own.
  async::Task<void> sync(Expunge expunge);
  /// The running command has sequence numbers in it although it is one by UID: removals have to wait until it is
  /// over. RFC 9051 section 7.5.1.
  void hold_removals() { holds_removals_ = true; }
  /// The running command changed flags and tells the client itself, or keeps silent.
  void note_own_change(OwnChange change) { own_change_ = std::move(change); }
  /// Messages that the running command made, and their mailbox before and behind that, in the same transaction.
  struct OwnMessages {
    MailboxId mailbox;
    storage::MailboxState before;
    storage::MailboxState after;
    UidSet uids;
  };
  /// Only these get no FETCH for being new, and elsewhere no STATUS: RFC 5465 sections 5 and 5.2.
  void note_own_messages(OwnMessages own);
  /// EXISTS, and RECENT for IMAP4rev1. RFC 3501 section 7.3.
  void tell_size();
  /// FLAGS, when the mailbox's table of keywords has grown. RFC 9051 section 7.3.5.
  void tell_keywords(const std::vector<std::string>& keywords);
  /// FETCH with the flags of a message of the view, if `flags`, its UID, if `with_uid`, and what the client's
  /// features add. Nothing for a message that is not in the view.
  void tell_message(const storage::Message& message, bool flags, bool with_uid);
  /// VANISHED, in lines of a size that clients can take; nothing for an empty set. RFC 7162 section 3.2.10.
  void tell_vanished(std::string_view head, const UidSet& uids);
  /// The running command tells mod-sequences of the selected mailbox.
  void note_modseqs_told() { tells_modseqs_ = true; }
  /// `* OK [HIGHESTMODSEQ n]`. RFC 7162 section 3.1.2.1.
  void tell_highest(ModSeq modseq);

  /// What NOTIFY asks, and what was told of it.
  Notify& notify() { return notify_; }
  const Notify& notify() const { return notify_; }

  /// What was uploaded for the running APPEND.
  Upload* upload() { return upload_ ? &*upload_ : nullptr; }

  /// Sends "+ words" and yields the client's next line without its line end. Nothing when the connection is over.
  /// Views into the running command are dead afterwards.
  async::Task<std::optional<std::string>> ask_line(std::string_view words);
  /// For IDLE: as ask_line, and meanwhile tells changes as they come.
  async::Task<std::optional<std::string>> idle_line(std::string_view words);

 private:
  enum class Wait : unsigned char { input, change, over };

  void greet();
  async::Task<bool> step();
  async::Task<bool> receive();
  async::Task<Wait> wait_for_input(bool changes_wake);
  bool is_cut_off();
  bool must_end();
  async::Deadline deadline() const;
  async::Task<std::optional<std::string>> read_raw_line(bool idling);

  protocol::grammar::State state() const;
  async::Task<bool> run_command(const protocol::Command& command);
  async::Task<Reply> perform(const protocol::Command& command);
  async::Task<bool> answer_bad(const protocol::BadCommand& bad);
  async::Task<bool> answer_literal(const protocol::LiteralAnnounced& literal);
  async::Task<std::optional<Reply>> refuse_literal(const protocol::LiteralAnnounced& literal);
  async::Task<bool> take_literal(const protocol::LiteralBytes& bytes);
  void drop_upload();
  Reply broken_store(const std::runtime_error& error);
  async::Task<void> tell_news(Expunge expunge);
  async::Task<void> tell_unasked();
  bool has_unasked_news() const;
  bool has_selected_news() const;
  std::chrono::milliseconds write_patience() const;
  void finish(std::string_view tag, const Reply& reply);
  void say_bye(std::string_view words);
  bool count_bad();

  NewsKinds told_now(Expunge expunge) const;
  void tell_removed(const UidSet& vanished);
  /// Those that the running command made in the selected mailbox.
  UidSet own_messages_here() const;
  /// Yields the new ones.
  UidSet tell_arrived(const std::vector<storage::Message>& messages);
  void tell_flags(const std::vector<storage::Message>& messages, std::uint64_t next_before);
  bool are_news(const storage::Message& message) const;
  NewsKinds news_in(const std::vector<storage::Message>& messages, const UidSet& vanished) const;
  void tell_progress();
  std::string progress_code();

  /// As long as a command runs and has said nothing, mostly as it waits for the store: a client that has sent its
  /// end is sent a line then, since the kernel learns only by that whether it still listens.
  class Silence final : private async::Timer {
   public:
    using Timer::disarm;
    explicit Silence(Session& session) : session_(session) {}
    /// A command begins.
    void begin();

   private:
    void arm();
    void on_deadline() override;
    Session& session_;
    std::uint64_t said_ = 0;
  };
  /// Bytes that were said so far, whether sent or not; more while they are being sent.
  std::uint64_t said() const { return sent_ + out_.size(); }
  void probe();

  const Context& context_;
  async::Stream& stream_;
  async::Signal signal_;
  protocol::CommandReader reader_;
  std::string out_;
  std::uint64_t sent_ = 0;  ///< bytes of what went through out_
  Silence silence_{*this};
  async::Deadline login_deadline_;
  std::string bye_words_;  ///< somebody wants the session to end
  bool ending_ = false;
  bool broken_ = false;  ///< the client is gone or can no longer be spoken to
  bool probed_ = false;
  Features features_;
  bool uploading_ = false;  ///< a literal is on its way
  std::size_t bad_in_a_row_ = 0;
  std::size_t failed_logins_ = 0;
  std::string user_;
  std::shared_ptr<Account> account_;
  Watch watch_;
  Notify notify_;
  std::optional<Selected> selected_;
  OwnChange own_change_;
  bool holds_removals_ = false;
  bool news_failed_ = false;       ///< they could not be read; not tried again before something happens
  bool changes_selected_ = false;  ///< the running command itself added messages to it or removed some
  bool tells_modseqs_ = false;     ///< since the last tell_progress()
  std::optional<OwnMessages> own_messages_;
  std::optional<Upload> upload_;
  std::string upload_tag_;
};

}  // namespace postbag
