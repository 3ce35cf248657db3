// Long commands of clients that leave meanwhile.
#include "commands/search/in_progress.h"

#include <functional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "commands/all_commands.h"
#include "core/clock.h"
#include "session/client.h"
#include "session/context.h"
#include "tests/session/nobody.h"
#include "tests/session/silent_stream.h"
#include "tests/unit/async/run.h"

using namespace postbag;

TEST_CASE("a client that sent its end gets progress reports at once, and the command of one that has left ends") {
  async::Loop loop;
  const Limits limits;
  test::Nobody nobody;
  const AllCommands all;
  const Context context{loop, limits, system_clock(), nobody, nobody, all, nobody};
  test::SilentStream stream(loop);
  ClientConnection connection(limits, stream);
  Client client(context, connection);
  const auto body = [&]() -> async::Task<void> {
    InProgress progress(client, "a");
    bool alive = co_await progress.at(1, 9);
    CHECK(alive);
    CHECK(stream.got.empty());
    stream.send_end();
    alive = co_await progress.at(2, 9);
    CHECK(alive);
    CHECK(stream.got == "* OK [INPROGRESS (\"a\" 2 9)] Still at it\r\n");
    alive = co_await progress.at(3, 9);
    CHECK(alive);
    CHECK(stream.got.ends_with(" 2 9)] Still at it\r\n"));  // no more is sent
    stream.close();
    alive = co_await progress.at(4, 9);
    CHECK_FALSE(alive);
  };
  async::run_to_end(loop, body());
}
