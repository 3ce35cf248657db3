// What a store does besides its commits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "core/numbers.h"
#include "storage/store.h"

namespace postbag::storage {

struct Engine;

/// Copies the log into the database, collects bodies that nobody refers to any more, gives unused space back to the
/// disk, and keeps the search index up. Each does a slice of its work and commits on its own. Outside of
/// transactions.
class Maintainer {
 public:
  explicit Maintainer(Engine& engine) : engine_(engine) {}

  /// See Store::maintain().
  Maintenance run(MaintenanceScope scope);
  MaintenanceDue due() const;

  // The single steps
  /// Copies the log into the database; with `empty` it takes no space afterwards.
  void copy_log(bool empty = false);
  /// One slice of all but indexing. Bodies stay for an hour, for a day while `bodies_held`, and not at all when
  /// only the reserve is left on the disk.
  Maintenance clean_up(bool bodies_held);
  /// Gives unused pages of the database back to the disk, in one slice, except for `keep` of them. Whether there
  /// are more.
  bool shrink(std::uint64_t keep);
  /// Removes up to `limit` bodies that are garbage since `before`. Returns how many: fewer than `limit` means there
  /// are no more now.
  std::size_t collect_garbage(std::size_t limit, std::int64_t before);
  /// Enters bodies into the search index, for about `time`. Whether there are more; false when no index is kept, or
  /// only the reserve is left on the disk.
  bool index_some(std::chrono::milliseconds time);

 private:
  /// Bodies that are about to be removed.
  struct Garbage {
    std::vector<BodyId> ids;
    std::vector<std::string> files;  ///< of those that have one
    std::uint64_t bytes = 0;
  };

  std::exception_ptr try_to_clean_up(bool bodies_held);
  void rebuild(std::uint64_t used_pages);
  bool collect_slice(std::int64_t before);
  Garbage find_garbage(std::size_t limit, std::int64_t before);
  void commit_garbage(const Garbage& garbage);

  Engine& engine_;
  Maintenance left_;       ///< by the last clean_up()
  bool indexing_ = false;  ///< the last run() left messages to be indexed
  std::chrono::steady_clock::time_point clean_up_at_;
};

}  // namespace postbag::storage
