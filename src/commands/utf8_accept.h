// What UTF8=ACCEPT says about the arguments of commands. RFC 6855 with erratum 4029, obsoleted by RFC 9755.
//
// One rule of section 4 is not kept: that APPEND refuses a message with 8-bit characters in its header from a
// client that enabled nothing. Broken programs always wrote such headers, mail of theirs has to be copied and moved
// here from other servers, and delivery brings it anyway. No message is refused for what it says.
#pragma once

#include <optional>

#include "async/task.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

class Client;

/// Why a charset in SEARCH or ESEARCH is BAD: once UTF8=ACCEPT is enabled all strings are UTF-8. Erratum 4029.
std::optional<Reply> refuse_charset(const Client& client, const std::optional<protocol::grammar::Charset>& named);

/// The same in SORT and THREAD, which have to name one: UTF-8 is accepted.
std::optional<Reply> refuse_charset(const Client& client, protocol::grammar::Charset named);

/// True when the command holds octets above 127 that are no UTF-8, once UTF8=ACCEPT is enabled. Section 3: BAD.
bool breaks_utf8(const Client& client, const protocol::Command& command);
async::Task<Reply> refuse_octets();

}  // namespace postbag
