#include "server/login/login_cache.h"

#include <cstdint>

#include <sodium.h>

namespace postbag::server {

namespace {

constexpr std::chrono::minutes remembered_for{10};
constexpr std::size_t most_entries = 10'000;

/// Hashes the length first, so that two fields divided at another place give another digest.
void add_field(crypto_generichash_state& state, std::string_view field) {
  const std::uint64_t size = field.size();
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(field.data()), field.size());
}

}  // namespace

LoginCache::LoginCache() { randombytes_buf(key_.data(), key_.size()); }
LoginCache::~LoginCache() { sodium_memzero(key_.data(), key_.size()); }

LoginCache::Digest LoginCache::digest(AccountId account, std::string_view hash, std::string_view password) const {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key_.data(), key_.size(), sizeof(Digest));
  const std::uint64_t id = account.value();
  add_field(state, {reinterpret_cast<const char*>(&id), sizeof id});
  add_field(state, hash);
  add_field(state, password);
  Digest out;
  crypto_generichash_final(&state, out.data(), out.size());
  sodium_memzero(&state, sizeof state);
  return out;
}

bool LoginCache::knows(AccountId account, std::string_view hash, std::string_view password, Time now) const {
  const auto entry = entries_.find(account);
  if (entry == entries_.end() || entry->second.until <= now) return false;
  const Digest asked = digest(account, hash, password);
  return sodium_memcmp(asked.data(), entry->second.digest.data(), asked.size()) == 0;
}

void LoginCache::remember(AccountId account, std::string_view hash, std::string_view password, Time now) {
  make_room(now);
  entries_.insert_or_assign(account, Entry{digest(account, hash, password), now + remembered_for});
}

void LoginCache::make_room(Time now) {
  if (entries_.size() < most_entries) return;
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.until <= now; });
  if (entries_.size() >= most_entries) entries_.erase(entries_.begin());
}

}  // namespace postbag::server
