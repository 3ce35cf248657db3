// What is known of a command while it runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/mailbox_key.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "protocol/command.h"
#include "session/reply.h"
#include "storage/read_transaction.h"

namespace postbag {

class Client;

/// Flags of these messages that changed up to `modseq` need no report: the client made the change, or knows of it.
struct OwnChange {
  UidSet uids;
  ModSeq modseq = ModSeq::min();
};

/// Messages that a command made, and their mailbox before and after that, in the same transaction.
struct OwnMessages {
  MailboxKey mailbox;
  storage::MailboxState before;
  storage::MailboxState after;
  UidSet uids;
};

/// Lives exactly as long as the command, from its complete text to its tagged line, and is its client's command()
/// for that time. What NOTIFY reports between commands is one too, without a tag. Loop thread only.
class RunningCommand {
 public:
  /// Whether EXPUNGE may be sent before its tagged line: never while FETCH, STORE or SEARCH by number is answered.
  /// RFC 9051 section 7.5.1.
  enum class Removals : bool { reported, held };

  RunningCommand(Client& client, const protocol::Command& command);
  RunningCommand(Client& client, Removals removals);
  ~RunningCommand();
  RunningCommand(const RunningCommand&) = delete;
  RunningCommand& operator=(const RunningCommand&) = delete;

  const std::string& tag() const { return tag_; }

  bool holds_removals() const { return removals_ == Removals::held; }
  /// There are sequence numbers in it although it is one by UID. RFC 9051 section 7.5.1.
  void hold_removals() { removals_ = Removals::held; }

  /// It changed flags and reports them itself, or keeps silent.
  void note_own_change(OwnChange change) { own_change_ = std::move(change); }
  const OwnChange& own_change() const { return own_change_; }

  void note_own_messages(OwnMessages own) { own_messages_ = std::move(own); }
  /// Those that it made in this mailbox.
  UidSet own_messages_in(const MailboxKey& mailbox) const;

  /// Its handler has ended with this reply.
  void ended(const Reply& reply);
  /// Whether it added messages to this mailbox, which is selected, or removed some.
  bool has_changed(const MailboxKey& mailbox) const;

  /// The client was sent mod-sequences of the selected mailbox.
  void note_modseqs_told() { modseqs_told_ = true; }
  /// Whether that happened since it was asked.
  bool take_modseqs_told() { return std::exchange(modseqs_told_, false); }

 private:
  Client& client_;
  std::string tag_;
  Removals removals_;
  bool has_removed_ = false;  ///< from the selected mailbox
  bool modseqs_told_ = false;
  OwnChange own_change_;
  std::optional<OwnMessages> own_messages_;
};

}  // namespace postbag
