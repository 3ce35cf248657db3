// Parses everything a server has sent on a connection. See usage below.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "responses.h"

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

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 400)) out += c == '\r' ? "\\r" : c == '\n' ? "\\n" : std::string(1, c);
  return out;
}

bool check(const std::string& name, std::string_view stream, bool may_end_early) {
  test::Responses responses;
  for (std::size_t at = 0; at < stream.size();) {
    const std::string_view rest = stream.substr(at);
    const auto length = test::response_length(rest);
    if (!length && may_end_early) return true;
    const std::string wrong = length ? responses.fault(rest.substr(0, *length)) : "cut off";
    if (!wrong.empty()) {
      std::cout << name << ": response at byte " << at << ": " << wrong << ": "
                << shown(rest.substr(0, length.value_or(400))) << '\n';
      return false;
    }
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
