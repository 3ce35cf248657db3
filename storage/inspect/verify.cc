#include "storage/inspect/verify.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>

#include "storage/accounts/directory.h"
#include "storage/bodies/staged.h"
#include "storage/disk/posix.h"
#include "storage/errors.h"
#include "storage/inspect/verify_mailbox.h"
#include "storage/sqlite/mail_file.h"
#include "storage/sqlite/mail_tables.h"
#include "storage/sqlite/migrations/migrations.h"
#include "storage/sqlite/owner_table.h"

namespace postbag::storage {

namespace {

constexpr std::size_t piece = 256 * 1024;

std::string name(BodyId id) { return "body " + std::to_string(id.value()); }

void report_integrity(sqlite::Connection& connection, const VerifyReport& report) {
  for (const std::string& line : connection.integrity_check()) report.deviation("database: " + line);
}

/// The walk over one account.
class AccountVerifier {
 public:
  AccountVerifier(const std::filesystem::path& directory, const VerifyReport& report)
      : directory_(directory),
        bodies_directory_(directory / "bodies"),
        report_{.deviation = [this, &report](const std::string& line) { count(report, line); },
                .note = report.note},
        connection_(directory / "mail.db", {.read_only = true}),
        tables_((sqlite::require_version(connection_, sqlite::mail_migrations), connection_)) {}

  Verified run(const Owner& owner, VerifyBodies how) {
    report_integrity(connection_, report_);
    verify_owner(owner);
    snapshot([&] {
      verify_mailboxes();
      verify_references();
      verify_totals();
    });
    for (const BodyId id : bodies_) verify_body(id, how);
    verify_search_index();
    note_files();
    return found_;
  }

 private:
  void count(const VerifyReport& report, const std::string& line) {
    ++found_.deviations;
    report.deviation(line);
  }

  /// Runs f within one state of the database.
  template <class F>
  void snapshot(F&& f) {
    connection_.run("BEGIN");
    try {
      f();
    } catch (...) {
      connection_.run("ROLLBACK");
      throw;
    }
    connection_.run("COMMIT");
  }

  void verify_owner(const Owner& owner) {
    const auto found = sqlite::read_owner(connection_);
    if (!is_of(found, owner)) report_.deviation(not_theirs(directory_, found));
  }

  void verify_mailboxes() {
    SpecialUses uses;
    for (const NameRow& row : tables_.mailboxes.names()) {
      ++found_.mailboxes;
      if (!MailboxName::from(row.name)) report_.deviation("not a mailbox name: " + row.name);
      if (uses.overlaps(row.use)) report_.deviation(row.name + ": another mailbox has its special use too");
      uses.add(row.use);
      MailboxVerifier mailbox(tables_, row, report_);
      mailbox.run(references_);
      found_.messages += mailbox.messages();
    }
    std::ranges::sort(references_);
  }

  /// Each body against the messages that refer to it.
  void verify_references() {
    auto next = references_.begin();
    const auto garbage = tables_.bodies.garbage_ranges();
    std::uint64_t shared = 0;
    tables_.bodies.each([&](BodyId id, const BodyRow& row) {
      bodies_.push_back(id);
      if (!row.file.empty()) files_.insert(row.file);
      for (; next != references_.end() && next->body < id; ++next) report_missing(next->body);
      std::uint64_t references = 0;
      for (; next != references_.end() && next->body == id; ++next, ++references)
        if (next->size != row.size) report_.deviation(name(id) + " has another size than a message of it says");
      const std::uint64_t extra = tables_.bodies.extra(id);
      if (extra != 0) ++shared;
      if (references == 0) counted_.garbage += row.size;
      if (references > 1) counted_.shared += (references - 1) * row.size;
      verify_count(id, references, extra, garbage.contains(id));
    });
    for (; next != references_.end(); ++next) report_missing(next->body);
    if (shared != tables_.bodies.shared_count()) report_.deviation("shared: counts bodies that are not there");
    if (const std::uint64_t keys = tables_.threads.stray_keys(); keys != 0)
      report_.deviation("threads: " + std::to_string(keys) + " keys of threads without a message");
    references_ = {};
  }

  void verify_count(BodyId id, std::uint64_t references, std::uint64_t extra, bool is_garbage) {
    if (references == 0 && !is_garbage) report_.deviation(name(id) + " belongs to no message and is not garbage");
    if (references != 0 && is_garbage) report_.deviation(name(id) + " is garbage, but a message refers to it");
    if (extra != (references == 0 ? 0 : references - 1))
      report_.deviation(name(id) + " is counted as shared by " + std::to_string(extra + 1) +
                        " messages, it is by " + std::to_string(references));
    if (!tables_.bodies.structure_size(id)) report_.deviation(name(id) + " has no structure");
  }

  /// The rest of the totals are the counters of the mailboxes.
  void verify_totals() {
    const BodyBytes stored = tables_.account.body_bytes();
    compare("bytes that messages share", stored.shared, counted_.shared);
    compare("bytes that are not collected yet", stored.garbage, counted_.garbage);
  }

  void compare(const std::string& what, std::uint64_t stored, std::uint64_t counted) {
    if (stored == counted) return;
    report_.deviation("total of " + what + " is " + std::to_string(static_cast<std::int64_t>(stored)) +
                      ", counted " + std::to_string(counted) + "; verify --recount corrects it");
  }

  void report_missing(BodyId id) { report_.deviation(name(id) + " is missing, but a message refers to it"); }

  /// Looked at twice before it is reported: it may have been collected in between.
  void verify_body(BodyId id, VerifyBodies how) {
    ++found_.bodies;
    if (wrong_with(id, how).empty()) return;
    if (const std::string what = wrong_with(id, how); !what.empty()) report_.deviation(name(id) + what);
  }

  std::string wrong_with(BodyId id, VerifyBodies how) {
    std::string what;
    try {
      snapshot([&] {
        const auto row = tables_.bodies.find(id);
        if (row) what = row->file.empty() ? wrong_inside(id, *row, how) : wrong_file(*row, how);
      });
    } catch (const Broken& broken) {
      what = std::string(": ") + broken.what();  // one that cannot be read is no reason not to look at the others
    }
    return what;
  }

  std::string wrong_inside(BodyId id, const BodyRow& row, VerifyBodies how) {
    if (tables_.bodies.inline_size(id) != row.size) return " is not as long as it should be";
    return wrong_bytes(row, how, [&](std::uint64_t at) { return tables_.bodies.read(id, at, piece); });
  }

  std::string wrong_file(const BodyRow& row, VerifyBodies how) {
    const auto path = bodies_directory_ / row.file.substr(0, 2) / row.file;
    std::error_code none;
    const auto size = std::filesystem::file_size(path, none);
    if (none) return ": its file " + row.file + " is missing";
    if (size != row.size) return ": its file " + row.file + " is not as long as it should be";
    const Fd fd = disk::open_file(path, O_RDONLY);
    return wrong_bytes(row, how, [&](std::uint64_t at) { return disk::read_some(fd, at, piece); });
  }

  template <class Read>
  static std::string wrong_bytes(const BodyRow& row, VerifyBodies how, Read&& read) {
    if (how == VerifyBodies::sizes) return {};
    bodies::Hasher hasher;
    for (std::uint64_t at = 0; at < row.size; at += piece) hasher.update(read(at));
    return hasher.finish() == row.checksum ? std::string() : " differs from its checksum";
  }

  /// It can be made again, but a search that asks it may miss messages until then. Looked at twice: a server may
  /// just be doing that.
  void verify_search_index() {
    if (wrong_with_search_index().empty()) return;
    if (const std::string what = wrong_with_search_index(); !what.empty())
      report_.deviation("search index: " + what);
  }

  std::string wrong_with_search_index() const {
    const auto file = directory_ / "search.db";
    if (!std::filesystem::exists(file)) return {};
    try {
      sqlite::Connection connection(file, {.read_only = true});
      const std::string answer = connection.quick_check();
      return answer == "ok" ? std::string() : answer;
    } catch (const Broken& broken) {
      return broken.what();
    }
  }

  /// What lies in bodies/ without a row. FORMAT.md, "Files": it takes room and harms nothing.
  void note_files() {
    std::error_code none;  // what goes meanwhile ends no walk
    for (std::filesystem::recursive_directory_iterator at(bodies_directory_, none), end; at != end;
         at.increment(none)) {
      const std::string file = at->path().filename().string();
      const bool incoming = at->path().parent_path().filename() == "incoming";
      if (!at->is_regular_file(none) || incoming || files_.contains(file) || tables_.bodies.has_file(file))
        continue;
      report_.note("file " + file + " belongs to no body");
    }
  }

  std::filesystem::path directory_;
  std::filesystem::path bodies_directory_;
  Verified found_;
  BodyBytes counted_;
  VerifyReport report_;
  sqlite::Connection connection_;
  sqlite::MailTables tables_;
  std::vector<Reference> references_;
  std::vector<BodyId> bodies_;
  std::set<std::string> files_;
};

std::set<std::string> names_in(const std::filesystem::path& directory) {
  std::set<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory, none))
    names.insert(entry.path().filename().string());
  return names;
}

/// Those below accounts/ that no account has.
void report_directories(const std::filesystem::path& directory, const Directory& accounts,
                        const VerifyReport& report) {
  std::set<std::string> names = names_in(directory / "accounts");  // before the accounts: none is made without one
  for (const Stray& stray : accounts.strays()) {
    if (!stray.owner) continue;
    const std::string number = std::to_string(stray.id.value());
    report.deviation("directory accounts/" + number + " belongs to " + stray.owner->name +
                     ", who is no account; adding the account brings the mail back");
    names.erase(number);
  }
  for (const Account& account : accounts.list()) names.erase(std::to_string(account.id.value()));
  for (const std::string& name : names)
    report.note("directory accounts/" + name + " belongs to a removed account, or to none");
}

}  // namespace

Verified verify_account(const std::filesystem::path& directory, const Owner& owner, VerifyBodies bodies,
                        const VerifyReport& report) {
  try {
    sqlite::require_database(directory);
  } catch (const Missing& missing) {
    report.deviation(missing.what());
    return {.deviations = 1};
  }
  return AccountVerifier(directory, report).run(owner, bodies);
}

void recount_account(const std::filesystem::path& directory) {
  sqlite::require_database(directory);
  sqlite::Connection connection(directory / "mail.db", {.make = false});
  connection.keep_log();  // by it the next opening knows that a stop was not clean
  sqlite::require_version(connection, sqlite::mail_migrations);
  sqlite::AccountRow(connection).recount();
}

void verify_directory(const std::filesystem::path& directory, const VerifyReport& report) {
  sqlite::Connection connection(directory / "directory.db", {.read_only = true});
  report_integrity(connection, report);
  report_directories(directory, *Directory::open(directory), report);
}

}  // namespace postbag::storage
