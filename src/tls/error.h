// What OpenSSL says about its last failure.
#pragma once

#include <string>

namespace postbag::tls {

/// One line for people about the calling thread's oldest error, which is the cause of the others; forgets all of
/// them.
std::string take_error();

}  // namespace postbag::tls
