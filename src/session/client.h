// Whoever is at the other end of a connection, as commands see it: who is logged in, what is enabled, how to
// answer, what is selected, and the command that runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "async/task.h"
#include "protocol/command.h"
#include "protocol/response/writer.h"
#include "session/access/mailbox_access.h"
#include "session/account/account.h"
#include "session/client_connection.h"
#include "session/context.h"
#include "session/features.h"
#include "session/follower.h"
#include "session/notify/notify.h"
#include "session/reply.h"
#include "session/running_command.h"
#include "session/selected/selected_mailbox.h"

namespace postbag {

struct Security;
class Upload;

/// Loop thread only. The context and the connection must outlive it.
class Client {
 public:
  Client(const Context& context, ClientConnection& connection);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const Context& context() const { return context_; }
  ClientConnection& connection() { return connection_; }
  const ClientConnection& connection() const { return connection_; }
  /// One line of the log, about this client.
  void log(const LogEvent& event) const { context_.log.write(connection_.address(), event); }

  // ---- who it is ----

  bool is_logged_in() const { return access_.has_value(); }
  /// What it reaches, and on whose behalf. Only after login.
  const MailboxAccess& access() const { return *access_; }
  /// Who asks for all that this client asks for. Only after login.
  const Principal& principal() const { return access_->principal(); }
  /// Makes it that principal, of `account`; called once, by LOGIN or AUTHENTICATE. UNAUTHENTICATE makes a new
  /// client.
  void log_in(std::shared_ptr<Account> account, Principal principal);
  /// The principal's name, for the log; empty before login.
  std::string_view user() const { return access_ ? principal().name : std::string_view(); }
  /// The administrator who acts as the principal; empty before login, and when nobody does.
  std::string_view actor() const { return access_ ? principal().actor : std::string_view(); }
  bool is_read_only() const { return access_ && principal().read_only; }
  /// Counts a failed login; after too many the connection ends.
  void count_failed_login() { connection_.count_failed_login(); }
  /// Whether a password may be taken from this client: nobody can read along.
  bool may_take_password() const;
  /// What a SASL mechanism can have on a connection that is protected so. RFC 4422 section 6.1
  sasl::Needs sasl_abilities(const Security& security) const;
  /// Whether the connection may become an encrypted one.
  bool may_start_tls() const { return !connection_.is_encrypted() && tls_context() != nullptr; }
  /// TLS for a connection that begins it now; null when there is none.
  std::shared_ptr<const tls::Context> tls_context() const {
    return context_.tls == nullptr ? nullptr : context_.tls->current.get();
  }
  /// Which commands are allowed now.
  protocol::grammar::State state() const;

  // ---- what it has enabled ----

  Features features() const { return features_; }
  bool has(Feature feature) const { return features_.has(feature); }
  /// Switches it on, with what it implies, for the rest of the connection. CONDSTORE reports HIGHESTMODSEQ of the
  /// selected mailbox when it was off before (RFC 7162 section 3.1).
  void enable(Feature feature);
  bool rev2() const { return has(Feature::imap4rev2); }
  bool condstore() const { return has(Feature::condstore); }
  bool qresync() const { return has(Feature::qresync); }
  bool uid_only() const { return has(Feature::uid_only); }
  /// Whether removals are reported by VANISHED. RFC 7162 section 3.2.10, RFC 9586.
  bool reports_vanished() const { return qresync() || uid_only(); }

  // ---- how it is answered ----

  /// Appends to what will be sent; see ClientConnection::flush().
  protocol::Writer respond() { return connection_.write(charset()); }
  protocol::Charset charset() const {
    return rev2() || has(Feature::utf8) ? protocol::Charset::utf8 : protocol::Charset::seven_bit;
  }
  async::Task<bool> flush() { return connection_.flush(); }
  async::Task<bool> flush_if_large() { return connection_.flush_if_large(); }
  /// Says BYE with these words instead of an answer to the running command, whose outcome this yields: the
  /// connection ends.
  Reply end_with_bye(std::string words);
  /// The world broke under what was done for this client: logs that, and yields what to say. RFC 5530 section 3.
  Reply refuse_broken(const std::runtime_error& error) const;

  // ---- what it has selected ----

  bool has_selected() const { return selected_.has_value(); }
  /// Only in selected state.
  SelectedMailbox& selected() { return *selected_; }
  const SelectedMailbox& selected() const { return *selected_; }
  /// Enters selected state; see SelectedMailbox's constructor.
  void select(OpenedMailbox opened) { selected_.emplace(*this, std::move(opened)); }
  /// Leaves selected state; nothing happens in another one.
  void unselect();

  // ---- what is reported to it unasked ----

  /// What NOTIFY asks, and what was reported of it.
  Notify& notify() { return notify_; }
  const Notify& notify() const { return notify_; }
  /// Who else lives on this client's news.
  Followers& followers() { return followers_; }
  const Followers& followers() const { return followers_; }

  /// Reports what is new, as far as the running command allows. Throws what the store throws.
  async::Task<void> sync();
  /// The same for callers that have done their work: what cannot be read is logged, and reported another time.
  async::Task<void> report_news();
  /// HIGHESTMODSEQ of the selected mailbox, where it is due.
  void report_progress();
  /// Whether report_news() may have something to say.
  bool has_news() const { return has_news_of(true); }
  /// Whether NOTIFY wants something reported although no command runs. In the middle of one there is no place for
  /// it.
  bool has_news_between_commands() const;

  // ---- the running command ----

  /// Only while one runs, not when its literal is still to come. Throws std::logic_error else.
  RunningCommand& command() { return running(); }
  const RunningCommand& command() const { return running(); }
  /// The running command made these: they get no FETCH for being new, and elsewhere no STATUS. RFC 5465 sections 5
  /// and 5.2.
  void note_own_messages(OwnMessages own);

  /// What was uploaded for the command that runs or is being received; null: nothing.
  Upload* upload() { return upload_.get(); }
  /// Begins one into the store of `account`.
  void start_upload(std::shared_ptr<Account> account);
  void drop_upload();

 private:
  RunningCommand& running() const {
    if (command_ == nullptr) throw std::logic_error("no command runs");
    return *command_;
  }
  friend class RunningCommand;
  bool has_news_of(bool selected) const;

  const Context& context_;
  ClientConnection& connection_;
  Features features_;
  std::optional<MailboxAccess> access_;  ///< set at login, and never again
  Watch watch_;                          ///< of the principal's account
  Notify notify_;
  Followers followers_;
  std::optional<SelectedMailbox> selected_;
  std::optional<std::uint64_t>
      news_failed_at_;  ///< ClientConnection::wakes() then: not tried again before something happens
  std::unique_ptr<Upload> upload_;
  RunningCommand* command_ = nullptr;
};

}  // namespace postbag
