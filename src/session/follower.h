// Those who live on the same news as a client's view of its mailbox: searches that are kept up to date, and what
// NOTIFY reports of other mailboxes. This room only knows when each of them has its turn.
#pragma once

#include <concepts>
#include <memory>
#include <utility>
#include <vector>

#include "async/task.h"
#include "core/range_set.h"

namespace postbag {

/// What one report of the selected mailbox was about.
struct SelectedChanges {
  UidSet changed;  ///< messages that came, or whose flags changed, whoever did it
  UidSet arrived;  ///< those of them that are new, unless the running command made them
};

/// Loop thread only. What it throws is what the store throws.
class Follower {
 public:
  virtual ~Follower() = default;

  // The selected mailbox:

  /// Whether it has to see each change, also one of which the client hears nothing.
  virtual bool needs_all_changes() const { return false; }
  /// Removals are about to be reported; the messages are still in the view. RFC 5267 section 4.3.4.
  virtual void before_removals(const UidSet& /*vanished*/) {}
  /// EXISTS and FETCH (FLAGS) were reported. RFC 5465 sections 5.2 and 7, RFC 5267 section 4.3.
  virtual async::Task<void> after_changes(const SelectedChanges& /*changes*/) { co_return; }
  /// It is no longer selected.
  virtual void mailbox_left() {}

  // All else:

  /// Whether there is something for report_news().
  virtual bool has_news() const { return false; }
  /// Called after the news of the selected mailbox. RFC 5465.
  virtual async::Task<void> report_news() { co_return; }
};

/// The followers of one client, at most one of each class; none goes before the client does. Commands find and add
/// them, and nobody adds one while an event is passed on.
class Followers {
 public:
  /// Null when there is none of this class.
  template <std::derived_from<Follower> F>
  F* find() const {
    for (const auto& follower : all_)
      if (auto* found = dynamic_cast<F*>(follower.get())) return found;
    return nullptr;
  }
  /// The one of this class, made of `arguments` when there is none.
  template <std::derived_from<Follower> F, class... Arguments>
  F& get(Arguments&&... arguments) {
    if (F* found = find<F>()) return *found;
    auto made = std::make_unique<F>(std::forward<Arguments>(arguments)...);
    F& added = *made;
    all_.push_back(std::move(made));
    return added;
  }

  // Passed on to each, in the order they were added.
  bool need_all_changes() const;
  void before_removals(const UidSet& vanished);
  async::Task<void> after_changes(const SelectedChanges& changes);
  void mailbox_left();
  bool has_news() const;
  /// Asks those that have some.
  async::Task<void> report_news();

 private:
  std::vector<std::unique_ptr<Follower>> all_;
};

}  // namespace postbag
