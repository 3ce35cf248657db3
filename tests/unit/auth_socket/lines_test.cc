#include "protocol/auth_socket/lines.h"

#include <array>
#include <string>

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace postbag;
using namespace postbag::auth_socket;
using namespace std::string_literals;

namespace {

template <class T>
T parsed(std::string_view line) {
  auto request = parse_line(line);
  REQUIRE(request.has_value());
  REQUIRE(std::holds_alternative<T>(*request));
  return std::get<T>(std::move(*request));
}

LineError error_of(std::string_view line) {
  const auto request = parse_line(line);
  REQUIRE_FALSE(request.has_value());
  return request.error();
}

constexpr RequestId seven{7};

}  // namespace

TEST_CASE("AUTH as Postfix sends it") {
  const Auth auth = parsed<Auth>(
      "AUTH\t7\tPLAIN\tservice=smtp\tnologin\tlip=192.0.2.1\trip=203.0.113.9\trport=40000\tsecured\tresp=AGEAYg==");
  CHECK(auth.id == seven);
  CHECK(auth.mechanism == "PLAIN");
  CHECK(auth.origin.service == "smtp");
  CHECK(auth.origin.remote_ip == "203.0.113.9");
  CHECK(auth.origin.remote_port == 40000);
  CHECK(auth.origin.secured);
  CHECK(auth.initial->text() == "AGEAYg==");
}

TEST_CASE("AUTH without anything optional, and with options of newer versions") {
  const Auth bare = parsed<Auth>("AUTH\t4294967295\tLOGIN");
  CHECK(bare.id == RequestId{4294967295U});
  CHECK_FALSE(bare.initial.has_value());
  CHECK_FALSE(bare.origin.secured);
  const Auth newer = parsed<Auth>("AUTH\t1\tLOGIN\tsecured=tls\ttransport=TLS\tnew\t\tnew=a=b\trport=x");
  CHECK(newer.origin.secured);
  CHECK(newer.origin.remote_port == 0);
}

TEST_CASE("an empty response is =, and resp= alone, which Exim sends, is none") {
  CHECK(parsed<Auth>("AUTH\t1\tPLAIN\tresp==").initial->text() == "=");
  CHECK_FALSE(parsed<Auth>("AUTH\t1\tPLAIN\tresp=").initial.has_value());
}

TEST_CASE("what stands behind resp= means nothing") {
  const Auth auth = parsed<Auth>("AUTH\t1\tPLAIN\tresp=\trip=127.0.0.1\tsecured\tresp=x");
  CHECK_FALSE(auth.initial.has_value());
  CHECK(auth.origin.remote_ip.empty());
  CHECK_FALSE(auth.origin.secured);
}

TEST_CASE("the other requests") {
  CHECK(parsed<Version>("VERSION\t1\t2").major == 1);
  parsed<Introduced>("CPID\t4711");
  CHECK(parsed<Continue>("CONT\t7\tYWJj").response.text() == "YWJj");
  CHECK(parsed<Continue>("CONT\t7\t").response.text().empty());
  CHECK(parsed<Cancel>("CANCEL\t7").id == seven);
  const FindUser user = parsed<FindUser>("USER\t7\ta\001tb\tservice=lmtp");
  CHECK(user.user == "a\tb");
  CHECK(user.origin.service == "lmtp");
}

TEST_CASE("lines that are none") {
  for (const char* const line : {"", "\t", "auth\t1\tPLAIN", "REQUEST\t1\t2\t3\t4", "OK\t1", "AUTHX\t1\tPLAIN"})
    CHECK(error_of(line) == LineError::unknown_command);
  for (const char* const line : {"AUTH", "AUTH\t", "AUTH\t1", "AUTH\tx\tPLAIN", "AUTH\t-1\tPLAIN",
                                 "AUTH\t1 \tPLAIN", "AUTH\t4294967296\tPLAIN", "CONT\t1", "CONT\t\tx", "CANCEL",
                                 "CANCEL\tx", "USER\t1", "VERSION", "VERSION\tx\t1"})
    CHECK(error_of(line) == LineError::malformed);
}

TEST_CASE("every value survives being escaped, which leaves nothing that ends a field or a line") {
  CHECK(escaped("a\tb\nc\rd\0e\001"s) == "a\001tb\001nc\001rd\0010e\0011");
  CHECK(unescaped("a\001x\001") == "ax\001");
  CHECK(rc::check([](const std::string& value) {
    const std::string field = escaped(value);
    RC_ASSERT(field.find_first_of("\t\n\r\0"s) == std::string::npos);
    RC_ASSERT(unescaped(field) == value);
  }));
}

TEST_CASE("answers") {
  const std::array offers{Offer{"SCRAM-SHA-256", false}, Offer{"PLAIN", true}};
  CHECK(greeting({.process = 12, .connection = 3, .cookie = "ab"}, offers) ==
        "VERSION\t1\t2\nMECH\tSCRAM-SHA-256\tmutual-auth\nMECH\tPLAIN\tplaintext\n"
        "SPID\t12\nCUID\t3\nCOOKIE\tab\nDONE\n");
  CHECK(user_greeting(12) == "VERSION\t1\t2\nSPID\t12\n");
  CHECK(continued(seven, "") == "CONT\t7\t\n");
  CHECK(accepted(seven, "a\tb") == "OK\t7\tuser=a\001tb\n");
  CHECK(refused(seven, {}) == "FAIL\t7\n");
  CHECK(refused(seven, {.user = "a\n", .code = temporary, .reason = "Later"}) ==
        "FAIL\t7\tuser=a\001n\treason=Later\ttemp\tcode=temp_fail\n");
  CHECK(refused(seven, {.code = not_authorized}) == "FAIL\t7\tcode=authz_fail\n");
  CHECK(found(seven, "a") == "USER\t7\ta\n");
  CHECK(not_found(seven) == "NOTFOUND\t7\n");
  CHECK(lookup_failed(seven, "why") == "FAIL\t7\twhy\n");
}
