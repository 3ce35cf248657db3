// How long a client may say nothing, and take nothing.
#include <chrono>

#include <doctest/doctest.h>

#include "tests/session/map_account.h"
#include "tests/session/played_client.h"

using namespace postbag;
using namespace std::chrono_literals;

namespace {

constexpr auto login = "LOGIN anna secret";

}  // namespace

TEST_CASE("a client that is idle for too long is logged out, in IDLE too. RFC 9051 section 5.4") {
  test::MapAccount mail;
  Limits limits;
  limits.autologout = 1s;
  for (const char* const last_words : {"", "b IDLE\r\n", "b IDLE\r\nDONE\r\n", "b SEL"}) {
    CAPTURE(last_words);
    PlayedClient client(mail.loop(), mail.account(), limits);
    client.command(login);
    client.say(last_words, "* BYE Autologout");
    client.await_end();
  }
}

TEST_CASE("a client that takes nothing of its answers is cut off") {
  test::MapAccount mail;
  Limits limits;
  limits.progress_time = 1s;
  PlayedClient client(mail.loop(), mail.account(), limits);
  client.command(login);
  client.say_deaf("b NOOP\r\n");
  client.await_end();
}
