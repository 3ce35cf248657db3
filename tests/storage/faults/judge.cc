#include "tests/storage/faults/judge.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "storage/sqlite/connection/connection.h"
#include "tests/storage/faults/disk/layer.h"
#include "tests/storage/faults/runner.h"

namespace postbag::storage::test {

namespace {

std::size_t mix(std::size_t hash, std::size_t value) { return hash * 1'099'511'628'211U + value; }

std::size_t hash_of(const Tree& disk, const Expected& expected) {
  std::size_t hash = 0;
  for (const auto& [path, bytes] : disk) {
    hash = mix(hash, std::hash<std::string>{}(path));
    if (bytes) hash = mix(hash, std::hash<std::string>{}(*bytes));
  }
  for (const auto* state : expected.right) hash = mix(hash, std::hash<const AccountState*>{}(state));
  return hash;
}

bool is_among(const AccountState& found, const std::vector<const AccountState*>& states) {
  return std::ranges::any_of(states, [&](const auto* state) { return *state == found; });
}

/// How many messages exist more often or less often than in any correct state.
std::uint64_t miscounted(const AccountState& found, const Expected& expected) {
  auto counts = found.census();
  std::uint64_t wrong = 0;
  for (const auto& [what, count] : expected.right.front()->census()) {
    const bool fits = std::ranges::any_of(expected.right,
                                          [&](const auto* state) { return state->census()[what] == counts[what]; });
    if (!fits) ++wrong;
  }
  return wrong;
}

std::uint32_t highest_validity(const AccountState& state) {
  std::uint32_t highest = 0;
  for (const auto& [name, mailbox] : state.mailboxes)
    if (mailbox.entry.id) highest = std::max(highest, mailbox.state.uid_validity.value());
  return highest;
}

/// What the first message after the recovery gets.
struct Next {
  Appended appended{UidValidity::min(), Uid::min(), ModSeq::min(), BodyId::min()};
  UidValidity created = UidValidity::min();
};

Next take_next(PagedStore& store) {
  auto writer = store.stage();
  writer->append("Subject: after recovery\r\n\r\n");
  const auto body = writer->finish("after recovery");
  const NamedFlags none;
  const auto fresh = MailboxName::from("Made after recovery").value();
  Next next;
  store
      .write([&](Transaction& tx) -> Result<void> {
        if (const auto made = create_default_mailboxes(tx); !made) return made;
        next.appended = tx.append(tx.find(MailboxName::inbox()).value(), body, none, {}).value();
        next.created = tx.state(tx.create(fresh).value())->uid_validity;
        return {};
      })
      .value();
  return next;
}

}  // namespace

void Tally::add(const Tally& other) {
  cases += other.cases;
  disks += other.disks;
  lost += other.lost;
  half_done += other.half_done;
  both_or_neither += other.both_or_neither;
  reused += other.reused;
  unusable += other.unusable;
  failures.insert(failures.end(), other.failures.begin(), other.failures.end());
}

std::string Tally::text() const {
  std::ostringstream out;
  out << "cases run: " << cases << " (" << disks << " different disks opened)\n"
      << "acknowledged operations lost: " << lost << "\n"
      << "half-done operations: " << half_done << "\n"
      << "messages in both or neither mailbox: " << both_or_neither << "\n"
      << "numbers given out again: " << reused << "\n"
      << "stores out of use after a full disk or a short write: " << unusable << "\n";
  return out.str();
}

void Judge::fail(std::uint64_t& count, std::string_view what, const std::string& when, std::uint64_t by) {
  count += by;
  tally_.failures.push_back(std::string(what) + ": " + scenario_.name + ", " + when);
}

void Judge::unusable(const std::string& when) { fail(tally_.unusable, "out of use", when); }

void Judge::compare(const AccountState& found, const Expected& expected, const std::function<std::string()>& when) {
  if (is_among(found, expected.right) && found.intact()) return;
  // For a person who looks into one failing case.
  if (std::getenv("POSTBAG_SHOW_STATES") != nullptr) {
    std::string text = "found\n" + found.text();
    for (const auto* state : expected.right) text += "expected\n" + state->text();
    tally_.failures.push_back(text);
  }
  const auto wrong = scenario_.moves ? miscounted(found, expected) : 0;
  if (wrong > 0) fail(tally_.both_or_neither, "in both or neither", when(), wrong);
  if (!found.intact() || is_among(found, expected.earlier))
    fail(tally_.lost, "lost", when());
  else
    fail(tally_.half_done, "half done", when());
}

void Judge::check_next_numbers(PagedStore& store, const AccountState& found,
                               const std::function<std::string()>& when) {
  const auto next = take_next(store);
  const auto inbox = found.mailboxes.find("INBOX");
  const bool there = inbox != found.mailboxes.end() && inbox->second.entry.id;
  const bool taken = there && (next.appended.uid < inbox->second.state.uid_next ||
                               next.appended.modseq <= inbox->second.state.highest_modseq);
  if (taken || next.created.value() <= highest_validity(found)) fail(tally_.reused, "number used again", when());
}

void Judge::open_and_compare(const Tree& disk, const Expected& expected, const std::function<std::string()>& when) {
  const RunDirectory directory;
  write_tree(disk, directory.path());
  const auto options = store_options(directory.path());
  // With a log that was not removed, opening runs SQLite's own check.
  const auto log = disk.find("account/mail.db-wal");
  const bool checked_by_open = log != disk.end() && !log->second->empty();
  {
    const auto store = sqlite::open_store(options);
    const auto found = read_account(*store);
    compare(found, expected, when);
    check_next_numbers(*store, found, when);
  }
  if (checked_by_open) return;
  sqlite::Connection connection(options.directory / "mail.db", {});
  if (const auto answer = connection.quick_check(); answer != "ok") fail(tally_.lost, answer, when());
}

void Judge::judge(const Tree& disk, const Expected& expected, const std::function<std::string()>& when) {
  ++tally_.cases;
  if (!seen_.insert(hash_of(disk, expected)).second) return;
  ++tally_.disks;
  try {
    open_and_compare(disk, expected, when);
  } catch (const std::exception& e) {
    fail(tally_.lost, e.what(), when());
  }
}

}  // namespace postbag::storage::test
