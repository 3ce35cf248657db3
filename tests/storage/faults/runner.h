// Runs the steps of a scenario, and knows what must exist after any choice of them.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "tests/storage/faults/account_state.h"
#include "tests/storage/faults/operations.h"
#include "tests/storage/fixture.h"

namespace postbag::storage::test {

/// A directory for one run, in memory where a file system for that exists.
class RunDirectory {
 public:
  RunDirectory();
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// One account as its owner uses it.
class Runner {
 public:
  explicit Runner(StoreOptions options);

  /// Returns when it is acknowledged; throws what the store throws. A commit opens the store if it is not open.
  /// Throws std::logic_error when one of a group was acknowledged and another one failed.
  void run(const Step& step);
  /// Null when it is not open.
  PagedStore* store() { return store_.get(); }
  void close() { store_.reset(); }

 private:
  PagedStore& opened();
  void run_group(const std::vector<Deed>& deeds);

  StoreOptions options_;
  std::unique_ptr<PagedStore> store_;
};

/// Which of the first steps were done.
using Done = std::vector<bool>;

/// What exists after some of the steps, on a disk that does not fail.
class References {
 public:
  explicit References(const Scenario& scenario) : scenario_(scenario) {}
  const Scenario& scenario() const { return scenario_; }
  const AccountState& after(const Done& done);

 private:
  const Scenario& scenario_;
  std::map<Done, AccountState> known_;
};

}  // namespace postbag::storage::test
