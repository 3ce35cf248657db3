// Reads sentences with verdicts from stdin and asks the generated parser about each: "A<length>\n<bytes>" must be
// accepted, "R<length>\n<bytes>" refused. Prints those where it disagrees; exits 1 if there were any, or too few at
// all. Usage: accepts command|response COUNT < sentences (made by tools/abnfc.py sentences or mutants)
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "protocol/grammar/command_grammar.h"
#include "protocol/grammar/response_grammar.h"
#include "protocol/parse/machine.h"

using namespace postbag;

namespace {

std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, c >= ' ' && c < 0x7f ? "%c" : "\\x%02x", static_cast<unsigned char>(c));
    out += escaped;
  }
  return out;
}

bool accepts(protocol::Machine& machine, const std::string& text) {
  machine.reset();
  return machine.run(text) == protocol::Outcome::accepted;
}

}  // namespace

int main(int, char** argv) {
  const bool commands = argv[1] == std::string_view("command");
  const unsigned long expected = std::strtoul(argv[2], nullptr, 10);
  protocol::Machine machine(commands ? protocol::grammar::program() : protocol::response_grammar::program(),
                            Limits{}.nesting);
  unsigned long seen = 0, accepted = 0, wrong = 0;
  char verdict = 0;
  std::size_t length = 0;
  while (std::cin.get(verdict) && std::cin >> length && std::cin.get()) {
    std::string text(length, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(length));
    const bool yes = accepts(machine, text);
    ++seen;
    accepted += yes ? 1 : 0;
    if (yes == (verdict == 'A')) continue;
    ++wrong;
    std::cout << "parser " << (yes ? "accepts" : "refuses at offset " + std::to_string(machine.error_offset()))
              << ": " << printable(text) << '\n';
  }
  std::cout << seen << " sentences, " << accepted << " accepted, " << wrong << " disagreements\n";
  return wrong == 0 && seen == expected ? 0 : 1;
}
