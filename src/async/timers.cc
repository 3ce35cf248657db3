#include "async/timers.h"

#include <cassert>
#include <utility>

namespace postbag::async {

void Timer::disarm() {
  if (heap_ != nullptr) heap_->take_out(*this);
}

Timers::~Timers() {
  for (Timer* timer : heap_) timer->heap_ = nullptr;
}

void Timers::arm(Timer& timer, Deadline at) {
  timer.disarm();
  if (at == never) return;
  timer.at_ = at;
  timer.heap_ = this;
  heap_.push_back(nullptr);
  put(heap_.size() - 1, &timer);
  sift_up(heap_.size() - 1);
}

Deadline Timers::earliest() const { return heap_.empty() ? never : heap_.front()->at_; }

void Timers::fire_due(Deadline now) {
  // Timers armed during this call do not count, else one that re-arms itself for the past would keep the loop
  // here.
  std::size_t left = heap_.size();
  while (left-- > 0 && earliest() <= now) {
    Timer& due = *heap_.front();
    take_out(due);
    due.on_deadline();
  }
}

void Timers::take_out(Timer& timer) {
  assert(timer.heap_ == this);
  const std::size_t hole = timer.index_;
  timer.heap_ = nullptr;
  Timer* last = heap_.back();
  heap_.pop_back();
  if (last == &timer) return;
  put(hole, last);
  sift_up(hole);
  sift_down(last->index_);
}

void Timers::put(std::size_t index, Timer* timer) {
  heap_[index] = timer;
  timer->index_ = index;
}

void Timers::sift_up(std::size_t index) {
  while (index > 0) {
    const std::size_t parent = (index - 1) / 2;
    if (heap_[parent]->at_ <= heap_[index]->at_) return;
    Timer* moved = heap_[index];
    put(index, heap_[parent]);
    put(parent, moved);
    index = parent;
  }
}

void Timers::sift_down(std::size_t index) {
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= heap_.size()) return;
    if (child + 1 < heap_.size() && heap_[child + 1]->at_ < heap_[child]->at_) ++child;
    if (heap_[index]->at_ <= heap_[child]->at_) return;
    Timer* moved = heap_[index];
    put(index, heap_[child]);
    put(child, moved);
    index = child;
  }
}

}  // namespace postbag::async
