#include "search/keys/ids.h"

#include <string_view>

#include "core/object_id.h"
#include "search/key.h"
#include "search/look.h"

namespace postbag::search {

namespace {

/// An identifier that no object of ours can have matches nothing. RFC 8474 sections 6 and 7.
template <class Test, class Id>
Parsed parsed_id(grammar::SearchKey key, std::optional<Id> (*id_of)(std::string_view)) {
  const std::string_view text = key.objectid()->text();
  if (text.size() > longest_object_id) return bad("Identifier too long");
  const std::optional<Id> id = id_of(text);
  return id ? Key{Test{*id}} : Key{InSet{}};
}

}  // namespace

Parsed HasBody::parse(grammar::SearchKey key, Parser&) { return parsed_id<HasBody>(key, body_of); }

Answer HasBody::match(Look& look) const { return look.message().body == body; }

Parsed InThread::parse(grammar::SearchKey key, Parser&) { return parsed_id<InThread>(key, thread_of); }

Answer InThread::match(Look& look) const { return look.stored().thread() == thread; }

}  // namespace postbag::search
