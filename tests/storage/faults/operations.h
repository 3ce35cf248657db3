// What is done to an account while its disk fails.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/sqlite/mail_database.h"
#include "tests/storage/faults/disk/disk.h"

namespace postbag::storage::test {

using Body = std::function<Result<void>(Transaction&)>;
/// Stages what it needs, and says what to do in the transaction.
using Deed = std::function<Body(Store&)>;

/// What the owner of an account does and waits for.
struct Step {
  enum class What : std::uint8_t { open, commit, checkpoint, collect_garbage, close };
  What what = What::commit;
  std::vector<Deed> deeds = {};  ///< one group commit
};

/// An operation with all that is done before and after it.
struct Scenario {
  std::string name;
  Tree start;  ///< what is on the disk at first
  std::vector<Step> steps;
  std::size_t first = 0;  ///< the first step that is under test
  bool moves = false;     ///< whatever happens, each message is somewhere as often as before
};

/// An operation by itself. `before` comes first and is acknowledged.
struct Operation {
  std::string name;
  Deed deed;
  bool moves = false;
  bool new_account = false;
  Deed before;
};

Operation append_small();
Operation append_large();
Operation multiappend_of_3();
Operation copy_of_3();
Operation move_of_5();
Operation store_flags();
Operation expunge();
Operation rename_tree();
Operation rename_inbox();
Operation replace();
Operation deliver();
Operation create();
Operation remove();
Operation remove_and_create();
/// Notes one name and drops another.
Operation subscribe();

/// Adds a large message "one more" to INBOX, which it makes if need be.
Deed deliver_anew();
/// The operation between two others.
Scenario alone(const Operation& operation);
/// The operation and two others in one commit; the first of these is refused.
Scenario in_group(const Operation& operation);
/// The operation between two others, with checkpoints and the collection of garbage.
Scenario with_upkeep(const Operation& operation);
/// All of these.
std::vector<Scenario> scenarios(const Operation& operation);
/// An account of an older postbag is opened, gets a message and is closed.
Scenario migration();
/// What all of them start from: an account with mail, made without a fault.
const Tree& start_tree();
/// The options they open a store with, whose bodies of 1 kB and more are files.
StoreOptions store_options(const std::filesystem::path& root);

}  // namespace postbag::storage::test
