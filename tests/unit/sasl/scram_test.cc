// SCRAM. RFC 5802, RFC 7677, RFC 5929, RFC 9266.

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "protocol/sasl/mechanisms.h"
#include "protocol/text/base64.h"
#include "tests/unit/sasl/scram_client.h"
#include "tests/unit/sasl/steps.h"

using namespace postbag;
using namespace postbag::sasl;
using namespace postbag::sasl::test;

namespace {

std::string decoded(const char* base64) { return protocol::base64_decoded(base64).value(); }

struct Example {
  Hash hash;
  MadeExchange (*make)(const Surroundings&);
  const char *nonce, *salt, *first, *server_first, *final, *end;
};
const Example rfc5802{Hash::sha1,
                      make_scram_sha_1,
                      "3rfcNHYJY1ZVvWVs7j",
                      "QSXCR+Q6sek8bf92",
                      "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
                      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
                      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
                      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="};
const Example rfc7677{Hash::sha256,
                      make_scram_sha_256,
                      "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                      "W22ZaJ0SNY7soEsUEjb6gQ==",
                      "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
                      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                      "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="};

ScramKeys keys_of(const Example& example, const char* password = "pencil") {
  return scram_keys(example.hash, password, decoded(example.salt), 4096);
}

/// The exchange of RFC 7677 up to the server's first message.
std::unique_ptr<Exchange> begun(const Surroundings& around = {.nonce = rfc7677.nonce}) {
  auto exchange = make_scram_sha_256(around);
  as<FindKeys>(exchange->respond(rfc7677.first));
  as<Challenge>(exchange->keys_found(keys_of(rfc7677)));
  return exchange;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  return text.replace(text.find(what), what.size(), by);
}

Surroundings tls() {
  return {.bindings = {.tls_exporter = std::string(32, 'e'), .tls_server_end_point = std::string(32, 's')},
          .plus_offered = true,
          .nonce = "server"};
}

/// Plays all of it with a client that binds as given; the last step.
Step played(const Mechanism& mechanism, const Surroundings& around, ScramClient& client) {
  auto exchange = mechanism.make(around);
  Step step = exchange->respond(client.first());
  if (!std::holds_alternative<FindKeys>(step)) return step;
  const auto keys = scram_keys(Hash::sha256, "pencil", "salt", 4096);
  return exchange->respond(client.final(as<Challenge>(exchange->keys_found(keys)).text));
}

Step played(const char* mechanism, std::string header, std::string channel) {
  ScramClient client(Hash::sha256, "user", "pencil", "client");
  client.header = std::move(header);
  client.channel = std::move(channel);
  return played(*find_mechanism(mechanism), tls(), client);
}

}  // namespace

TEST_CASE("the examples of RFC 5802 section 5 and RFC 7677 section 3") {
  for (const Example& example : {rfc5802, rfc7677}) {
    CAPTURE(example.first);
    auto exchange = example.make({.nonce = example.nonce});
    CHECK(as<Challenge>(exchange->begin()).text.empty());
    const auto asked = as<FindKeys>(exchange->respond(example.first));
    CHECK(asked.user == "user");
    CHECK(asked.hash == example.hash);
    CHECK(as<Challenge>(exchange->keys_found(keys_of(example))).text == example.server_first);
    const auto done = as<Done>(exchange->respond(example.final));
    CHECK(done.authcid == "user");
    CHECK(done.authzid.empty());
    CHECK(done.final_data == example.end);
  }
}

TEST_CASE("a wrong password, also one whose keys are made up, is not proved") {
  for (const ScramKeys& keys :
       {keys_of(rfc7677, "Pencil"), made_up_keys(Hash::sha256, "server's secret", "user", 4096)}) {
    auto exchange = make_scram_sha_256({.nonce = rfc7677.nonce});
    as<FindKeys>(exchange->respond(rfc7677.first));
    as<Challenge>(exchange->keys_found(keys));
    CHECK(refusal_of(exchange->respond(rfc7677.final)) == Refusal::not_proved);
    CHECK(refusal_of(exchange->respond(rfc7677.final)) == Refusal::malformed);  // no second try
  }
}

TEST_CASE("first messages that are none") {
  const std::string long_name(256, 'u'), long_nonce(513, 'n');
  for (const std::string& message : {std::string(),
                                     std::string("n"),
                                     std::string("n,"),
                                     std::string("n,,"),
                                     std::string("n,,n=user"),
                                     std::string("n,,n=user,"),
                                     std::string("n,,n=user,r="),
                                     std::string("n,,r=x,n=user"),
                                     std::string("n,,n=,r=x"),
                                     std::string("n,,m=ext,n=user,r=x"),
                                     std::string("x,,n=user,r=x"),
                                     std::string("F,n,,n=user,r=x"),
                                     std::string("p=,,n=user,r=x"),
                                     std::string("p=a b,,n=user,r=x"),
                                     std::string("n,b=x,n=user,r=x"),
                                     std::string("n,a=,n=user,r=x"),
                                     std::string("n,a=x=2c,n=user,r=x"),
                                     std::string("n,,n=us=er,r=x"),
                                     std::string("n,,n=user=,r=x"),
                                     std::string("n,,n=us=2,r=x"),
                                     std::string("n,,n=\xff,r=x"),
                                     std::string("n,,n=user,r=a b"),
                                     std::string("n,,n=user,r=\x7f"),
                                     "n,,n=" + long_name + ",r=x",
                                     "n,a=" + long_name + ",n=user,r=x",
                                     "n,,n=user,r=" + long_nonce,
                                     bytes("n,,n=us\0er,r=x"),
                                     bytes("n,,n=user,r=x\0")}) {
    CAPTURE(message);
    const auto exchange = make_scram_sha_256({.nonce = "server"});
    const auto refusal = refusal_of(exchange->respond(message));
    REQUIRE(refusal.has_value());
    CHECK(*refusal == Refusal::malformed);
  }
}

TEST_CASE("names with commas and equal signs, acting for another, and extensions that need not be understood") {
  const auto exchange = make_scram_sha_256({.nonce = "server"});
  CHECK(as<FindKeys>(exchange->respond("n,a=b=3Dc,n=a=2Cb,r=x,future=1")).user == "a,b");
  const auto keys = scram_keys(Hash::sha256, "pencil", "salt", 4096);
  CHECK(as<Challenge>(exchange->keys_found(keys)).text == "r=xserver,s=c2FsdA==,i=4096");
}

TEST_CASE("final messages that are none") {
  const std::string right = rfc7677.final;
  for (const std::string& message :
       {std::string(), right.substr(0, right.find(",p=")), right + "=", replaced(right, "c=biws", "c=bi"),
        replaced(right, "c=biws,", ""), replaced(right, "r=rO", "r=ro"), replaced(right, "k0,p=", "k,p="),
        replaced(right, "c=biws", "m=x,c=biws"), right + ",x=y", replaced(right, "p=", "p= ")}) {
    CAPTURE(message);
    CHECK(refusal_of(begun()->respond(message)) == Refusal::malformed);
  }
  CHECK(refusal_of(begun()->respond(replaced(right, "p=dHzb", "p=dHzc"))) == Refusal::not_proved);
  CHECK(refusal_of(begun()->respond(right.substr(0, right.find(",p=")) + ",p=")) == Refusal::not_proved);
}

TEST_CASE("steps out of order fail") {
  const auto keys = keys_of(rfc7677);
  CHECK(refusal_of(make_scram_sha_256({})->keys_found(keys)) == Refusal::malformed);
  CHECK(refusal_of(make_scram_sha_256({})->password_accepted()) == Refusal::malformed);
  CHECK(refusal_of(begun()->keys_found(keys)) == Refusal::malformed);
  CHECK(refusal_of(begun()->token_checked("user")) == Refusal::malformed);
}

TEST_CASE("-PLUS binds to the channel, by both of its names") {
  const auto exporter = as<Done>(played("SCRAM-SHA-256-PLUS", "p=tls-exporter,,", std::string(32, 'e')));
  CHECK(exporter.authcid == "user");
  const auto end_point =
      as<Done>(played("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,a=other,", std::string(32, 's')));
  CHECK(end_point.authzid == "other");
}

TEST_CASE("a channel binding that does not fit is refused") {
  const struct {
    const char* mechanism;
    const char* header;
    std::string channel;
    Refusal why;
  } rows[] = {
      {"SCRAM-SHA-256-PLUS", "p=tls-exporter,,", std::string(32, 's'), Refusal::wrong_channel},
      {"SCRAM-SHA-256-PLUS", "p=tls-exporter,,", "", Refusal::wrong_channel},
      {"SCRAM-SHA-256-PLUS", "p=tls-unique,,", "u", Refusal::unknown_binding},
      {"SCRAM-SHA-256-PLUS", "n,,", "", Refusal::malformed},
      {"SCRAM-SHA-256-PLUS", "y,,", "", Refusal::malformed},
      {"SCRAM-SHA-256", "p=tls-exporter,,", std::string(32, 'e'), Refusal::unknown_binding},
      {"SCRAM-SHA-256", "y,,", "", Refusal::wrong_channel},  // -PLUS was offered: RFC 5802 section 6
  };
  for (const auto& row : rows) {
    CAPTURE(row.header);
    CHECK(refusal_of(played(row.mechanism, row.header, row.channel)) == row.why);
  }
  as<Done>(played("SCRAM-SHA-256", "n,,", ""));
}

TEST_CASE("y is what a client says that could bind, where nothing to bind to was offered") {
  ScramClient client(Hash::sha256, "user", "pencil", "client");
  client.header = "y,,";
  as<Done>(played(*find_mechanism("SCRAM-SHA-256"), {.nonce = "server"}, client));
}

TEST_CASE("a header that was changed on the way is found out") {
  const auto exchange = make_scram_sha_256({.nonce = "server"});
  ScramClient client(Hash::sha256, "user", "pencil", "client");
  as<FindKeys>(exchange->respond("n,a=eve," + client.first().substr(3)));
  const auto keys = scram_keys(Hash::sha256, "pencil", "salt", 4096);
  const std::string final = client.final(as<Challenge>(exchange->keys_found(keys)).text);
  CHECK(refusal_of(exchange->respond(final)) == Refusal::wrong_channel);
}

TEST_CASE("a binding that this channel does not have is refused") {
  Surroundings around = tls();
  around.bindings.tls_exporter.reset();
  ScramClient client(Hash::sha256, "user", "pencil", "client");
  client.header = "p=tls-exporter,,";
  client.channel = std::string(32, 'e');
  CHECK(refusal_of(played(*find_mechanism("SCRAM-SHA-256-PLUS"), around, client)) == Refusal::unknown_binding);
}

TEST_CASE("keys as text, both ways") {
  const ScramKeys keys = keys_of(rfc7677);
  const std::string text = to_text(keys);
  CHECK(text ==
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  CHECK(scram_keys_of(text) == keys);
  for (const std::string& wrong :
       {std::string(), text.substr(1), text + "=", replaced(text, "4096", "4095"),
        replaced(text, "4096", "10000001"), replaced(text, "4096", "99999999999"), replaced(text, "4096", "+4096"),
        replaced(text, "SHA-256", "SHA-1"), replaced(text, "SHA-256", "SHA-512"),
        replaced(text, "W22ZaJ0SNY7soEsUEjb6gQ==", ""), replaced(text, "qY=:", "qY=")})
    CHECK(scram_keys_of(wrong) == std::nullopt);
}

TEST_CASE("made-up keys are always the same for a user, and another's for another") {
  const auto keys = made_up_keys(Hash::sha256, "secret", "alice", 4096);
  CHECK(keys == made_up_keys(Hash::sha256, "secret", "alice", 4096));
  CHECK(keys.salt.size() == 16);
  CHECK(keys.salt != made_up_keys(Hash::sha256, "secret", "bob", 4096).salt);
  CHECK(keys.salt != made_up_keys(Hash::sha256, "other", "alice", 4096).salt);
  CHECK(made_up_keys(Hash::sha1, "secret", "alice", 4096).stored_key.size() == 20);
}

TEST_CASE("any client with the password is let in and knows the server; with another one it is not") {
  CHECK(rc::check([] {
    const auto printable = rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('!', '~')));
    const auto user = *printable;
    const auto nonce = *rc::gen::suchThat(printable, [](const std::string& s) { return s.find(',') == s.npos; });
    const auto password = *rc::gen::nonEmpty<std::string>(), other = *rc::gen::nonEmpty<std::string>();
    const Hash hash = *rc::gen::element(Hash::sha1, Hash::sha256);
    const auto keys = scram_keys(hash, password, *rc::gen::nonEmpty<std::string>(), 4096);
    for (const std::string& tried : {password, other}) {
      const auto exchange = (hash == Hash::sha1 ? make_scram_sha_1 : make_scram_sha_256)({.nonce = "s"});
      ScramClient client(hash, user, tried, nonce);
      RC_ASSERT(as<FindKeys>(exchange->respond(client.first())).user == user);
      const Step end = exchange->respond(client.final(as<Challenge>(exchange->keys_found(keys)).text));
      const bool is_right = protocol::prepared_password(tried) == protocol::prepared_password(password);
      RC_ASSERT(std::holds_alternative<Done>(end) == is_right);
      if (is_right) RC_ASSERT(std::get<Done>(end).final_data == client.expected_end());
    }
  }));
}
