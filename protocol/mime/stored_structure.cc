#include "protocol/mime/stored_structure.h"

#include <cstddef>

#include "core/ascii.h"
#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/render.h"
#include "protocol/text/date.h"

namespace postbag::mime {

namespace {

constexpr char version = 4;
constexpr char first_current = 4;  ///< what is read of a message
constexpr char first_with_preview = 3;
constexpr char first_with_sort_keys = 2;
constexpr char oldest_version = 1;

void put(std::string& out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) out.push_back(static_cast<char>(v | 0x80U));
  out.push_back(static_cast<char>(v));
}

std::uint64_t zigzag(std::int64_t v) {
  return static_cast<std::uint64_t>(v) << 1 ^ static_cast<std::uint64_t>(v >> 63);
}
std::int64_t unzigzag(std::uint64_t v) { return static_cast<std::int64_t>(v >> 1 ^ (~(v & 1) + 1)); }

void put_bytes(std::string& out, std::string_view bytes) {
  put(out, bytes.size());
  out.append(bytes);
}

void put_date(std::string& out, const std::optional<DateTime>& date) {
  put(out, date ? 1 : 0);
  if (!date) return;
  put(out, zigzag(date->seconds));
  put(out, zigzag(date->zone_minutes));
}

void put_keys(std::string& out, const std::vector<std::uint64_t>& keys) {
  put(out, keys.size());
  for (const std::uint64_t key : keys)
    for (unsigned shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(key >> shift & 0xffU));
}

std::string packed(const SortKeys& keys) {
  std::string out;
  put(out, keys.reply_or_forward ? 1 : 0);
  for (const std::string* text :
       {&keys.subject, &keys.from, &keys.to, &keys.cc, &keys.display_from, &keys.display_to})
    put_bytes(out, *text);
  put_keys(out, keys.id);
  put_keys(out, keys.references);
  return out;
}

void put_extensions(std::string& out, const std::vector<ByteRange>& extensions) {
  put(out, extensions.size());
  std::uint64_t from = 0;
  for (const ByteRange& cut : extensions) {
    put(out, cut.offset - from);
    put(out, cut.size);
    from = cut.end();
  }
}

void put_part(std::string& out, const Part& part) {
  put(out, part.parent == Part::none ? 0 : part.parent + 1);
  put(out, static_cast<std::uint64_t>(part.kind));
  put(out, static_cast<std::uint64_t>(part.encoding));
  put(out, part.header);
  put(out, part.body - part.header);
  put(out, part.end - part.body);
  put(out, part.lines);
  put_bytes(out,
            part.kind == Kind::text ? to_ascii_lower(parameter(part.type.parameters, "charset").value_or("")) : "");
}

/// Takes values off the front of stored bytes; throws when they are missing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) throw CorruptStructure();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      v |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) return v;
    }
    throw CorruptStructure();
  }
  std::string_view bytes() {
    const std::uint64_t size = number();
    if (size > rest_.size()) throw CorruptStructure();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  /// Eight bytes, the lowest first.
  std::uint64_t fixed() {
    if (rest_.size() < sizeof(std::uint64_t)) throw CorruptStructure();
    std::uint64_t v = 0;
    for (std::size_t i = sizeof v; i-- > 0;) v = v << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(sizeof v);
    return v;
  }
  template <class E>
  E enumerator(E last) {
    const std::uint64_t v = number();
    if (v > static_cast<std::uint64_t>(last)) throw CorruptStructure();
    return static_cast<E>(v);
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::optional<DateTime> take_date(Reader& in) {
  if (in.number() == 0) return std::nullopt;
  const std::int64_t seconds = unzigzag(in.number());
  return DateTime{.seconds = seconds, .zone_minutes = static_cast<std::int16_t>(unzigzag(in.number()))};
}

std::vector<std::uint64_t> take_keys(Reader& in) {
  std::vector<std::uint64_t> keys;
  for (std::uint64_t left = in.number(); left > 0; --left) keys.push_back(in.fixed());
  return keys;
}

SortKeys unpacked(std::string_view bytes) {
  Reader in(bytes);
  SortKeys keys;
  keys.reply_or_forward = in.number() != 0;
  for (std::string* text : {&keys.subject, &keys.from, &keys.to, &keys.cc, &keys.display_from, &keys.display_to})
    *text = in.bytes();
  keys.id = take_keys(in);
  keys.references = take_keys(in);
  return keys;
}

/// A count and that many pairs of numbers; yields their bytes.
std::string_view take_pairs(Reader& in) {
  const std::string_view from = in.rest();
  for (std::uint64_t left = in.number(); left > 0; --left) {
    in.number();
    in.number();
  }
  return from.substr(0, from.size() - in.rest().size());
}

/// A range at `offset` that lies within a message of `size` bytes.
ByteRange checked(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
  if (offset > size || length > size - offset) throw CorruptStructure();
  return {offset, length};
}

StoredStructure::Entry take_part(Reader& in, std::size_t index, std::uint64_t size) {
  StoredStructure::Entry entry;
  const std::uint64_t parent = in.number();
  if (parent > index || (parent == 0) != (index == 0)) throw CorruptStructure();
  entry.parent = parent == 0 ? Part::none : static_cast<std::size_t>(parent - 1);
  entry.kind = in.enumerator(Kind::readable);
  entry.encoding = in.enumerator(Encoding::unknown);
  const std::uint64_t header = in.number();
  entry.header = checked(header, in.number(), size);
  entry.body = checked(entry.header.end(), in.number(), size);
  entry.lines = in.number();
  entry.charset = in.bytes();
  return entry;
}

}  // namespace

std::string encode(const Structure& structure) {
  const RenderedBody rendered = render_body(structure);
  std::string out(1, version);
  put(out, structure.size);
  put_date(out, structure.sent);
  put_bytes(out, packed(sort_keys(structure)));
  put(out, structure.preview ? 1 : 0);
  if (structure.preview) put_bytes(out, *structure.preview);
  put_bytes(out, envelope(structure));
  put_bytes(out, rendered.bodystructure);
  put_extensions(out, rendered.extensions);
  put(out, structure.common_fields_complete ? 1 : 0);
  put_bytes(out, structure.common_fields);
  put(out, structure.parts.size());
  for (const Part& part : structure.parts) put_part(out, part);
  return out;
}

StoredStructure::StoredStructure(std::string_view bytes) {
  const char form = bytes.empty() ? '\0' : bytes.front();
  if (form < oldest_version || form > version) throw CorruptStructure();
  Reader in(bytes.substr(1));
  size_ = in.number();
  sent_ = take_date(in);
  is_old_ = form < first_current;
  if (form >= first_with_sort_keys) sort_keys_ = in.bytes();
  if (form >= first_with_preview && in.number() != 0) preview_ = in.bytes();
  if (is_old_ && preview_ && preview_->empty()) preview_.reset();
  envelope_ = in.bytes();
  bodystructure_ = in.bytes();
  extensions_ = take_pairs(in);
  common_complete_ = in.number() != 0;
  common_fields_ = in.bytes();
  parts_ = in.rest();
}

std::optional<DateTime> StoredStructure::sent() const {
  FieldReader fields(is_old_ ? common_fields_ : std::string_view());
  while (const auto field = fields.next())
    if (ascii_iequal(field->name, "date")) return protocol::parse_rfc5322_date(field->value);
  return sent_;
}

std::optional<SortKeys> StoredStructure::sort_keys() const {
  if (!is_old_) return unpacked(sort_keys_);
  return common_complete_ ? std::optional(sort_keys_of_fields(common_fields_)) : std::nullopt;
}

void StoredStructure::append_body(std::string& out) const {
  Reader cuts(extensions_);
  std::string_view rest = bodystructure_;
  for (std::uint64_t left = cuts.number(); left > 0; --left) {
    const ByteRange cut = checked(cuts.number(), 0, rest.size());
    out.append(rest.substr(0, cut.offset));
    rest.remove_prefix(cut.offset);
    rest.remove_prefix(checked(0, cuts.number(), rest.size()).size);
  }
  out.append(rest);
}

std::vector<StoredStructure::Entry> StoredStructure::parts() const {
  Reader in(parts_);
  const std::uint64_t count = in.number();
  if (count == 0 || count > parts_.size()) throw CorruptStructure();  // each part takes more than a byte
  std::vector<Entry> parts;
  parts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) parts.push_back(take_part(in, i, size_));
  return parts;
}

}  // namespace postbag::mime
