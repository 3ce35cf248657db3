// Sessions over a store that is no database: whatever keeps the promises of storage/store.h can be served as mail.
#include <string>

#include <doctest/doctest.h>

#include "tests/session/map_account.h"
#include "tests/session/played_client.h"

using namespace postbag;

namespace {

bool has(const std::string& answer, const std::string& line) {
  const bool found = ("\r\n" + answer).find("\r\n" + line) != std::string::npos;
  if (!found) MESSAGE(answer);
  return found;
}

constexpr auto two_letters =
    "APPEND INBOX (\\Seen) {21+}\r\nSubject: a letter\r\n\r\n {24+}\r\nSubject: another one\r\n\r\n";

}  // namespace

TEST_CASE("a session over a store of the host's own appends, moves, searches and resynchronises") {
  test::MapAccount mail;
  PlayedClient anna(mail.loop(), mail.account());
  anna.command("LOGIN anna secret");
  anna.command("ENABLE QRESYNC");
  CHECK(has(anna.command("SELECT INBOX"), "* 0 EXISTS"));
  CHECK(has(anna.command(two_letters), "a OK [APPENDUID "));
  CHECK(has(anna.command("FETCH 1:2 (UID FLAGS)"), "* 1 FETCH (UID 1 FLAGS (\\Seen"));
  CHECK(has(anna.command("UID SEARCH SUBJECT another"), "* SEARCH 2\r\n"));
  const std::string moved = anna.command("MOVE 2 Archive");
  CHECK(has(moved, "* OK [COPYUID "));
  CHECK(has(moved, "* VANISHED 2\r\n"));
  CHECK(has(anna.command("MOVE 1 Nowhere"), "a NO [TRYCREATE]"));
  CHECK(has(anna.command("STATUS Archive (MESSAGES UIDNEXT)"), "* STATUS Archive (MESSAGES 1 UIDNEXT 2)"));
}

TEST_CASE("what one session does to a store of the host's own, another one hears of") {
  test::MapAccount mail;
  PlayedClient anna(mail.loop(), mail.account());
  PlayedClient watcher(mail.loop(), mail.account());
  for (PlayedClient* client : {&anna, &watcher}) {
    client->command("LOGIN anna secret");
    client->command("SELECT INBOX");
  }
  watcher.say("a IDLE\r\n", "+ ");
  anna.command(two_letters);
  CHECK(has(watcher.say("", "* 2 EXISTS"), "* 2 EXISTS"));
  anna.command("STORE 1 +FLAGS (\\Deleted)");
  CHECK(has(watcher.say("", "* 1 FETCH"), "* 1 FETCH (FLAGS (\\Deleted \\Seen"));
  anna.command("EXPUNGE");
  CHECK(has(watcher.say("", "* 1 EXPUNGE"), "* 1 EXPUNGE"));
  CHECK(has(watcher.say("DONE\r\n", "a "), "a OK"));
}
