// Unicode Normalization Form C, which Net-Unicode wants. RFC 5198 section 3.
#pragma once

#include <string>

namespace postbag::protocol {

/// `utf8` in NFC. Text that is not UTF-8 or has a NUL in it must not be given.
std::string nfc(const std::string& utf8);

}  // namespace postbag::protocol
