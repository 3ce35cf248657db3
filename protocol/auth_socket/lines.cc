#include "protocol/auth_socket/lines.h"

#include <algorithm>
#include <utility>

#include "core/number_in.h"

namespace postbag::auth_socket {

namespace {

constexpr char escape = '\001';

struct Escape {
  char meant;
  char written;
};
constexpr Escape escapes[] = {{'\0', '0'}, {escape, '1'}, {'\t', 't'}, {'\r', 'r'}, {'\n', 'n'}};

char meant_by(char written) {
  const auto* const found = std::ranges::find(escapes, written, &Escape::written);
  return found == std::end(escapes) ? written : found->meant;
}

/// The fields of a line, from left to right.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  bool at_end() const { return ended_; }
  /// As it is written; empty when there is none.
  std::string_view next() {
    const std::size_t end = rest_.find('\t');
    const std::string_view field = rest_.substr(0, end);
    ended_ = end == std::string_view::npos;
    rest_.remove_prefix(ended_ ? rest_.size() : end + 1);
    return field;
  }
  std::optional<RequestId> id() {
    const auto number = number_in<std::uint32_t>(next());
    return number ? std::optional(RequestId{*number}) : std::nullopt;
  }

 private:
  std::string_view rest_;
  bool ended_ = false;
};

using Parsed = std::expected<Request, LineError>;
const std::unexpected malformed{LineError::malformed};

struct Option {
  std::string_view name;
  std::string_view value;
};

Option option_in(std::string_view field) {
  const std::size_t sign = field.find('=');
  if (sign == std::string_view::npos) return {field, {}};
  return {field.substr(0, sign), field.substr(sign + 1)};
}

void take(Origin& origin, const Option& option) {
  if (option.name == "service") origin.service = unescaped(option.value);
  if (option.name == "rip") origin.remote_ip = unescaped(option.value);
  if (option.name == "rport") origin.remote_port = number_in<std::uint16_t>(option.value).value_or(0);
  if (option.name == "secured") origin.secured = true;
}

Parsed parse_version(Fields fields) {
  const auto major = number_in<std::uint32_t>(fields.next());
  if (!major) return malformed;
  return Version{*major};
}

Parsed parse_introduced(Fields) { return Introduced{}; }

Parsed parse_auth(Fields fields) {
  const auto id = fields.id();
  if (!id || fields.at_end()) return malformed;
  Auth auth{.id = *id, .mechanism = unescaped(fields.next())};
  while (!fields.at_end()) {
    const Option option = option_in(fields.next());
    take(auth.origin, option);
    if (option.name != "resp") continue;
    // An empty response is "=". Exim sends no text when its client sent no response.
    if (!option.value.empty()) auth.initial.emplace(option.value);
    break;  // what comes after it could be the remote user's
  }
  return auth;
}

Parsed parse_continue(Fields fields) {
  const auto id = fields.id();
  if (!id || fields.at_end()) return malformed;
  return Continue{*id, Secret(fields.next())};
}

Parsed parse_cancel(Fields fields) {
  const auto id = fields.id();
  if (!id) return malformed;
  return Cancel{*id};
}

Parsed parse_find_user(Fields fields) {
  const auto id = fields.id();
  if (!id || fields.at_end()) return malformed;
  FindUser asked{.id = *id, .user = unescaped(fields.next())};
  while (!fields.at_end()) take(asked.origin, option_in(fields.next()));
  return asked;
}

struct Command {
  std::string_view name;
  Parsed (*parse)(Fields fields);
};
constexpr Command commands[] = {{"VERSION", parse_version}, {"CPID", parse_introduced}, {"AUTH", parse_auth},
                                {"CONT", parse_continue},   {"CANCEL", parse_cancel},   {"USER", parse_find_user}};

std::string line_of(std::string_view command, RequestId id) {
  return std::string(command) + '\t' + std::to_string(std::to_underlying(id));
}

std::string version_line() {
  return "VERSION\t" + std::to_string(major_version) + '\t' + std::to_string(minor_version) + '\n';
}

std::string process_line(std::uint32_t process) { return "SPID\t" + std::to_string(process) + '\n'; }

void add(std::string& line, std::string_view name, std::string_view value) {
  if (!value.empty()) ((line += '\t') += name) += escaped(value);
}

}  // namespace

std::string_view to_string(LineError error) {
  return error == LineError::malformed ? "a malformed line" : "an unknown command";
}

Parsed parse_line(std::string_view line) {
  Fields fields(line);
  const std::string_view name = fields.next();
  const auto* const command = std::ranges::find(commands, name, &Command::name);
  if (command == std::end(commands)) return std::unexpected(LineError::unknown_command);
  return command->parse(fields);
}

std::string escaped(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (const char c : value) {
    const auto* const special = std::ranges::find(escapes, c, &Escape::meant);
    if (special != std::end(escapes)) out += escape;
    out += special == std::end(escapes) ? c : special->written;
  }
  return out;
}

std::string unescaped(std::string_view field) {
  std::string out;
  out.reserve(field.size());
  for (std::size_t at = 0; at < field.size(); ++at) {
    const bool is_escaped = field[at] == escape && at + 1 < field.size();
    out += is_escaped ? meant_by(field[++at]) : field[at];
  }
  return out;
}

/// As Dovecot sends it: Postfix takes a socket that names its process before its mechanisms for one of users.
std::string greeting(const Greeting& who, std::span<const Offer> offers) {
  std::string lines = version_line();
  for (const Offer& offer : offers)
    lines += "MECH\t" + std::string(offer.mechanism) + (offer.plaintext ? "\tplaintext\n" : "\tmutual-auth\n");
  lines += process_line(who.process);
  return lines + "CUID\t" + std::to_string(who.connection) + "\nCOOKIE\t" + who.cookie + "\nDONE\n";
}

std::string user_greeting(std::uint32_t process) { return version_line() + process_line(process); }

std::string continued(RequestId id, std::string_view challenge_base64) {
  return line_of("CONT", id) + '\t' + std::string(challenge_base64) + '\n';
}

std::string accepted(RequestId id, std::string_view user) {
  return line_of("OK", id) + "\tuser=" + escaped(user) + '\n';
}

std::string refused(RequestId id, const Refusal& why) {
  std::string line = line_of("FAIL", id);
  add(line, "user=", why.user);
  add(line, "reason=", why.reason);
  if (why.code == temporary) line += "\ttemp";  // how versions before 2.2 say it, and Postfix reads it
  add(line, "code=", why.code);
  return line + '\n';
}

std::string found(RequestId id, std::string_view user) { return line_of("USER", id) + '\t' + escaped(user) + '\n'; }

std::string not_found(RequestId id) { return line_of("NOTFOUND", id) + '\n'; }

std::string lookup_failed(RequestId id, std::string_view why) {
  return line_of("FAIL", id) + '\t' + escaped(why) + '\n';
}

}  // namespace postbag::auth_socket
