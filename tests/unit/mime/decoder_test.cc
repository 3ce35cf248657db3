#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "protocol/mime/text/transfer_decoder.h"

using namespace postbag;
using namespace postbag::mime;
using namespace std::string_literals;

namespace {

std::string in_pieces(const std::string& body, Encoding encoding, std::size_t a, std::size_t b) {
  auto decoder = TransferDecoder::make(encoding).value();
  std::string out;
  decoder.feed(std::string_view(body).substr(0, a), out);
  decoder.feed(std::string_view(body).substr(a, b - a), out);
  decoder.feed(std::string_view(body).substr(b), out);
  decoder.finish(out);
  return out;
}

std::string to_base64(const std::string& bytes) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned v = 0;
    for (std::size_t k = 0; k < 3; ++k)
      v = v << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : alphabet[v >> (18 - 6 * k) & 63U];
    if (i % 57 == 54) out += "\r\n";
  }
  return out;
}

}  // namespace

TEST_CASE("encodings have names") {
  CHECK(encoding_named("") == Encoding::seven_bit);
  CHECK(encoding_named("BASE64") == Encoding::base64);
  CHECK(encoding_named("Quoted-Printable") == Encoding::quoted_printable);
  CHECK(encoding_named("x-uuencode") == Encoding::unknown);
  CHECK(TransferDecoder::make(Encoding::unknown).error() == Error::unknown_encoding);
  CHECK(decoded("x", Encoding::unknown).error() == Error::unknown_encoding);
}

TEST_CASE("bodies decode as transfer_decoder.h says, wherever they are cut") {
  using enum Encoding;
  struct {
    Encoding encoding;
    std::string body;
    std::string plain;
  } rows[] = {
      {seven_bit, "a=20\r\n", "a=20\r\n"},
      {binary, "\0\xff"s, "\0\xff"s},
      {base64, "", ""},
      {base64, "AAECAw==\r\n", "\0\1\2\3"s},
      {base64, "SGVs\r\nbG8=", "Hello"},
      {base64, "SG*V-s!bG8", "Hello"},
      {base64, "SGVsbG8=SGVsbG8=", "HelloHello"},
      {base64, "SGVsbG8", "Hello"},
      {base64, "S", ""},
      {quoted_printable, "a=3Db=e4\r\n", "a=b\xe4\r\n"},
      {quoted_printable, "soft=\r\nbreak = \t\r\nhere=\nlf", "softbreak herelf"},
      {quoted_printable, "soft=\r\r\nbreak = \r\r\nhere=\r\r\rnot", "softbreak here=\r\r\rnot"},
      {quoted_printable, "trailing \t \r\nspace \nx ", "trailing\r\nspace\nx"},
      {quoted_printable, "a  b\tc", "a  b\tc"},
      {quoted_printable, "=zz=4 =4\r\n=4\n==41=", "=zz=4 =4\r\n=4\n=A"},
      {quoted_printable, "=\rx \ry =4", "=\rx \ry =4"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body);
    CHECK(decoded(row.body, row.encoding).value() == row.plain);
    for (std::size_t a = 0; a <= row.body.size(); ++a)
      for (std::size_t b = a; b <= row.body.size(); ++b)
        CHECK(in_pieces(row.body, row.encoding, a, b) == row.plain);
  }
}

TEST_CASE("base64 of anything comes back") {
  CHECK(rc::check(
      [](const std::string& bytes) { RC_ASSERT(decoded(to_base64(bytes), Encoding::base64).value() == bytes); }));
}

TEST_CASE("quoted-printable does not depend on the pieces") {
  CHECK(rc::check([] {
    const auto body = *rc::gen::container<std::string>(rc::gen::elementOf("=4aF \t\r\nx"s));
    const auto a = *rc::gen::inRange<std::size_t>(0, body.size() + 1);
    const auto b = *rc::gen::inRange<std::size_t>(a, body.size() + 1);
    RC_ASSERT(in_pieces(body, Encoding::quoted_printable, a, b) ==
              decoded(body, Encoding::quoted_printable).value());
  }));
}
