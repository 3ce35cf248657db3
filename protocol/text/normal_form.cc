#include "protocol/text/normal_form.h"

#include <cstdlib>
#include <memory>

#include <utf8proc.h>

namespace postbag::protocol {

std::string nfc(const std::string& utf8) {
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> composed(
      utf8proc_NFC(reinterpret_cast<const utf8proc_uint8_t*>(utf8.c_str())), &std::free);
  return composed ? std::string(reinterpret_cast<const char*>(composed.get())) : utf8;
}

}  // namespace postbag::protocol
