// What mechanisms need of the server and of the connection.
#pragma once

#include <cstdint>

namespace postbag::sasl {

/// What a mechanism needs before it may be offered; bits to be joined.
using Needs = std::uint8_t;
namespace needs {
inline constexpr Needs password = 1;          ///< somebody who checks passwords
inline constexpr Needs keys = 2;              ///< stored keys of SCRAM
inline constexpr Needs sha1_keys = 4;         ///< the same for SHA-1
inline constexpr Needs token = 8;             ///< somebody who checks tokens
inline constexpr Needs confidentiality = 16;  ///< nobody may read along
inline constexpr Needs channel_binding = 32;
inline constexpr Needs certificate = 64;  ///< of the client, verified
}  // namespace needs

}  // namespace postbag::sasl
