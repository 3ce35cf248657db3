// Files with keys, some of which are secret.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace postbag::daemon {

/// All of these yield one line of text when the file cannot be read.
std::expected<std::string, std::string> read_file(const std::string& path);
/// A secret: also fails when everybody may read or change the file.
std::expected<std::string, std::string> read_secret_file(const std::string& path);
/// The key that checks tokens of that algorithm. That of HS256 is a secret, and a line end after it is no part of
/// it.
std::expected<std::string, std::string> read_token_key(const std::string& path, std::string_view algorithm);

}  // namespace postbag::daemon
