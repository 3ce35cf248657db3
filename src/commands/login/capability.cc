#include "commands/login/capability.h"

#include <algorithm>
#include <iterator>

#include "commands/handlers.h"
#include "protocol/sasl/mechanisms.h"
#include "session/client.h"
#include "session/security.h"

namespace postbag {

namespace {

using Name = grammar::CapabilityName;

// The grammar's files name what is announced (`;@ capability`), and protocol/sasl/mechanisms.cc names the
// mechanisms; here is what depends on more than the login.

/// Announced only under a condition.
struct Condition {
  Name name;
  bool (*holds)(const Client&);
};
constexpr Condition conditions[] = {
    {Name::compress_deflate, [](const Client& client) { return !client.connection().is_compressed(); }},
    {Name::literal, [](const Client& client) { return client.context().limits.is_literal_minus(); }},
    {Name::literal_plus, [](const Client& client) { return !client.context().limits.is_literal_minus(); }},
    {Name::starttls, [](const Client& client) { return client.may_start_tls(); }},
    {Name::logindisabled, [](const Client& client) { return !client.may_take_password(); }},
};

/// Announced with a value: NAME=value.
struct Valued {
  Name name;
  std::string (*value)(const Client&);
};
constexpr Valued values[] = {
    // The same limit for every mailbox. RFC 7889 section 2.
    {Name::appendlimit, [](const Client& client) { return std::to_string(client.context().limits.message); }},
};

bool is_time(grammar::Announced when, bool logged_in) {
  switch (when) {
    case grammar::Announced::always: return true;
    case grammar::Announced::before_login: return !logged_in;
    case grammar::Announced::after_login: break;
  }
  return logged_in;
}

bool is_announced(const grammar::Announcement& one, const Client& client) {
  const auto* const condition = std::ranges::find(conditions, one.capability, &Condition::name);
  return is_time(one.when, client.is_logged_in()) &&
         (condition == std::end(conditions) || condition->holds(client));
}

/// The mechanisms that would work on this connection. RFC 9051 section 6.1.1.
void append_mechanisms(std::string& out, const Client& client) {
  const sasl::Needs abilities = client.sasl_abilities(security_of(client.connection()));
  for (const sasl::Mechanism& one : sasl::mechanisms())
    if (one.is_possible(abilities)) out.append(" AUTH=").append(one.name);
}

}  // namespace

std::string capability_list(const Client& client) {
  std::string out = "CAPABILITY";
  for (const grammar::Announcement& one : grammar::announcements) {
    if (!is_announced(one, client)) continue;
    out.append(" ").append(one.name);
    const auto* const valued = std::ranges::find(values, one.capability, &Valued::name);
    if (valued != std::end(values)) out.append("=").append(valued->value(client));
  }
  if (!client.is_logged_in()) append_mechanisms(out, client);
  return out;
}

async::Task<Reply> handle(Client& client, grammar::CapabilityCommand) {
  client.respond().raw("* ").raw(capability_list(client)).crlf();
  co_return Reply::ok("CAPABILITY completed");
}

}  // namespace postbag
