// Fuzz target: any bytes as a mailbox name, in modified UTF-7 from a client and in UTF-8 from the store.
//
// What must hold: what is understood is written again as it was, so that no two names mean the same mailbox; every
// UTF-8 text can be written, and is read again as it was; a name that a mailbox can have stays what it is.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/mailbox_name.h"
#include "core/utf8.h"
#include "input.h"
#include "protocol/parse/values.h"
#include "protocol/response/writer.h"
#include "protocol/text/charset/utf7.h"

using namespace postbag;
using postbag::fuzz::require;

namespace {

bool is_printable(char c) { return c >= 0x20 && c <= 0x7e; }

void check_from_wire(std::string_view wire) {
  const auto utf8 = protocol::utf8_from_utf7(wire);
  if (!utf8) return;
  require(is_utf8(*utf8), "UTF-8 is read");
  require(std::ranges::all_of(wire, is_printable), "8-bit and control characters are not read");
  require(protocol::utf7_from_utf8(*utf8) == wire, "what is read is written the same");
}

void check_to_wire(std::string_view utf8) {
  const std::string wire = protocol::utf7_from_utf8(utf8);
  require(std::ranges::all_of(wire, is_printable), "it is written in printable characters");
  require(wire.size() <= 4 * utf8.size() + 3, "and not much longer");
  require(protocol::utf8_from_utf7(wire) == utf8, "what is written is read the same");
}

/// As a mailbox of the store is listed, and selected by what was listed.
void check_name(const MailboxName& name) {
  require(MailboxName::from(name.utf8()) == name, "a name is one again");
  std::string listed;
  protocol::Writer(listed).mailbox(name);
  require(protocol::utf8_from_utf7(protocol::string_value(listed)) == name.utf8(),
          "what is listed is read the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_from_wire(text);
  if (is_utf8(text)) check_to_wire(text);
  if (const auto name = MailboxName::from(text)) check_name(*name);
  return 0;
}
