// Unicode Normalization Form C, which Net-Unicode requires. RFC 5198 section 3.
#pragma once

#include <string>

namespace postbag::protocol {

/// `utf8` in NFC. It must be valid UTF-8 without NUL.
std::string nfc(const std::string& utf8);

}  // namespace postbag::protocol
