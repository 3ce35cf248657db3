#include "search/keys/sizes.h"

#include "protocol/parse/values.h"
#include "search/key.h"
#include "search/look.h"

namespace postbag::search {

Parsed SizeIs::parse(grammar::SearchKey key, Parser&) {
  const auto bytes = protocol::number_value(key.number64()->text(), ~std::uint64_t{0});
  if (!bytes) return bad("Number too large");
  return Key{SizeIs{key.kind() == KeyName::larger ? Than::larger : Than::smaller, *bytes}};
}

Answer SizeIs::match(Look& look) const {
  const std::uint64_t size = look.message().size;
  return than == Than::larger ? size > bytes : size < bytes;
}

}  // namespace postbag::search
