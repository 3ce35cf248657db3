// The lines between mail servers and who knows the passwords: the Dovecot authentication protocol, version 1.2.
// https://doc.dovecot.org/main/developers/design/auth_protocol.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/wipe.h"

namespace postbag::auth_socket {

constexpr std::uint32_t major_version = 1;
constexpr std::uint32_t minor_version = 2;  ///< from 3 on clients may be offered channel bindings
constexpr std::size_t longest_line = 16384;

/// By which an asker knows its request; unique among those that run on a connection.
enum class RequestId : std::uint32_t {};

/// On whose behalf is asked, as far as the asker says.
struct Origin {
  std::string service = {};  ///< "smtp"
  std::string remote_ip = {};
  std::uint16_t remote_port = 0;
  bool secured = false;  ///< nobody can read along between it and the asker
};

struct Version {
  std::uint32_t major;
};
/// CPID: the asker has said all about itself.
struct Introduced {};
/// A SASL exchange begins.
struct Auth {
  RequestId id;
  std::string mechanism;
  Origin origin = {};
  std::optional<Secret> initial = {};  ///< base64, "=" if empty, not looked at; nothing when there is none
};
struct Continue {
  RequestId id;
  Secret response;  ///< base64, not looked at
};
struct Cancel {
  RequestId id;
};
/// Is there such a user?
struct FindUser {
  RequestId id;
  std::string user;
  Origin origin = {};
};
using Request = std::variant<Version, Introduced, Auth, Continue, Cancel, FindUser>;

enum class LineError : std::uint8_t {
  unknown_command,
  malformed,  ///< a required field is missing or is no number
};
/// For the log.
std::string_view to_string(LineError error);

/// Reads one line, without its LF. Options that are not known are ignored, as the protocol wants it.
std::expected<Request, LineError> parse_line(std::string_view line);

/// The value of a field: \001 introduces what would be read as something else.
std::string escaped(std::string_view value);
std::string unescaped(std::string_view field);

struct Offer {
  std::string_view mechanism;
  bool plaintext;  ///< it sends a secret as it is
};
/// Who answers: on the socket for logins.
struct Greeting {
  std::uint32_t process;
  std::uint64_t connection;  ///< another number for each
  std::string cookie;        ///< 32 hexadecimal digits
};
std::string greeting(const Greeting& who, std::span<const Offer> offers);
/// The same on the socket for users.
std::string user_greeting(std::uint32_t process);

struct Refusal {
  std::string user = {};         ///< empty: not known
  std::string_view code = {};    ///< "temp_fail", "authz_fail" or nothing
  std::string_view reason = {};  ///< for the remote user; nothing: as the asker likes
};
constexpr std::string_view temporary = "temp_fail";
constexpr std::string_view not_authorized = "authz_fail";

/// Answers, each a line with its LF.
std::string continued(RequestId id, std::string_view challenge_base64);
std::string accepted(RequestId id, std::string_view user);
std::string refused(RequestId id, const Refusal& why);
std::string found(RequestId id, std::string_view user);
std::string not_found(RequestId id);
std::string lookup_failed(RequestId id, std::string_view why);

}  // namespace postbag::auth_socket
