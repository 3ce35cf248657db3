// The mailbox a client has selected, as the client knows it, and the only place where that changes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.h"
#include "core/mailbox_key.h"
#include "core/mailbox_name.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "session/account/account.h"
#include "session/follower.h"
#include "session/selected/reported.h"
#include "session/selected/view.h"
#include "storage/read_transaction.h"

namespace postbag {

class Client;

/// A mailbox as it is when it is selected.
struct OpenedMailbox {
  std::shared_ptr<Account> account;  ///< whose mailbox it is
  MailboxId id;
  MailboxName name;
  bool read_only;
  const storage::MailboxState& state;
  const UidSet& uids;
  UidSet recent;
  std::vector<std::string> keywords;
};

/// Loop thread only. The client outlives it. Watches the mailbox while it lives: what the store says may be newer
/// than what stands here, and sync() closes the gap. The mailbox may be gone; the store checks that, by its id.
class SelectedMailbox {
 public:
  /// No commit may lie between the moment that `opened` shows and this call.
  SelectedMailbox(Client& client, OpenedMailbox opened);
  ~SelectedMailbox();
  SelectedMailbox(const SelectedMailbox&) = delete;
  SelectedMailbox& operator=(const SelectedMailbox&) = delete;

  MailboxKey key() const { return {account_->id(), id_}; }
  /// Whose mailbox it is: what a command does to its messages it does there.
  Account& account() const { return *account_; }
  /// When it was selected; another session may have renamed it since.
  const MailboxName& name() const { return name_; }
  /// EXAMINE.
  bool is_read_only() const { return read_only_; }
  const View& view() const { return view_; }
  /// Every UID below it that is not in the view is gone for the client.
  std::uint64_t known_next() const { return known_next_; }
  const Reported& reported() const { return reported_; }
  /// \Recent for this session. RFC 3501 section 2.3.2.
  const UidSet& recent() const { return recent_; }
  /// The mailbox's table as far as FLAGS has shown it.
  const std::vector<std::string>& keywords() const { return keywords_; }
  /// FLAGS was sent with them.
  void note_keywords_reported(const std::vector<std::string>& table) { keywords_ = table; }
  /// The search result variable `$`. RFC 9051 section 6.4.4.1.
  const UidSet& saved() const { return saved_; }
  void save(UidSet found) { saved_ = std::move(found); }

  /// Whether somebody changed something that NOTIFY does not keep from the client.
  bool has_news() const;
  /// Reports what changed since the last report to the client, but for what the running command did, and with
  /// removals only where that may report them. Throws what the store throws; then the rest is reported another
  /// time.
  async::Task<void> sync();

  /// EXISTS, and RECENT for IMAP4rev1. RFC 3501 section 7.3.
  void report_size();
  /// FLAGS, when the mailbox's table of keywords has grown. RFC 9051 section 7.3.5.
  void report_keywords(const std::vector<std::string>& table);
  /// FETCH with the flags of a message of the view, if `flags`, its UID, if `with_uid`, and what the client's
  /// features add. Nothing for a message that is not in the view.
  void report_message(const storage::Message& message, bool flags, bool with_uid);
  /// VANISHED, in lines of a size that clients can take; nothing for an empty set. RFC 7162 section 3.2.10.
  void report_vanished(std::string_view head, const UidSet& uids);
  /// `* OK [HIGHESTMODSEQ n]`. RFC 7162 section 3.1.2.1.
  void report_highest_modseq(ModSeq modseq);
  /// The same with how far the client is, for one that begins to keep mod-sequences.
  void report_progress();
  /// The same where it is due: who learned of mod-sequences above those of changes that have to wait hears how far
  /// it really is; who knows all hears so after EXISTS, or it would ask again for what it added itself. RFC 7162
  /// sections 3.2 and 6. `modseqs_told`: it learned of some since the last time.
  void report_progress_if_due(bool modseqs_told);
  /// The same as the code of a tagged line.
  std::string progress_code();

 private:
  struct News;
  struct Round;

  NewsKinds kinds_to_report() const;
  bool is_behind(NewsKinds kinds) const;
  async::Task<Result<News>> look(const Round& round);
  Result<News> read_news(storage::ReadTransaction& tx, const Round& round) const;
  void learn_names(const Round& round, const News& news);
  void report_removals(Round& round, News& news);
  void report_arrivals(Round& round, const News& news);
  void report_flags(const Round& round, const News& news, std::uint64_t next_before);
  void note_found(Round& round, const News& news) const;
  void finish(const Round& round);

  bool are_news(const storage::Message& message) const;

  Client& client_;
  std::shared_ptr<Account> account_;
  Watch watch_;
  MailboxId id_;
  MailboxName name_;
  bool read_only_;
  View view_;
  std::uint64_t known_next_;
  Reported reported_;
  UidSet recent_;
  UidSet saved_;
  std::vector<std::string> keywords_;
  /// HIGHESTMODSEQ is to be reported when the client knows all: it was sent a lower one, or EXISTS raised it.
  bool highest_is_due_ = false;
};

}  // namespace postbag
