#include "async/timers.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using namespace postbag::async;

namespace {

Deadline at(int ms) { return Deadline{} + std::chrono::milliseconds(ms); }

class Recorder final : public Timer {
 public:
  Recorder(std::vector<int>& fired, int id) : fired_(fired), id_(id) {}
  int id() const { return id_; }

 private:
  void on_deadline() override { fired_.push_back(id_); }
  std::vector<int>& fired_;
  int id_;
};

}  // namespace

TEST_CASE("timers fire in order, only when due, and once") {
  std::vector<int> fired;
  Timers timers;
  Recorder a(fired, 1), b(fired, 2), c(fired, 3);
  CHECK(timers.earliest() == never);
  timers.arm(a, at(30));
  timers.arm(b, at(10));
  timers.arm(c, at(20));
  CHECK(timers.earliest() == at(10));
  timers.fire_due(at(20));
  CHECK(fired == std::vector{2, 3});
  timers.fire_due(at(20));
  CHECK(fired == std::vector{2, 3});
  timers.arm(a, never);
  CHECK(timers.earliest() == never);
}

TEST_CASE("a timer leaves the heap when it dies, and survives its heap") {
  std::vector<int> fired;
  Recorder outliving(fired, 1);
  {
    Timers timers;
    timers.arm(outliving, at(1));
    {
      Recorder dying(fired, 2);
      timers.arm(dying, at(0));
    }
    CHECK(timers.earliest() == at(1));
  }
  CHECK_FALSE(outliving.is_armed());
  CHECK(fired.empty());
}

TEST_CASE("a heap of random timers agrees with a sorted list") {
  std::mt19937 random(7);
  std::vector<int> fired;
  std::vector<std::unique_ptr<Recorder>> all;
  std::vector<std::pair<int, int>> model;  // (due, id)
  Timers timers;
  for (int id = 0; id < 1000; ++id) {
    all.push_back(std::make_unique<Recorder>(fired, id));
    const int due = static_cast<int>(random() % 100'000) * 1000 + id;  // no two alike
    timers.arm(*all.back(), at(due));
    model.emplace_back(due, id);
  }
  for (int i = 0; i < 500; ++i) {
    const std::size_t victim = random() % model.size();
    all[static_cast<std::size_t>(model[victim].second)]->disarm();
    model.erase(model.begin() + static_cast<std::ptrdiff_t>(victim));
  }
  std::ranges::sort(model);
  for (const auto& [due, id] : model) {
    REQUIRE(timers.earliest() == at(due));
    timers.fire_due(at(due));
    REQUIRE(fired.back() == id);
  }
  CHECK(fired.size() == 500);
}
