// Where accounts lie on the disk, for tools that run beside a server.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "postbag/server.h"

namespace postbag::server {

/// Where the account's mail lies; neither directory is made when it is not there. Cause::no_such_account. Throws
/// what storage throws.
Expected<std::filesystem::path> directory_of(const std::string& data_dir, std::string_view user);

}  // namespace postbag::server
