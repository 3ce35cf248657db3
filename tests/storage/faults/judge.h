// Opens an account again after the disk failed, and says what is wrong with it.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tests/storage/faults/account_state.h"
#include "tests/storage/faults/operations.h"

namespace postbag::storage::test {

/// What was found, over many cases.
struct Tally {
  std::uint64_t cases = 0;            ///< moments at which the account was opened again and compared
  std::uint64_t disks = 0;            ///< different contents of the disk among them
  std::uint64_t lost = 0;             ///< acknowledged operations that are missing, or cannot be read
  std::uint64_t half_done = 0;        ///< neither done nor not done
  std::uint64_t both_or_neither = 0;  ///< messages that were moved and are not in exactly one mailbox
  std::uint64_t reused = 0;           ///< recovered stores that use a number which was used before
  std::uint64_t unusable = 0;         ///< stores that closed although only space was missing, or a write was short
  std::vector<std::string> failures;  ///< one line for each of those

  void add(const Tally& other);
  /// The counts as readable lines.
  std::string text() const;
};

/// The correct states, in the order of time: what was acknowledged, and with it what was not.
/// Earlier ones are what existed before.
struct Expected {
  std::vector<const AccountState*> right;
  std::vector<const AccountState*> earlier;
};

/// Checks the disks that one run of a scenario left.
class Judge {
 public:
  explicit Judge(const Scenario& scenario) : scenario_(scenario) {}

  /// Opens the account on a copy of `disk`. `when` names the case in a report of a failure.
  void judge(const Tree& disk, const Expected& expected, const std::function<std::string()>& when);
  /// Compares what exists while the store still runs.
  void compare(const AccountState& found, const Expected& expected, const std::function<std::string()>& when);
  void unusable(const std::string& when);
  const Tally& tally() const { return tally_; }

 private:
  void open_and_compare(const Tree& disk, const Expected& expected, const std::function<std::string()>& when);
  void fail(std::uint64_t& count, std::string_view what, const std::string& when, std::uint64_t by = 1);
  void check_next_numbers(PagedStore& store, const AccountState& found, const std::function<std::string()>& when);

  const Scenario& scenario_;
  Tally tally_;
  std::set<std::size_t> seen_;  ///< hashes of disks and what was expected of them
};

}  // namespace postbag::storage::test
