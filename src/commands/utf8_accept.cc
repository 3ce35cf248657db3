#include "commands/utf8_accept.h"

#include "core/ascii.h"
#include "core/utf8.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

Reply conflicting_charset() { return Reply::bad("After ENABLE UTF8=ACCEPT all strings are UTF-8"); }

}  // namespace

std::optional<Reply> refuse_charset(const Client& client, const std::optional<protocol::grammar::Charset>& named) {
  if (!named || !client.has(Feature::utf8)) return std::nullopt;
  return conflicting_charset();
}

std::optional<Reply> refuse_charset(const Client& client, protocol::grammar::Charset named) {
  if (!client.has(Feature::utf8)) return std::nullopt;
  if (ascii_iequal(protocol::string_value(named.text()), "UTF-8")) return std::nullopt;
  return conflicting_charset();
}

bool breaks_utf8(const Client& client, const protocol::Command& command) {
  return client.has(Feature::utf8) && !is_utf8(command.view.text());
}

async::Task<Reply> refuse_octets() { co_return Reply::bad("Octets that are no UTF-8"); }

}  // namespace postbag
