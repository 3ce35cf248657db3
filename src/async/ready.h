// Things to run soon on the loop's thread: an intrusive list, so that queueing allocates nothing, and an object
// that is destroyed while queued leaves the list by itself.
#pragma once

#include <cstddef>

namespace postbag::async {

class ReadyList;

/// One thing to run. In at most one list at a time; the destructor removes it. Loop thread only.
class Ready {
 public:
  Ready() = default;
  Ready(const Ready&) = delete;
  Ready& operator=(const Ready&) = delete;
  bool is_queued() const { return next_ != nullptr; }
  /// Removes it from its list; does nothing when it is in none.
  void unqueue() {
    if (!is_queued()) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 protected:
  ~Ready() { unqueue(); }

 private:
  friend class ReadyList;
  /// Called once each time it was queued, after its removal from the list. May destroy itself and others. Must not
  /// throw.
  virtual void run() = 0;

  Ready* previous_ = nullptr;
  Ready* next_ = nullptr;
};

/// First in, first out. Does not own its items.
class ReadyList {
 public:
  ReadyList() = default;
  ReadyList(const ReadyList&) = delete;
  ReadyList& operator=(const ReadyList&) = delete;
  ~ReadyList() {
    while (!empty()) head_.next_->unqueue();
  }
  bool empty() const { return head_.next_ == &head_; }

  /// Appends `item`. Does nothing when it is queued already.
  void push(Ready& item) {
    if (!item.is_queued()) link(item);
  }
  /// Runs the first `most` of the items that are in the list now. The others, and after them the items that were
  /// pushed meanwhile, wait for the next call.
  void run_some(std::size_t most) {
    ReadyList now;
    now.prepend(*this);
    for (std::size_t i = 0; i < most && !now.empty(); ++i) {
      Ready* first = now.head_.next_;
      first->unqueue();
      first->run();
    }
    prepend(now);
  }

 private:
  struct Head final : Ready {
    Head() { previous_ = next_ = this; }
    ~Head() { previous_ = next_ = nullptr; }
    void run() override {}
  };

  void link(Ready& item) {
    item.previous_ = head_.previous_;
    item.next_ = &head_;
    head_.previous_->next_ = &item;
    head_.previous_ = &item;
  }
  /// Takes all items of `other`, in front of its own.
  void prepend(ReadyList& other) {
    if (other.empty()) return;
    Ready* const first = other.head_.next_;
    Ready* const last = other.head_.previous_;
    last->next_ = head_.next_;
    head_.next_->previous_ = last;
    first->previous_ = &head_;
    head_.next_ = first;
    other.head_.next_ = other.head_.previous_ = &other.head_;
  }

  Head head_;
};

}  // namespace postbag::async
