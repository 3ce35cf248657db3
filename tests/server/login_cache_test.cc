#include "server/login/login_cache.h"

#include <doctest/doctest.h>

#include "server/login/passwords/passwords.h"

using namespace postbag;
using server::LoginCache;

TEST_CASE("only the same account, hash and password are known, and only for a while") {
  server::prepare_crypto();
  LoginCache cache;
  const LoginCache::Time now{std::chrono::seconds(1'000'000)};
  const AccountId one(1), two(2);
  CHECK_FALSE(cache.knows(one, "hash", "password", now));
  cache.remember(one, "hash", "password", now);
  CHECK(cache.knows(one, "hash", "password", now + std::chrono::minutes(9)));
  CHECK_FALSE(cache.knows(one, "hash", "password", now + std::chrono::minutes(10)));
  CHECK_FALSE(cache.knows(one, "hash", "passwore", now));
  CHECK_FALSE(cache.knows(one, "hasi", "password", now));
  CHECK_FALSE(cache.knows(one, "hashp", "assword", now));
  CHECK_FALSE(cache.knows(two, "hash", "password", now));
  CHECK_FALSE(LoginCache().knows(one, "hash", "password", now));
}

TEST_CASE("the cache is bounded") {
  server::prepare_crypto();
  LoginCache cache;
  const LoginCache::Time now{std::chrono::seconds(1'000'000)};
  std::size_t known = 0;
  for (std::uint64_t id = 1; id <= 12'000; ++id) cache.remember(AccountId(id), "h", "p", now);
  for (std::uint64_t id = 1; id <= 12'000; ++id) known += cache.knows(AccountId(id), "h", "p", now) ? 1 : 0;
  CHECK(known == 10'000);
}
