// Fuzz target: any bytes as lines of a mail server on the authentication socket.
//
// What must hold: what is read of a line is no longer than the line; no answer that repeats it has more lines or
// fields than it should.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "input.h"
#include "protocol/auth_socket/lines.h"

using namespace postbag::auth_socket;
using postbag::fuzz::require;

namespace {

/// A line of this many fields.
void check_answer(std::string_view line, std::ptrdiff_t fields) {
  require(line.ends_with('\n') && std::ranges::count(line, '\n') == 1, "one line");
  require(std::ranges::count(line, '\t') == fields - 1, "its fields");
}

void check_value(std::string_view value, std::string_view line) {
  require(value.size() <= line.size(), "a value of the line");
  require(unescaped(escaped(value)) == value, "what is escaped");
}

struct Check {
  std::string_view line;

  void operator()(const Version&) const {}
  void operator()(const Introduced&) const {}
  void operator()(const Cancel&) const {}
  void operator()(const Continue& given) const { check_value(given.response.text(), line); }
  void operator()(const Auth& asked) const {
    for (const std::string& value : {asked.mechanism, asked.origin.service, asked.origin.remote_ip})
      check_value(value, line);
    if (asked.initial) require(asked.initial->text().find('\t') == std::string::npos, "one field");
    check_answer(accepted(asked.id, asked.mechanism), 3);
    check_answer(refused(asked.id, {.user = "u" + asked.origin.service, .code = not_authorized}), 4);
  }
  void operator()(const FindUser& asked) const {
    check_value(asked.user, line);
    check_answer(found(asked.id, asked.user), 3);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (const auto request = parse_line(line)) std::visit(Check{line}, *request);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return 0;
}
