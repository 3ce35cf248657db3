// Parses everything a server has sent on a connection. See usage below.
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/grammar/response_grammar.h"
#include "protocol/parse/machine.h"
#include "protocol/parse/values.h"
#include "response_rules.h"

using namespace postbag;

namespace {

constexpr std::string_view usage =
    "usage: wirecheck [--may-end-early] [FILE...]\n"
    "Parses all that an IMAP server sent on a connection (one connection a FILE; standard input without FILEs): "
    "the\n"
    "greeting, then responses, with their literals, of IMAP4rev1 and IMAP4rev2 and the extensions in\n"
    "protocol/grammar/response_*.abnf. Exits 0 when all parse; 1 with file, offset and line of each stream's "
    "first\n"
    "response that does not; 2 when a file cannot be read. An empty stream is correct.\n"
    "  --may-end-early  the last response may be cut off (the connection was broken)\n";

// Levels of MIME parts in a BODYSTRUCTURE, and the message around them.
constexpr std::size_t nesting = 256;

enum class Greeting { expected, seen };

/// The length of the first response in `stream`, literals included; nothing when its end is missing.
std::optional<std::size_t> response_length(std::string_view stream) {
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = stream.find("\r\n", at);
    if (end == stream.npos) return std::nullopt;
    const std::string_view line = stream.substr(at, end + 2 - at);
    const std::size_t open = line.rfind('{');
    const auto header = open == line.npos ? std::nullopt : protocol::literal_header(line.substr(open));
    at = end + 2;
    if (!header || open + header->length != line.size()) return at;
    if (header->size > stream.size() - at) return std::nullopt;
    at += static_cast<std::size_t>(header->size);
  }
}

/// RFC 9051 section 7.1: the greeting is OK, PREAUTH or BYE, and PREAUTH is nothing else.
bool fits_place(std::string_view response, Greeting greeting) {
  const bool preauth = response.starts_with("* PREAUTH ");
  if (greeting == Greeting::seen) return !preauth;
  return preauth || response.starts_with("* OK ") || response.starts_with("* BYE ");
}

/// What is wrong with one response; empty when nothing is.
std::string fault(protocol::Machine& machine, std::string_view response, Greeting greeting) {
  machine.reset();
  if (machine.run(response) != protocol::Outcome::accepted)
    return std::string(to_string(machine.error())) + " at offset " + std::to_string(machine.error_offset());
  if (!fits_place(response, greeting)) return "out of place (greeting)";
  return test::broken_rule(machine, response);
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 400)) out += c == '\r' ? "\\r" : c == '\n' ? "\\n" : std::string(1, c);
  return out;
}

bool check(const std::string& name, std::string_view stream, bool may_end_early) {
  protocol::Machine machine(protocol::response_grammar::program(), nesting);
  Greeting greeting = Greeting::expected;
  for (std::size_t at = 0; at < stream.size();) {
    const std::string_view rest = stream.substr(at);
    const auto length = response_length(rest);
    if (!length && may_end_early) return true;
    const std::string wrong = length ? fault(machine, rest.substr(0, *length), greeting) : "cut off";
    if (!wrong.empty()) {
      std::cout << name << ": response at byte " << at << ": " << wrong << ": "
                << shown(rest.substr(0, length.value_or(400))) << '\n';
      return false;
    }
    greeting = Greeting::seen;
    at += *length;
  }
  return true;
}

std::string all_of(std::istream& in) { return {std::istreambuf_iterator<char>(in), {}}; }

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files(argv + 1, argv + argc);
  if (std::erase(files, "--help") != 0) {
    std::cout << usage;
    return 0;
  }
  const bool may_end_early = std::erase(files, "--may-end-early") != 0;
  if (files.empty()) return check("stdin", all_of(std::cin), may_end_early) ? 0 : 1;
  bool good = true;
  for (const std::string& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
      std::cerr << "wirecheck: cannot read " << file << '\n';
      return 2;
    }
    good = check(file, all_of(in), may_end_early) && good;
  }
  return good ? 0 : 1;
}
