// The MIME header fields with parameters. RFC 2045 section 5.1, RFC 2183, RFC 3282.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// Reads an unfolded Content-Type; nothing when it does not begin with type "/" subtype.
std::optional<ContentType> read_content_type(std::string_view value, std::size_t most_parameters);

/// Reads an unfolded Content-Disposition; nothing when it does not begin with a token.
std::optional<Disposition> read_disposition(std::string_view value, std::size_t most_parameters);

/// The tags of Content-Language; may be empty.
std::vector<std::string> read_languages(std::string_view value, std::size_t most);

/// The first token of a value in lower case, comments skipped: Content-Transfer-Encoding. Empty when there is none.
std::string read_token(std::string_view value);

}  // namespace postbag::mime
