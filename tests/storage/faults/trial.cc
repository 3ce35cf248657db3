#include "tests/storage/faults/trial.h"

#include <algorithm>
#include <ranges>
#include <stdexcept>

#include "storage/errors.h"

namespace postbag::storage::test {

namespace {

using When = std::function<std::string()>;

/// What the layer recorded is what exists; otherwise something bypassed it and the trial proves nothing.
void require_complete(const Layer& layer, const std::filesystem::path& root) {
  const auto recorded = layer.disk().live();
  const auto real = read_tree(root);
  const bool same = std::ranges::equal(recorded, real, [](const auto& a, const auto& b) {
    return a.first == b.first && (a.second == nullptr) == (b.second == nullptr) &&
           (a.second == nullptr || *a.second == *b.second);
  });
  if (!same) throw std::logic_error("the layer missed a change of the disk");
}

/// What exists after `done`, or, `uncertain`, after the next step too.
Expected expectation(References& references, Done done, bool uncertain) {
  Expected expected;
  expected.right.push_back(&references.after(done));
  if (uncertain) {
    done.push_back(true);
    expected.right.push_back(&references.after(done));
    done.pop_back();
  }
  while (!done.empty()) {
    done.pop_back();
    expected.earlier.push_back(&references.after(done));
  }
  return expected;
}

/// A run in which the power is cut at each change.
class PowerTrial {
 public:
  PowerTrial(const Scenario& scenario, const Effort& effort, Lie lie)
      : scenario_(scenario), effort_(effort), references_(scenario), judge_(scenario), lie_(lie) {}

  Tally run() {
    const RunDirectory directory;
    write_tree(scenario_.start, directory.path());
    Layer layer(directory.path(), scenario_.start, lie_);
    Runner runner(store_options(directory.path()));
    for (const auto& step : scenario_.steps) {
      layer.each_change([&] { take_pictures(layer.disk()); });
      runner.run(step);
      layer.each_change({});
      judge_pictures();
      done_.push_back(true);
      take_pictures(layer.disk());
      judge_pictures();
    }
    require_complete(layer, directory.path());
    return judge_.tally();
  }

 private:
  struct Picture {
    Tree disk;
    std::size_t change;
    std::string what;
  };

  // Within a function of libc, with SQLite's locks held: nothing can be opened here.
  void take_pictures(const Disk& disk) {
    ++changes_;
    pictures_.push_back({disk.live(), changes_, "kill"});
    for (std::uint64_t i = 0; i < effort_.seeds; ++i) {
      const auto seed = effort_.seed(i, changes_);
      pictures_.push_back({disk.after_power_loss(seed), changes_, "power loss, seed " + std::to_string(seed)});
    }
  }

  void judge_pictures() {
    // What is acknowledged exists, and perhaps what is under way.
    const auto expected = expectation(references_, done_, done_.size() < scenario_.steps.size());
    for (const auto& picture : pictures_)
      judge_.judge(picture.disk, expected, [&] {
        return picture.what + ", n " + std::to_string(picture.change) + " of step " + std::to_string(done_.size());
      });
    pictures_.clear();
  }

  const Scenario& scenario_;
  const Effort& effort_;
  References references_;
  Judge judge_;
  Lie lie_;
  Done done_;
  std::vector<Picture> pictures_;
  std::size_t changes_ = 0;
};

/// Runs in which one operation of the disk fails, or all from it on.
class FaultTrial {
 public:
  FaultTrial(References& references, FaultKind kind, bool lasting, const Effort& effort)
      : scenario_(references.scenario()),
        kind_(kind),
        lasting_(lasting),
        effort_(effort),
        references_(references),
        judge_(references.scenario()) {}

  Tally run() {
    for (n_ = 0; attempt();) ++n_;
    return judge_.tally();
  }

 private:
  /// False when this kind can strike fewer than n_ operations.
  bool attempt() {
    const RunDirectory directory;
    write_tree(scenario_.start, directory.path());
    Layer layer(directory.path(), scenario_.start);
    Runner runner(store_options(directory.path()));
    done_.clear();
    const bool certain = run_steps(layer, runner);
    const auto expected = expectation(references_, done_, !certain);
    look(layer.disk(), expected, "");
    runner.close();
    if (effort_.thorough) look(layer.disk(), expected, "closed, ");
    require_complete(layer, directory.path());
    return layer.struck();
  }

  void look(const Disk& disk, const Expected& expected, const std::string& state) {
    judge_.judge(disk.live(), expected, [&] { return when() + state + "then kill"; });
    for (std::uint64_t i = 0; i < effort_.seeds; ++i) {
      const auto seed = effort_.seed(i, static_cast<std::uint64_t>(n_));
      judge_.judge(disk.after_power_loss(seed), expected,
                   [&] { return when() + state + "then power loss, seed " + std::to_string(seed); });
    }
  }

  /// False when the store closed within a step that failed: then it is unknown whether that step was done.
  bool run_steps(Layer& layer, Runner& runner) {
    for (const auto& step : scenario_.steps) {
      if (&step == first_to_fail()) layer.fail(Fault{kind_, n_, lasting_});
      if (&step == last_commit() && kind_ == FaultKind::disk_full && layer.struck()) layer.fail(std::nullopt);
      const bool struck_before = layer.struck();
      if (!run_step(step, layer, runner)) return false;
      // A short write is an ordinary answer of write(2): the rest is written with the next.
      if (!done_.back() && kind_ == FaultKind::short_write) judge_.unusable(when());
      // Space that was missing once, or is free again, is no reason not to work.
      if (!done_.back() && kind_ == FaultKind::disk_full && struck_before && !(lasting_ && layer.struck()))
        judge_.unusable(when());
    }
    return true;
  }

  bool run_step(const Step& step, const Layer& layer, Runner& runner) {
    bool acknowledged = false;
    try {
      runner.run(step);
      acknowledged = true;
    } catch (const Broken&) {
      if (!layer.struck()) throw;
      // Which kind it is shows in what the store does next.
    }
    // Before the fault all is as in every other run.
    const bool readable =
        !layer.struck() || runner.store() == nullptr || look_inside(*runner.store(), acknowledged);
    if (readable || acknowledged) done_.push_back(acknowledged);
    return readable || acknowledged;
  }

  /// False when the store cannot be read any more.
  bool look_inside(PagedStore& store, bool acknowledged) {
    try {
      const auto found = read_account(store);
      auto done = done_;
      done.push_back(acknowledged);
      judge_.compare(found, expectation(references_, done, false), [&] { return when() + "still running"; });
      return true;
    } catch (const Broken&) {
      if (kind_ != FaultKind::io_error && kind_ != FaultKind::failed_sync) judge_.unusable(when());
      return false;
    }
  }

  const Step* first_to_fail() const { return &scenario_.steps.at(effort_.thorough ? 0 : scenario_.first); }

  const Step* last_commit() const {
    const auto last = std::ranges::find(scenario_.steps | std::views::reverse, Step::What::commit, &Step::what);
    return &*last;
  }

  std::string when() const {
    constexpr const char* names[] = {"I/O error",   "disk full",           "short write",
                                     "failed sync", "disk full at a sync", "too many files"};
    return std::string(names[static_cast<int>(kind_)]) + (lasting_ ? " from n " : " at n ") + std::to_string(n_) +
           " in step " + std::to_string(done_.size()) + ", ";
  }

  const Scenario& scenario_;
  FaultKind kind_;
  bool lasting_;
  const Effort& effort_;
  References& references_;
  Judge judge_;
  Done done_;
  int n_ = 0;
};

}  // namespace

Tally fail_each(References& references, FaultKind kind, bool lasting, const Effort& effort) {
  return FaultTrial(references, kind, lasting, effort).run();
}

Tally cut_power(const Scenario& scenario, const Effort& effort, Lie lie) {
  return PowerTrial(scenario, effort, lie).run();
}

}  // namespace postbag::storage::test
