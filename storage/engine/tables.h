// What the engine asks of a database: the rows of one account, in one transaction at a time. SQLite is below it
// today.
//
// The engine thinks in mailboxes, packed pages and bodies; a database keeps them as rows and blobs, and knows
// nothing of what is packed in them. The tables say what is stored and found, never how. FORMAT.md describes their
// columns.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/numbers.h"
#include "core/range_set.h"
#include "storage/mail.h"

namespace postbag::storage {

/// What the counters of the mailboxes do not say of the account's totals.
struct BodyBytes {
  /// Counted too often by them: for each body its size times the messages beside the first.
  std::uint64_t shared = 0;
  std::uint64_t garbage = 0;  ///< of the bodies that no message refers to
  bool operator==(const BodyBytes&) const = default;
};

/// What is kept once for the account.
class AccountRow {
 public:
  /// From the rows of the mailboxes and from what add() has kept.
  virtual AccountTotals totals() = 0;
  /// Adds the difference, which is modulo 2^64.
  virtual void add(const BodyBytes& difference) = 0;
  /// The highest generation that was stored here or with a mailbox.
  virtual std::uint64_t generation() = 0;
  /// The generation in which names changed last.
  virtual std::uint64_t names_generation() = 0;
  virtual void set_names_generation(std::uint64_t generation) = 0;

 protected:
  ~AccountRow() = default;
};

/// What a mailbox's row holds except its name and special use.
struct MailboxRow {
  MailboxState state;  ///< its `keywords` is the length of the next
  std::vector<std::string> keywords;
  Since low_water = 0;  ///< the log of vanished UIDs is complete above it
  std::uint64_t vanished_ranges = 0;
  std::uint64_t reserved_modseq = 0;  ///< synced; up to here mod-sequences may be known to clients. 0: none
};

/// A row of the tree of names.
struct NameRow {
  MailboxId id;
  std::string name;
  SpecialUses use;
};

/// Mailboxes, and the names that were once used.
class MailboxTable {
 public:
  virtual std::optional<MailboxId> find(std::string_view name) = 0;
  virtual std::optional<std::string> name(MailboxId id) = 0;
  /// All, rising by name.
  virtual std::vector<NameRow> names() = 0;
  virtual std::uint64_t count() = 0;

  /// Nothing when there is none.
  virtual std::optional<MailboxRow> load(MailboxId id) = 0;
  /// `generation`: of the running commit.
  virtual void save(MailboxId id, const MailboxRow& row, std::uint64_t generation) = 0;
  /// Those that were saved or created with a higher generation, rising by id.
  virtual std::vector<ChangedMailbox> changed_after(std::uint64_t generation) = 0;
  /// Mailboxes with a reservation.
  virtual std::vector<MailboxId> reserved() = 0;
  virtual void save_first_recent(MailboxId id, Uid first_recent) = 0;

  virtual MailboxId create(std::string_view name, SpecialUses use, UidValidity validity,
                           std::uint64_t generation) = 0;
  virtual void rename(MailboxId id, std::string_view name) = 0;
  /// The mailbox must have neither pages nor vanished UIDs any more.
  virtual void erase(MailboxId id) = 0;

  /// The highest UIDVALIDITY ever given in this account; 0 at first.
  virtual std::uint32_t last_validity() = 0;
  virtual void set_last_validity(UidValidity validity) = 0;
  /// The highest UIDVALIDITY a mailbox of that name had that has it no more; 0 when there was none. May be higher
  /// than it was for names long out of use.
  virtual std::uint32_t retired(std::string_view name) = 0;
  /// Remembers that `name` once had `validity`; of too many, those with the lowest are folded into one number.
  virtual void retire(std::string_view name, UidValidity validity) = 0;

 protected:
  ~MailboxTable() = default;
};

/// What is known of a page without unpacking it.
struct PageSummary {
  Uid key;  ///< the first UID the page was made with; its UIDs lie from here to `last`
  Uid last;
  ModSeq modseq;  ///< highest of its messages
  std::uint32_t count;
  std::uint32_t unseen;
};

/// The pages of the mailboxes, packed.
class PageTable {
 public:
  /// All pages of a mailbox, rising by key. Reads no page.
  virtual std::vector<PageSummary> directory(MailboxId mailbox) = 0;
  /// The packed messages. Throws Corrupt when the page does not exist.
  virtual std::string load(MailboxId mailbox, Uid key) = 0;
  virtual void save(MailboxId mailbox, const PageSummary& summary, std::string_view data) = 0;
  virtual void erase(MailboxId mailbox, Uid key) = 0;
  virtual void erase_all(MailboxId mailbox) = 0;

 protected:
  ~PageTable() = default;
};

/// One entry of the log of vanished UIDs: what one operation took away.
struct VanishedRow {
  ModSeq modseq;
  std::int64_t time;
  UidSet uids;
};

/// The log of UIDs that vanished.
class VanishedTable {
 public:
  virtual void add(MailboxId mailbox, const VanishedRow& row) = 0;
  /// All above `since`, rising by modseq.
  virtual std::vector<VanishedRow> above(MailboxId mailbox, Since since) = 0;
  /// The entry with the lowest modseq, without its UIDs: {modseq, time, ranges}.
  struct Oldest {
    ModSeq modseq;
    std::int64_t time;
    std::uint64_t ranges;
  };
  virtual std::optional<Oldest> oldest(MailboxId mailbox) = 0;
  virtual void erase(MailboxId mailbox, ModSeq modseq) = 0;
  virtual void erase_all(MailboxId mailbox) = 0;

 protected:
  ~VanishedTable() = default;
};

struct SizedBody {
  BodyId id;
  std::uint64_t size;
  auto operator<=>(const SizedBody&) const = default;
};

struct BodyRow {
  std::uint64_t size;
  std::string checksum;
  std::string file;  ///< empty: the bytes lie in the row
};

/// What is written of a new body.
struct NewBody {
  std::uint64_t size;
  std::string_view checksum;
  std::string_view file;  ///< empty: `data` counts
  std::string_view data;
  std::string_view structure;
};

/// Message bodies, how many messages refer to each, and since when nothing does.
class BodyTable {
 public:
  virtual BodyId add(const NewBody& body) = 0;
  virtual std::optional<BodyRow> find(BodyId id) = 0;
  /// Part of a body whose row has no file.
  virtual std::string read(BodyId id, std::uint64_t offset, std::size_t length) const = 0;
  virtual std::optional<std::string> structure(BodyId id) = 0;
  virtual bool has_file(std::string_view file) = 0;
  /// The next ids above `id`, or the first; rising.
  virtual std::vector<BodyId> above(std::optional<BodyId> id, std::size_t limit) = 0;
  /// The highest id that was ever given; 0 before the first.
  virtual std::int64_t newest() = 0;

  /// One more message refers to the body.
  virtual void share(BodyId id) = 0;
  /// One message less refers to each of `bodies`, which may name a body twice. Those without any are garbage from
  /// `now` on, in seconds; their bytes are returned.
  virtual std::uint64_t release(std::vector<SizedBody> bodies, std::int64_t now) = 0;
  /// Up to `limit` bodies that are garbage since `before` or earlier.
  virtual std::vector<BodyId> garbage(std::size_t limit, std::int64_t before) = 0;
  /// Since when the oldest garbage is, in seconds; nothing when there is none.
  virtual std::optional<std::int64_t> oldest_garbage() = 0;
  /// Removes what garbage() yielded. The ids are never given again.
  virtual void erase(std::span<const BodyId> ids) = 0;

 protected:
  ~BodyTable() = default;
};

/// Which bodies are in one thread. FORMAT.md, "Threads".
class ThreadTable {
 public:
  /// Puts a new body into the thread of the first of `keys` that is known, else into one of its own. The thread
  /// gets the keys that were unknown.
  virtual void join(BodyId body, std::span<const std::uint64_t> keys) = 0;
  virtual ThreadId thread(BodyId body) = 0;
  /// Takes removed bodies out of their threads; of a thread that has none left the keys go.
  virtual void erase(std::span<const BodyId> bodies) = 0;

 protected:
  ~ThreadTable() = default;
};

/// The names an account is subscribed to, whether such a mailbox exists or not.
class SubscriptionTable {
 public:
  virtual void add(std::string_view name) = 0;
  virtual void erase(std::string_view name) = 0;
  virtual bool has(std::string_view name) = 0;
  virtual std::uint64_t count() = 0;
  /// All, rising.
  virtual std::vector<std::string> names() = 0;

 protected:
  ~SubscriptionTable() = default;
};

/// All tables of one account, the transactions over them, and what the database's file wants from time to time. One
/// thread at a time. Throws DiskFull, Corrupt or Broken.
class Tables {
 public:
  virtual ~Tables() = default;
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  AccountRow& account;
  MailboxTable& mailboxes;
  PageTable& pages;
  VanishedTable& vanished;
  BodyTable& bodies;
  ThreadTable& threads;
  SubscriptionTable& subscriptions;

  // One transaction at a time
  virtual void begin_read() = 0;
  /// `durable`: commit() returns when all of it is on the disk. Else it is safe against the end of the process.
  virtual void begin_write(bool durable) = 0;
  virtual void commit() = 0;
  virtual void roll_back() = 0;
  /// A database may end a transaction by itself when something fails.
  virtual bool in_transaction() const = 0;
  /// One at a time, within a transaction.
  virtual void set_savepoint() = 0;
  virtual void release_savepoint() = 0;
  virtual void roll_back_to_savepoint() = 0;
  /// Within a transaction: another number than before when somebody else has committed between the two.
  virtual std::uint64_t commits_of_others() = 0;
  /// Waits until all commits are on the disk.
  virtual void sync() = 0;

  // The file. A database that looks after itself leaves these as they are.
  /// Bytes of commits that lie in a log and have to be written once more.
  virtual std::uint64_t log_bytes() const { return 0; }
  /// Writes them to their places, as far as readers allow; with `empty` the log takes no space afterwards. Durable.
  virtual void copy_log(bool /*empty*/) {}
  /// After a failed commit or sync: closing leaves the log as it is.
  virtual void keep_log() {}
  struct Space {
    std::uint64_t pages = 0;  ///< of `page_bytes` bytes
    std::uint64_t free = 0;   ///< of them, without content
  };
  static constexpr std::uint64_t page_bytes = 4096;
  virtual Space space() { return {}; }
  /// Whether shrink() does anything; if not, rebuild() makes it so.
  virtual bool can_shrink() { return true; }
  /// Gives up to `most` free pages back, within a transaction; the file becomes shorter when the log is copied.
  virtual void shrink(std::uint64_t /*most*/) {}
  /// Writes the whole database again, through memory and the log. Not within a transaction.
  virtual void rebuild() {}

 protected:
  Tables(AccountRow& a, MailboxTable& m, PageTable& p, VanishedTable& v, BodyTable& b, ThreadTable& t,
         SubscriptionTable& s)
      : account(a), mailboxes(m), pages(p), vanished(v), bodies(b), threads(t), subscriptions(s) {}
};

}  // namespace postbag::storage
