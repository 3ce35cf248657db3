#include "server/login/passwords/foreign_hashes.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "server/login/passwords/credentials.h"
#include "server/login/passwords/passwords.h"

using namespace postbag;
using namespace postbag::server;

namespace {

// "password" and more, by crypt(3).
const std::string des = "{DES-CRYPT}abJnggxhB/yWI";

const std::string secret = "secret", alice = "alice";
const KeyOwner owner{secret, alice};

std::string repeated(char c, std::size_t size) { return std::string(size, c); }

}  // namespace

TEST_CASE("hashes of other servers that cost too much to check, or are of no known method, are refused") {
  prepare_crypto();
  const std::string argon2 = ",p=1$c2FsdHNhbHRzYWx0c2FsdA$" + repeated('A', 43);
  const std::string bcrypt = repeated('a', 53);
  for (const std::string& cheap : std::vector<std::string>{
           "$2b$14$" + bcrypt, "$sha1$1000000$abc$w7p9mLNJGMyHkjkEGSmNndT6joZb",
           "$1$abcdefgh$IQtUouv7y7Q9dRWkQEPCc.", "$md5,rounds=1000000$abc$$vXB6jTilT3JaNmBWZ6D8I1",
           "$y$jDT$salt$" + repeated('a', 43), "$gy$j9T$salt$" + repeated('a', 43),
           "$7$CU..../....salt$" + repeated('a', 43), "$6$rounds=5000000$abc$" + repeated('a', 86),
           "{ARGON2ID}$argon2id$v=19$m=262144,t=10" + argon2, "{ARGON2I}$argon2i$v=19$m=65536,t=3" + argon2,
           "abJnggxhB/yWI"}) {
    CAPTURE(cheap);
    CHECK(why_refused(cheap) == std::nullopt);
  }
  for (const std::string& dear : std::vector<std::string>{
           "$2b$15$" + bcrypt, "$sha1$1000001$abc$w7p9mLNJGMyHkjkEGSmNndT6joZb",
           "$md5,rounds=1000001$abc$$vXB6jTilT3JaNmBWZ6D8I1", "$y$jET$salt$" + repeated('a', 43),
           "$y$j9T0$salt$" + repeated('a', 43), "$gy$jFT$salt$" + repeated('a', 43),
           "$7$HU..../....salt$" + repeated('a', 43), "$7$CU....0....salt$" + repeated('a', 43),
           "$6$rounds=5000001$abc$" + repeated('a', 86), "$3$$8cc19b6a8cfeac299c2871c86b38de28",
           "{ARGON2ID}$argon2id$v=19$m=262145,t=1" + argon2, "{ARGON2ID}$argon2id$v=19$m=65536,t=11" + argon2,
           "{ARGON2I}$argon2i$m=65536,t=3" + argon2}) {
    CAPTURE(dear);
    CHECK(why_refused(dear).has_value());
  }
}

TEST_CASE("a text that is no hash, or one that would have to be decoded, is not taken for a password's hash") {
  for (const std::string text :
       {"correct horse battery", "thirteenchar!", "abJnggxhB/yWI.", "abJnggxhB/yW", "_J9..abcd",
        "{PLAIN.B64}c2VjcmV0", "{CRYPT.HEX}abJnggxhB/yWI", "{CLEARTEXT.BASE64}c2VjcmV0"}) {
    CAPTURE(text);
    CHECK(why_refused(text).has_value());
  }
  CHECK(why_refused("{SHA.HEX}" + repeated('0', 40)) == std::nullopt);
}

TEST_CASE("what was typed replaces an imported hash only when all of it counted") {
  prepare_crypto();
  const std::string bcrypt = "{BLF-CRYPT}$2b$04$aaaaaaaaaaaaaaaaaaaaaO" + repeated('a', 31);
  CHECK(verify_foreign(des, "password"));
  CHECK(verify_foreign(des, "password and more"));
  CHECK_FALSE(verify_foreign(des, std::string_view("password\0more", 13)));
  CHECK(completed({des, ""}, owner, "password and more", true) == std::nullopt);
  CHECK(completed({des, ""}, owner, "password", true) == std::nullopt);
  CHECK(completed({bcrypt, ""}, owner, repeated('p', 72), false) == std::nullopt);
  CHECK(completed({bcrypt, ""}, owner, repeated('p', 71), false).has_value());
  const auto whole = completed({"{PLAIN}password", ""}, owner, "password", true);
  REQUIRE(whole.has_value());
  CHECK(verify_password(whole->password_hash, "password"));
}

TEST_CASE("the keys of an account look as those that are shown when it has none") {
  prepare_crypto();
  for (const sasl::Hash hash : {sasl::Hash::sha256, sasl::Hash::sha1}) {
    const sasl::ScramKeys shown = made_up_keys(owner, hash);
    const std::string theirs = sasl::to_text(sasl::scram_keys(hash, "password", "salt", 4096));
    for (const std::string& before : {std::string(), theirs}) {
      const auto whole = completed({"{PLAIN}password", before}, owner, "password", true);
      REQUIRE(whole.has_value());
      const auto keys = stored_keys(*whole, hash);
      REQUIRE(keys.has_value());
      CHECK(keys->salt == shown.salt);
      CHECK(keys->iterations == shown.iterations);
      CHECK(*keys == sasl::scram_keys(hash, "password", shown.salt, shown.iterations));
      CHECK(completed(*whole, owner, "password", true) == std::nullopt);
    }
  }
}
