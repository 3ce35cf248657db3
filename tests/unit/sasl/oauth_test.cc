// OAUTHBEARER and XOAUTH2. RFC 7628.

#include <string>

#include <doctest/doctest.h>

#include "protocol/sasl/make.h"
#include "tests/unit/sasl/steps.h"

using namespace postbag;
using namespace postbag::sasl;
using namespace postbag::sasl::test;

namespace {

const std::string bearer =
    "n,a=user@example.com,\1host=server.example.com\1port=143\1auth=Bearer "
    "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1";

}  // namespace

TEST_CASE("OAUTHBEARER: the example of RFC 7628 section 4.1") {
  const auto exchange = make_oauthbearer({});
  CHECK(as<CheckToken>(exchange->respond(bearer)).token.text() == "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
  const auto done = as<Done>(exchange->token_checked("user@example.com"));
  CHECK(done.authcid == "user@example.com");
  CHECK(done.authzid == "user@example.com");
}

TEST_CASE("OAUTHBEARER: who it is says the token, not the message") {
  const auto exchange = make_oauthbearer({});
  as<CheckToken>(exchange->respond(bearer));
  const auto done = as<Done>(exchange->token_checked("eve"));
  CHECK(done.authcid == "eve");
  CHECK(done.authzid == "user@example.com");
}

TEST_CASE("OAUTHBEARER: the error is sent, acknowledged, and then it has failed. RFC 7628 section 4.3") {
  const auto exchange = make_oauthbearer({.oauth_scope = "mail"});
  as<CheckToken>(exchange->respond(bearer));
  CHECK(as<Challenge>(exchange->token_checked(std::nullopt)).text ==
        R"({"status":"invalid_token","scope":"mail"})");
  CHECK(refusal_of(exchange->respond("\1")) == Refusal::not_proved);
  CHECK(refusal_of(exchange->respond(bearer)) == Refusal::not_proved);  // no second try
}

TEST_CASE("OAUTHBEARER: messages that are none") {
  for (const char* message :
       {"", "\1", "n,,", "n,,\1", "n,,\1\1", "n,,\1auth=Bearer x", "n,,\1auth=Bearer x\1", "n,,auth=Bearer x\1\1",
        "n,,\1auth=Basic x\1\1", "n,,\1auth=Bearer \1\1", "n,,\1auth=Bearer a b\1\1",
        "n,,\1auth=Bearer x\1auth=Bearer y\1\1", "n,,\1auth=Bearer x\1\1more", "n,,\1noequals\1auth=Bearer x\1\1",
        "p=tls-exporter,,\1auth=Bearer x\1\1", "n,a=,\1auth=Bearer x\1\1"}) {
    CAPTURE(message);
    CHECK(refusal_of(make_oauthbearer({})->respond(message)) == Refusal::malformed);
  }
  CHECK(as<CheckToken>(make_oauthbearer({})->respond("y,,\1auth=bearer x\1\1")).token.text() == "x");
}

TEST_CASE("XOAUTH2") {
  const std::string message =
      "user=someuser@example.com\1auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg\1\1";
  const auto exchange = make_xoauth2({});
  CHECK(as<CheckToken>(exchange->respond(message)).token.text() == "ya29.vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg");
  CHECK(as<Done>(exchange->token_checked("someuser@example.com")).authzid == "someuser@example.com");

  const auto refused = make_xoauth2({.oauth_scope = "mail"});
  as<CheckToken>(refused->respond(message));
  CHECK(as<Challenge>(refused->token_checked(std::nullopt)).text ==
        R"({"status":"401","schemes":"bearer","scope":"mail"})");
  CHECK(refusal_of(refused->respond("")) == Refusal::not_proved);
}

TEST_CASE("XOAUTH2: messages that are none") {
  for (const std::string& text :
       {std::string(), std::string("user=a"), std::string("user=a\1"), std::string("user=a\1\1"),
        std::string("user=\1auth=Bearer x\1\1"), std::string("auth=Bearer x\1\1"),
        std::string("user=a\1auth=Bearer x\1"), std::string("user=\xff\1auth=Bearer x\1\1"),
        "user=" + std::string(256, 'u') + "\1auth=Bearer x\1\1"}) {
    CAPTURE(text);
    CHECK(refusal_of(make_xoauth2({})->respond(text)) == Refusal::malformed);
  }
}
