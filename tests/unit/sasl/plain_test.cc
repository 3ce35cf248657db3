// PLAIN, LOGIN, EXTERNAL, and the table of mechanisms. RFC 4616, RFC 4422.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/sasl/mechanisms.h"
#include "tests/unit/sasl/steps.h"

using namespace postbag;
using namespace postbag::sasl;
using namespace postbag::sasl::test;

TEST_CASE("PLAIN: the examples of RFC 4616 section 4") {
  const auto exchange = make_plain({});
  CHECK(as<Challenge>(exchange->begin()).text.empty());
  const auto check = as<CheckPassword>(exchange->respond(bytes("\0tim\0tanstaaftanstaaf")));
  CHECK(check.user == "tim");
  CHECK(check.password.text() == "tanstaaftanstaaf");
  const auto done = as<Done>(exchange->password_accepted());
  CHECK(done.authcid == "tim");
  CHECK(done.authzid.empty());

  const auto other = make_plain({});
  CHECK(as<CheckPassword>(other->respond(bytes("Ursel\0Kurt\0xipj3plmq"))).user == "Kurt");
  CHECK(as<Done>(other->password_accepted()).authzid == "Ursel");
}

TEST_CASE("PLAIN: messages that are none") {
  const std::string long_name(256, 'u'), nul(1, '\0');
  for (const std::string& message : {std::string(), std::string("tim"), bytes("tim\0secret"), bytes("\0\0secret"),
                                     bytes("\0tim\0sec\0ret"), bytes("\0\xff\0secret"), bytes("\xff\0tim\0secret"),
                                     nul + long_name + nul + "x", long_name + nul + "tim" + nul + "x"}) {
    CAPTURE(message);
    CHECK(refusal_of(make_plain({})->respond(message)) == Refusal::malformed);
  }
}

TEST_CASE("LOGIN asks for the name and for the password") {
  const auto exchange = make_login({});
  CHECK(as<Challenge>(exchange->begin()).text == "Username:");
  CHECK(as<Challenge>(exchange->respond("tim")).text == "Password:");
  const auto check = as<CheckPassword>(exchange->respond("secret"));
  CHECK(check.user == "tim");
  CHECK(check.password.text() == "secret");
  CHECK(as<Done>(exchange->password_accepted()).authcid == "tim");
}

TEST_CASE("LOGIN takes the name as an initial response, and no empty one") {
  CHECK(as<Challenge>(make_login({})->respond("tim")).text == "Password:");
  for (const std::string& name : {std::string(), std::string("\xff"), std::string(256, 'u'), bytes("tim\0x")})
    CHECK(refusal_of(make_login({})->respond(name)) == Refusal::malformed);
}

TEST_CASE("LOGIN takes no password with a NUL, as PLAIN does not") {
  const auto exchange = make_login({});
  exchange->respond("tim");
  CHECK(refusal_of(exchange->respond(bytes("secret\0more"))) == Refusal::malformed);
}

TEST_CASE("EXTERNAL takes the name of the certificate") {
  const Surroundings around{.certificate_name = "tim"};
  CHECK(as<Done>(make_external(around)->respond("")).authcid == "tim");
  CHECK(as<Done>(make_external(around)->respond("fred")).authzid == "fred");
  for (const std::string& authzid : {bytes("a\0b"), std::string("\xff"), std::string(256, 'u')})
    CHECK(refusal_of(make_external(around)->respond(authzid)) == Refusal::malformed);
  CHECK(refusal_of(make_external({})->respond("tim")) == Refusal::not_proved);
}

namespace {

std::vector<std::string_view> offered(Needs present) {
  std::vector<std::string_view> names;
  for (const Mechanism& one : mechanisms())
    if (one.is_possible(present)) names.push_back(one.name);
  return names;
}

}  // namespace

TEST_CASE("what is offered depends on what is there") {
  using Names = std::vector<std::string_view>;
  CHECK(offered(0).empty());
  CHECK(offered(needs::password).empty());
  CHECK(offered(needs::password | needs::keys | needs::sha1_keys).empty());
  CHECK(offered(needs::keys | needs::confidentiality) == Names{"SCRAM-SHA-256"});
  CHECK(offered(needs::password | needs::confidentiality) == Names{"PLAIN", "LOGIN"});
  CHECK(offered(needs::keys | needs::channel_binding).empty());
  CHECK(offered(needs::keys | needs::channel_binding | needs::confidentiality) ==
        Names{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"});
  CHECK(offered(needs::token) == Names{});
  CHECK(offered(needs::token | needs::confidentiality) == Names{"OAUTHBEARER", "XOAUTH2"});
  CHECK(offered(needs::certificate) == Names{"EXTERNAL"});
  CHECK(offered(0xff).size() == mechanisms().size());
  CHECK(offers_channel_binding(needs::keys | needs::channel_binding | needs::confidentiality));
  CHECK_FALSE(offers_channel_binding(needs::channel_binding));
}

TEST_CASE("mechanisms are found in any case") {
  CHECK(find_mechanism("scram-sha-256")->name == "SCRAM-SHA-256");
  CHECK((find_mechanism("PLAIN")->make == make_plain));
  CHECK(find_mechanism("CRAM-MD5") == nullptr);
  CHECK(find_mechanism("") == nullptr);
}
