// Which staged bodies a commit has given rows to.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/bodies/staged.h"
#include "storage/mail.h"

namespace postbag::storage {

/// In the order in which they were added, so that the files of a commit are synced in that order; found without a
/// search, since one commit may append many thousand messages.
class LinkedBodies {
 public:
  using Link = std::pair<std::shared_ptr<bodies::Staged>, BodyId>;

  /// The row of that body; nothing when it has none.
  std::optional<BodyId> find(const bodies::Staged& staged) const {
    const auto at = rows_.find(&staged);
    if (at == rows_.end()) return std::nullopt;
    return at->second;
  }
  void add(std::shared_ptr<bodies::Staged> staged, BodyId id) {
    rows_.emplace(staged.get(), id);
    links_.emplace_back(std::move(staged), id);
  }
  void add(LinkedBodies&& others) {
    for (auto& [staged, id] : others.links_) add(std::move(staged), id);
  }
  auto begin() const { return links_.begin(); }
  auto end() const { return links_.end(); }

 private:
  std::vector<Link> links_;
  std::unordered_map<const bodies::Staged*, BodyId> rows_;
};

}  // namespace postbag::storage
