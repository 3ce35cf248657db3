// URLs of IMAP servers. RFC 5092.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// `given` is the URL of a server, "imap://HOST[:PORT][/]", also with a user, a mechanism or both ("bob@",
/// ";AUTH=PLAIN@", "bob;AUTH=PLAIN@"). Yields it with all of them, "imap://bob;AUTH=*@HOST:PORT/", so that no
/// client takes it for an anonymous login: `user`, in UTF-8, where it names none, and any mechanism. Sections 3.2
/// and 4. Nothing when it is no such URL; an IPv6 address is none, as its "]" would end a response code.
std::optional<std::string> server_url(std::string_view given, std::string_view user);

}  // namespace postbag::protocol
