#include "commands/login/capability.h"

#include <array>
#include <string_view>

#include "commands/handlers.h"
#include "session/session.h"

namespace postbag {

namespace {

enum class Shown : unsigned char {
  always,
  before_login,           ///< and only where a password may be taken
  before_login_in_clear,  ///< where it may not
  after_login,
};

struct Row {
  std::string_view name;
  Shown shown;
};

/// Only what is complete stands here.
constexpr auto rows = std::to_array<Row>({
    {"IMAP4rev1", Shown::always},
    {"IMAP4rev2", Shown::always},
    {"AUTH=PLAIN", Shown::before_login},
    {"LOGINDISABLED", Shown::before_login_in_clear},
    {"SASL-IR", Shown::always},
    {"LITERAL-", Shown::always},
    {"ENABLE", Shown::always},
    {"ID", Shown::always},
    {"IDLE", Shown::after_login},
    {"NAMESPACE", Shown::after_login},
    {"UNSELECT", Shown::after_login},
    {"UIDPLUS", Shown::after_login},
    {"MULTIAPPEND", Shown::after_login},
    {"CONDSTORE", Shown::after_login},
    {"QRESYNC", Shown::after_login},
    {"NOTIFY", Shown::after_login},
    {"MOVE", Shown::after_login},
    {"REPLACE", Shown::after_login},
    {"UIDONLY", Shown::after_login},
    {"CHILDREN", Shown::after_login},
    {"LIST-EXTENDED", Shown::after_login},
    {"LIST-STATUS", Shown::after_login},
    {"SPECIAL-USE", Shown::after_login},
    {"ESEARCH", Shown::after_login},
    {"SEARCHRES", Shown::after_login},
    {"WITHIN", Shown::after_login},
    {"PARTIAL", Shown::after_login},
    {"MULTISEARCH", Shown::after_login},
    {"CONTEXT=SEARCH", Shown::after_login},
    {"SEARCH=FUZZY", Shown::after_login},
    {"INPROGRESS", Shown::after_login},
    {"SORT", Shown::after_login},
    {"SORT=DISPLAY", Shown::after_login},
    {"ESORT", Shown::after_login},
    {"CONTEXT=SORT", Shown::after_login},
    {"THREAD=ORDEREDSUBJECT", Shown::after_login},
    {"THREAD=REFERENCES", Shown::after_login},
    {"THREAD=REFS", Shown::after_login},
    {"I18NLEVEL=1", Shown::after_login},
    {"PREVIEW", Shown::after_login},
    {"BINARY", Shown::after_login},
    {"STATUS=SIZE", Shown::after_login},
    {"OBJECTID", Shown::after_login},
    {"SAVEDATE", Shown::after_login},
});

bool is_shown(Shown shown, const Session& session) {
  switch (shown) {
    case Shown::always: return true;
    case Shown::before_login: return !session.is_logged_in() && session.may_take_password();
    case Shown::before_login_in_clear: return !session.is_logged_in() && !session.may_take_password();
    case Shown::after_login: break;
  }
  return session.is_logged_in();
}

}  // namespace

std::string capability_list(const Session& session) {
  std::string out = "CAPABILITY";
  for (const Row& row : rows)
    if (is_shown(row.shown, session)) out.append(" ").append(row.name);
  // The same limit for every mailbox. RFC 7889 section 2.
  if (session.is_logged_in()) out += " APPENDLIMIT=" + std::to_string(session.context().limits.message);
  return out;
}

async::Task<Reply> handle(Session& session, grammar::CapabilityCommand) {
  session.respond().raw("* ").raw(capability_list(session)).crlf();
  co_return Reply::ok("CAPABILITY completed");
}

}  // namespace postbag
