#include "server/login/passwords/passwords.h"

#include <chrono>

#include <doctest/doctest.h>

using namespace postbag::server;

TEST_CASE("a password is verified against its hash, which is Argon2id and never the same twice") {
  prepare_crypto();
  const std::string hash = hash_password("pass word");
  CHECK(hash.starts_with("$argon2id$"));
  CHECK(hash != hash_password("pass word"));
  CHECK(verify_password(hash, "pass word"));
  CHECK_FALSE(verify_password(hash, "pass wore"));
  CHECK_FALSE(verify_password(hash, ""));
  CHECK_FALSE(verify_password(hash, std::string_view("pass word\0", 10)));
}

TEST_CASE("what replaces an unknown account's hash has the form and the cost of a real one") {
  prepare_crypto();
  const std::string real = hash_password("x");
  const std::string stand_in = impossible_hash();
  CHECK(stand_in.size() == real.size());
  const std::size_t salt = real.rfind('$', real.rfind('$') - 1);
  CHECK(stand_in.substr(0, salt) == real.substr(0, salt));
  CHECK(stand_in != impossible_hash());
}

TEST_CASE("no password fits an account without one, after the usual time") {
  prepare_crypto();
  const std::string hash = hash_password("x");
  const auto time = [](std::string_view stored) {
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(verify_password(stored, "guess"));
    return std::chrono::steady_clock::now() - start;
  };
  time(hash);  // for what is slow once
  const auto usual = time(hash);
  for (const std::string& stored : {std::string(no_password), std::string(), std::string(500, '$')})
    CHECK(time(stored) > usual / 4);
}
