#include "session/follower.h"

#include <algorithm>

namespace postbag {

bool Followers::need_all_changes() const {
  return std::ranges::any_of(all_, [](const auto& follower) { return follower->needs_all_changes(); });
}

void Followers::before_removals(const UidSet& vanished) {
  for (const auto& follower : all_) follower->before_removals(vanished);
}

async::Task<void> Followers::after_changes(const SelectedChanges& changes) {
  for (std::size_t i = 0; i < all_.size(); ++i) co_await all_[i]->after_changes(changes);
}

void Followers::mailbox_left() {
  for (const auto& follower : all_) follower->mailbox_left();
}

bool Followers::has_news() const {
  return std::ranges::any_of(all_, [](const auto& follower) { return follower->has_news(); });
}

async::Task<void> Followers::report_news() {
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (all_[i]->has_news()) co_await all_[i]->report_news();
}

}  // namespace postbag
