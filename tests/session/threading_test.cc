#include "search/threading/threading.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "search/threading/rooted_forest.h"

using namespace postbag::search;

namespace {

std::string threads_of(Threading& threading) {
  while (threading.step()) {
  }
  return threading.wire([](std::uint32_t index) { return index + 1; });
}

ThreadMessage numbered(std::uint64_t id, std::vector<std::uint64_t> references) {
  return {.sent = static_cast<std::int64_t>(id), .subject = {}, .id = {id}, .references = std::move(references)};
}

}  // namespace

TEST_CASE("the forest knows its roots like one that walks") {
  CHECK(rc::check([] {
    constexpr RootedForest::Node nodes = 12;
    RootedForest forest;
    for (RootedForest::Node n = 0; n < nodes; ++n) forest.add();
    const auto walked = [&forest](RootedForest::Node n) {
      while (forest.parent(n) != RootedForest::none) n = forest.parent(n);
      return n;
    };
    for (int step = 0; step < 200; ++step) {
      const auto child = *rc::gen::inRange<RootedForest::Node>(0, nodes);
      const auto parent = *rc::gen::inRange<RootedForest::Node>(0, nodes);
      RC_ASSERT(forest.root(child) == walked(child));
      if (step % 4 == 0) forest.cut(child);
      if (forest.parent(child) == RootedForest::none && walked(parent) != child) forest.link(child, parent);
      RC_ASSERT(forest.root(parent) == walked(parent));
    }
  }));
}

TEST_CASE("a thread may be as deep as the mailbox is long, whatever the order of its messages") {
  constexpr std::uint32_t deep = 200'000;
  for (const ThreadBy by : {ThreadBy::references, ThreadBy::refs}) {
    Threading rising(by);
    for (std::uint32_t i = 1; i <= deep; ++i)
      rising.add(numbered(i, i == 1 ? std::vector<std::uint64_t>() : std::vector<std::uint64_t>{i - 1}));
    const std::string chain = threads_of(rising);
    CHECK(chain.starts_with("(1 2 3 4 "));
    CHECK(chain.ends_with(" 199999 200000)"));

    Threading falling(by);
    for (std::uint32_t i = deep; i >= 1; --i)
      falling.add(numbered(i, i == 1 ? std::vector<std::uint64_t>() : std::vector<std::uint64_t>{i - 1}));
    CHECK(threads_of(falling).starts_with("(200000 199999 "));
  }
}

TEST_CASE("trees that split at every level are written without recursion") {
  constexpr std::uint32_t levels = 100'000;
  Threading threading(ThreadBy::refs);
  for (std::uint64_t i = 1; i <= levels; ++i) {
    const std::vector<std::uint64_t> above = i == 1 ? std::vector<std::uint64_t>() : std::vector{i - 1};
    threading.add(numbered(i, above));
    threading.add({.sent = 0, .subject = {}, .id = {}, .references = above});
  }
  const std::string out = threads_of(threading);
  CHECK(std::ranges::count(out, '(') == std::ranges::count(out, ')'));
  CHECK(out.starts_with("(2)(1 (4)(3 (6)(5 (8)"));
}

TEST_CASE("the tree that RFC 5256 section 4 draws") {
  // 4 and 23, 44, 7 and 96 below 3 and 6, in the order of the mailbox, and each sent in the order it is drawn in.
  const std::vector<std::uint32_t> uids{2, 3, 4, 6, 7, 23, 44, 96};
  const std::vector<std::vector<std::uint64_t>> references{{}, {}, {3, 6}, {3}, {6, 44}, {4}, {6}, {7}};
  const std::vector<std::int64_t> sent{1, 2, 4, 3, 7, 5, 6, 8};
  for (const ThreadBy by : {ThreadBy::references, ThreadBy::refs}) {
    Threading threading(by);
    for (std::size_t i = 0; i < uids.size(); ++i)
      threading.add({.sent = sent[i], .subject = {}, .id = {uids[i]}, .references = references[i]});
    while (threading.step()) {
    }
    CHECK(threading.wire([&](std::uint32_t index) { return uids[index]; }) == "(2)(3 6 (4 23)(44 7 96))");
  }
}

TEST_CASE("references that would close a loop are left out") {
  Threading threading(ThreadBy::references);
  threading.add(numbered(1, {3}));
  threading.add(numbered(2, {1}));
  threading.add(numbered(3, {2}));
  CHECK(threads_of(threading) == "(3 1 2)");
  Threading itself(ThreadBy::references);
  itself.add(numbered(1, {1, 1}));
  CHECK(threads_of(itself) == "(1)");
  Threading nothing(ThreadBy::references);
  CHECK(threads_of(nothing).empty());
}
