#include "storage/bodies/staged.h"

namespace postbag::storage::bodies {

namespace {

const unsigned char* as_bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Hasher::Hasher() { crypto_generichash_init(&state_, nullptr, 0, bytes); }

void Hasher::update(std::string_view piece) { crypto_generichash_update(&state_, as_bytes(piece), piece.size()); }

std::string Hasher::finish() {
  std::string digest(bytes, '\0');
  crypto_generichash_final(&state_, reinterpret_cast<unsigned char*>(digest.data()), bytes);
  return digest;
}

Staged::~Staged() {
  if (!file.empty() && !keep) files->discard(file);
}

}  // namespace postbag::storage::bodies
