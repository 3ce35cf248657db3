// What SCRAM and OAUTHBEARER share: the GS2 header, and attributes separated by commas. RFC 5802 sections 5 and 7.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postbag::sasl {

/// n,[a=authzid],   y,[a=authzid],   p=cb-name,[a=authzid],
struct Gs2Header {
  char flag = 'n';  ///< n: the client does not bind; y: it would, but thinks that the server cannot; p: it binds
  std::string binding;  ///< with p: the channel binding's name
  std::string authzid;
  std::string_view text;  ///< all of it, with both commas; a view into the message
};

/// Takes the header off the front of `message`. Nothing when it is invalid: also for the non-standard flag F.
std::optional<Gs2Header> take_gs2_header(std::string_view& message);

/// A saslname with =2C and =3D decoded; nothing for any other use of "=", and for what is no name of a user.
std::optional<std::string> saslname(std::string_view text);

/// Takes "k=value" and the comma after it off the front of `message`. Nothing when the next attribute has another
/// letter; the value may be empty.
std::optional<std::string_view> take_attribute(std::string_view& message, char letter);

}  // namespace postbag::sasl
