// Those who live on a client's news: each has its turn, and there is one of a kind.
#include "session/follower.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/unit/async/run.h"

using namespace postbag;

namespace {

/// Writes down what it hears.
class Listener : public Follower {
 public:
  Listener(std::string& heard, char name) : heard_(heard), name_(name) {}
  bool needs_all_changes() const override { return has_something; }
  void before_removals(const UidSet&) override { heard_ += {name_, '-'}; }
  async::Task<void> after_changes(const SelectedChanges&) override {
    heard_ += {name_, '+'};
    co_return;
  }
  bool has_news() const override { return has_something; }
  async::Task<void> report_news() override {
    heard_ += {name_, '!'};
    co_return;
  }
  bool has_something = false;

 private:
  std::string& heard_;
  char name_;
};

class First final : public Listener {
  using Listener::Listener;
};
class Second final : public Listener {
  using Listener::Listener;
};
class Silent final : public Follower {};

}  // namespace

TEST_CASE("there is one follower of a class") {
  std::string heard;
  Followers followers;
  CHECK(followers.find<First>() == nullptr);
  const First& first = followers.get<First>(heard, '1');
  followers.get<Second>(heard, '2');
  CHECK(&followers.get<First>(heard, 'x') == &first);
  CHECK(followers.find<First>() == &first);
  CHECK(followers.find<Silent>() == nullptr);
}

TEST_CASE("each follower hears each event, in the order they came, and only who has news is asked for them") {
  async::Loop loop;
  std::string heard;
  Followers followers;
  followers.get<First>(heard, '1');
  followers.get<Silent>();
  Second& second = followers.get<Second>(heard, '2');
  const auto all = [&]() -> async::Task<void> {
    const SelectedChanges changes;
    followers.before_removals({});
    co_await followers.after_changes(changes);
    co_await followers.report_news();
  };
  CHECK_FALSE(followers.has_news());
  CHECK_FALSE(followers.need_all_changes());
  async::run_to_end(loop, all());
  CHECK(heard == "1-2-1+2+");
  heard.clear();
  second.has_something = true;
  CHECK(followers.has_news());
  CHECK(followers.need_all_changes());
  async::run_to_end(loop, all());
  CHECK(heard == "1-2-1+2+2!");
}
