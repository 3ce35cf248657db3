#include "protocol/mime/part_fields.h"

#include "core/ascii.h"
#include "protocol/mime/address.h"
#include "protocol/mime/content_fields.h"
#include "protocol/text/encoded_word.h"

namespace postbag::mime {

namespace {

/// A field on its way into a part; the value is unfolded.
struct Incoming {
  Part& part;
  Envelope& envelope;
  HeaderState& state;
  std::string value;
  const ParserLimits& limits;
};

/// The first field of a name counts, the others mean nothing.
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

/// Takes back what is beyond the limit; one more was asked for to know of it.
template <class List>
void cut_list(Incoming& in, List& list) {
  if (list.size() <= in.limits.parameters) return;
  list.resize(in.limits.parameters);
  in.state.limits_met.add(Limit::parameters);
}

/// From, Sender, Reply-To: the first field counts.
template <Addresses Envelope::* Field>
void set_addresses(Incoming& in) {
  Addresses& list = in.envelope.*Field;
  if (list.empty()) read_list(in, list);
}

/// To, Cc, Bcc: some writers send one field for each recipient.
template <Addresses Envelope::* Field>
void add_addresses(Incoming& in) {
  read_list(in, in.envelope.*Field);
}

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

struct KnownField {
  std::string_view name;
  bool of_message;  ///< only in the header of a message, not in that of a part
  void (*set)(Incoming&);
};

constexpr KnownField known_fields[] = {
    {"content-type", false, set_type},
    {"content-transfer-encoding", false, set_encoding},
    {"content-disposition", false, set_disposition},
    {"content-language", false, set_languages},
    {"content-id", false, set_text<&Part::id>},
    {"content-description", false, set_text<&Part::description>},
    {"content-md5", false, set_text<&Part::md5>},
    {"content-location", false, set_text<&Part::location>},
    {"date", true, set_envelope_text<&Envelope::date>},
    {"subject", true, set_envelope_text<&Envelope::subject>},
    {"from", true, set_addresses<&Envelope::from>},
    {"sender", true, set_addresses<&Envelope::sender>},
    {"reply-to", true, set_addresses<&Envelope::reply_to>},
    {"to", true, add_addresses<&Envelope::to>},
    {"cc", true, add_addresses<&Envelope::cc>},
    {"bcc", true, add_addresses<&Envelope::bcc>},
    {"in-reply-to", true, set_envelope_text<&Envelope::in_reply_to>},
    {"message-id", true, set_envelope_text<&Envelope::message_id>},
};

}  // namespace

void apply_field(Part& part, HeaderState& state, std::string_view name, std::string_view raw_value,
                 const ParserLimits& limits) {
  Envelope unused;
  Envelope& envelope = part.envelope ? *part.envelope : unused;
  for (const KnownField& field : known_fields) {
    if (!ascii_iequal(field.name, name)) continue;
    Incoming in{.part = part,
                .envelope = envelope,
                .state = state,
                .value = protocol::unfolded(raw_value),
                .limits = limits};
    if (part.envelope || !field.of_message) field.set(in);
    return;
  }
}

}  // namespace postbag::mime
