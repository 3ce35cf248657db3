// How fast commands are read and parsed, and that this allocates nothing once the buffers have grown.
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <variant>

#include <benchmark/benchmark.h>

#include "core/limits.h"
#include "protocol/command_reader.h"

namespace {

std::size_t allocations = 0;  // the counting operator new below is the only reason for a global

}  // namespace

// Not inlined, or g++ sees malloc and free mixed with the built-in operators.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

using namespace postbag;
using namespace postbag::protocol;

constexpr const char* mixed[] = {
    "a1 NOOP\r\n",
    "a2 SELECT INBOX\r\n",
    "a3 UID FETCH 1:* (FLAGS)\r\n",
    "a4 FETCH 1 BODY[]\r\n",
    "a5 UID STORE 17 +FLAGS.SILENT (\\Deleted)\r\n",
    "a6 UID FETCH 1:500 (UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (From To Cc Subject Date Message-ID)])\r\n",
    "a7 UID SEARCH RETURN (MIN MAX COUNT) SINCE 1-Feb-1994 NOT FROM \"Smith\"\r\n",
    "a8 LIST \"\" \"*\" RETURN (SUBSCRIBED SPECIAL-USE STATUS (MESSAGES UNSEEN))\r\n",
    "a9 UID MOVE 5,7:9 Archive/2026\r\n"};

void require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "parser_bench: %s\n", what);
  std::exit(1);
}

/// Feeds `count` commands at once, as a pipelining client does, and reads them all.
void take_all(CommandReader& reader, const std::string& bytes, std::size_t count) {
  reader.feed(bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const ReaderEvent event = reader.next();
    require(std::holds_alternative<Command>(event), "a command was not accepted");
    benchmark::DoNotOptimize(std::get_if<Command>(&event));
  }
}

void run(benchmark::State& state, const std::string& bytes, std::size_t count) {
  const Limits limits;
  CommandReader reader(limits);
  reader.set_logged_in(true);
  for (int warm_up = 0; warm_up < 3; ++warm_up) take_all(reader, bytes, count);
  const std::size_t before = allocations;
  for (auto _ : state) take_all(reader, bytes, count);
  require(allocations == before, "it allocated after warm-up");
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

void one_command(benchmark::State& state) { run(state, mixed[state.range(0)], 1); }
BENCHMARK(one_command)->DenseRange(0, std::ssize(mixed) - 1);

void nine_pipelined(benchmark::State& state) {
  std::string bytes;
  for (const char* command : mixed) bytes += command;
  run(state, bytes, std::size(mixed));
}
BENCHMARK(nine_pipelined);

/// A set of 5 000 numbers in one line.
void long_set(benchmark::State& state) {
  std::string bytes = "a UID FETCH 1";
  for (int i = 3; i < 10'000; i += 2) bytes.append(",").append(std::to_string(i));
  run(state, bytes + " FLAGS\r\n", 1);
}
BENCHMARK(long_set);

}  // namespace

BENCHMARK_MAIN();
