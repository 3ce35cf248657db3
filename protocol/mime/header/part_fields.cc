#include "protocol/mime/header/part_fields.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <tuple>

#include "core/ascii.h"
#include "protocol/mime/header/address.h"
#include "protocol/mime/header/content_fields.h"
#include "protocol/text/charset/encoded_word.h"

namespace postbag::mime {

namespace {

/// A field that is being stored in a part; the value is unfolded.
struct Incoming {
  Part& part;
  Envelope& envelope;
  HeaderState& state;
  std::string value;
  std::string_view end;  ///< raw; see RawField
  std::size_t& size;     ///< of the fields of this name
  const ParserLimits& limits;
};

/// The first field of a name is used, later ones are ignored.
void set_once(std::optional<std::string>& field, std::string&& value) {
  if (!field) field = std::move(value);
}

template <std::optional<std::string> Part::* Field>
void set_text(Incoming& in) {
  set_once(in.part.*Field, std::move(in.value));
}

template <std::optional<std::string> Envelope::* Field>
void set_envelope_text(Incoming& in) {
  set_once(in.envelope.*Field, std::move(in.value));
}

void read_list(Incoming& in, Addresses& list) {
  if (!read_addresses(in.value, in.limits.addresses, list)) in.state.limits_met.add(Limit::addresses);
}

/// Removes what exceeds the limit; one more was requested to notice that.
template <class List>
void cut_list(Incoming& in, List& list) {
  if (list.size() <= in.limits.parameters) return;
  list.resize(in.limits.parameters);
  in.state.limits_met.add(Limit::parameters);
}

/// From, Sender, Reply-To: the first field is used.
template <Addresses Envelope::* Field>
void set_addresses(Incoming& in) {
  Addresses& list = in.envelope.*Field;
  if (list.empty()) read_list(in, list);
}

/// To, Cc, Bcc: some writers send one field for each recipient. Together they may be as long as one field.
template <Addresses Envelope::* Field>
void add_addresses(Incoming& in) {
  Addresses& list = in.envelope.*Field;
  in.size += in.value.size();
  const bool too_long = in.size > in.limits.header_used && list.size() < in.limits.addresses;
  if (too_long) return in.state.limits_met.add(Limit::field);
  read_list(in, list);
}

/// The last identifiers are the nearest, so the end of a long field is used too. RFC 5256 section 3, REFERENCES.
void set_references(Incoming& in) { set_once(in.state.references, in.value + protocol::unfolded(in.end)); }

void set_type(Incoming& in) {
  if (in.state.type) return;
  in.state.type = read_content_type(in.value, in.limits.parameters + 1);
  if (in.state.type) cut_list(in, in.state.type->parameters);
}

void set_encoding(Incoming& in) {
  if (!in.state.encoding) in.state.encoding = read_token(in.value);
}

void set_disposition(Incoming& in) {
  if (in.part.disposition) return;
  in.part.disposition = read_disposition(in.value, in.limits.parameters + 1);
  if (in.part.disposition) cut_list(in, in.part.disposition->parameters);
}

void set_languages(Incoming& in) {
  if (!in.part.languages.empty()) return;
  in.part.languages = read_languages(in.value, in.limits.parameters + 1);
  cut_list(in, in.part.languages);
}

/// In which headers a field is used.
enum class Of : std::uint8_t {
  part,     ///< any part
  message,  ///< a message, also one embedded in another
  whole,    ///< only the message itself
};

struct KnownField {
  std::string_view name;
  Of of;
  void (*set)(Incoming&);
};

constexpr KnownField known_fields[] = {
    {"content-type", Of::part, set_type},
    {"content-transfer-encoding", Of::part, set_encoding},
    {"content-disposition", Of::part, set_disposition},
    {"content-language", Of::part, set_languages},
    {"content-id", Of::part, set_text<&Part::id>},
    {"content-description", Of::part, set_text<&Part::description>},
    {"content-md5", Of::part, set_text<&Part::md5>},
    {"content-location", Of::part, set_text<&Part::location>},
    {"date", Of::message, set_envelope_text<&Envelope::date>},
    {"subject", Of::message, set_envelope_text<&Envelope::subject>},
    {"from", Of::message, set_addresses<&Envelope::from>},
    {"sender", Of::message, set_addresses<&Envelope::sender>},
    {"reply-to", Of::message, set_addresses<&Envelope::reply_to>},
    {"to", Of::message, add_addresses<&Envelope::to>},
    {"cc", Of::message, add_addresses<&Envelope::cc>},
    {"bcc", Of::message, add_addresses<&Envelope::bcc>},
    {"in-reply-to", Of::message, set_envelope_text<&Envelope::in_reply_to>},
    {"message-id", Of::message, set_envelope_text<&Envelope::message_id>},
    {"references", Of::whole, set_references},
};
static_assert(std::size(known_fields) <= std::tuple_size_v<decltype(HeaderState::sizes)>);

const KnownField* known_field(const Part& part, std::string_view name) {
  const auto* found =
      std::ranges::find_if(known_fields, [&](const KnownField& f) { return ascii_iequal(f.name, name); });
  const Of is = part.parent == Part::none ? Of::whole : part.envelope ? Of::message : Of::part;
  return found != std::end(known_fields) && found->of <= is ? found : nullptr;
}

}  // namespace

bool is_known_field(const Part& part, std::string_view name) { return known_field(part, name) != nullptr; }

void apply_field(Part& part, HeaderState& state, const RawField& field, const ParserLimits& limits) {
  const KnownField* known = known_field(part, field.name);
  if (known == nullptr) return;
  Envelope unused;
  Incoming in{.part = part,
              .envelope = part.envelope ? *part.envelope : unused,
              .state = state,
              .value = protocol::unfolded(field.value),
              .end = field.end,
              .size = state.sizes.at(static_cast<std::size_t>(known - known_fields)),
              .limits = limits};
  known->set(in);
}

}  // namespace postbag::mime
