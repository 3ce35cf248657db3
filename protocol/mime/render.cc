#include "protocol/mime/render.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/response/writer.h"

namespace postbag::mime {

namespace {

using protocol::Writer;

void write_address(const Address& address, Writer& out) {
  out.raw("(").nstring(address.name).sp().nstring(address.route).sp();
  out.nstring(address.mailbox).sp().nstring(address.host).raw(")");
}

/// "(" 1*address ")" / nil: no space between addresses. RFC 9051 section 9: env-from.
void write_addresses(const Addresses& addresses, Writer& out) {
  if (addresses.empty()) {
    out.nil();
    return;
  }
  out.raw("(");
  for (const Address& address : addresses) write_address(address, out);
  out.raw(")");
}

void write_envelope(const Envelope& e, Writer& out) {
  out.raw("(").nstring(e.date).sp().nstring(e.subject);
  // The server takes Sender and Reply-To from From when they are missing or empty. RFC 9051 section 7.5.2.
  const Addresses* const lists[] = {
      &e.from, e.sender.empty() ? &e.from : &e.sender, e.reply_to.empty() ? &e.from : &e.reply_to, &e.to, &e.cc,
      &e.bcc};
  for (const Addresses* list : lists) write_addresses(*list, out.sp());
  out.sp().nstring(e.in_reply_to).sp().nstring(e.message_id).raw(")");
}

/// body-fld-param. RFC 9051 section 9.
void write_parameters(const Parameters& parameters, Writer& out) {
  if (parameters.empty()) {
    out.nil();
    return;
  }
  char before = '(';
  for (const Parameter& p : parameters) {
    out.raw(std::string_view(&before, 1)).string(p.name).sp().string(p.value);
    before = ' ';
  }
  out.raw(")");
}

void write_disposition(const std::optional<Disposition>& disposition, Writer& out) {
  if (!disposition) {
    out.nil();
    return;
  }
  out.raw("(").string(disposition->type).sp();
  write_parameters(disposition->parameters, out);
  out.raw(")");
}

void write_languages(const std::vector<std::string>& languages, Writer& out) {
  if (languages.size() < 2) {
    out.nstring(languages.empty() ? std::nullopt : std::optional<std::string_view>(languages[0]));
    return;
  }
  char before = '(';
  for (const std::string& tag : languages) {
    out.raw(std::string_view(&before, 1)).string(tag);
    before = ' ';
  }
  out.raw(")");
}

/// Writes parts in the structure's order with a stack of open ones, so that depth needs no recursion.
class BodyRenderer {
 public:
  explicit BodyRenderer(const Structure& structure) : structure_(&structure), out_(rendered_.bodystructure) {}

  RenderedBody run() && {
    for (std::size_t i = 0; i < structure_->parts.size(); ++i) {
      while (!open_.empty() && open_.back() != structure_->parts[i].parent) close();
      open(i);
    }
    while (!open_.empty()) close();
    return std::move(rendered_);
  }

 private:
  const Part& part(std::size_t index) const { return structure_->parts[index]; }

  /// Writes what comes before a part's children.
  void open(std::size_t index) {
    open_.push_back(index);
    out_.raw("(");
    const Part& p = part(index);
    if (p.kind == Kind::multipart) return;
    out_.string(p.type.type).sp().string(p.type.subtype).sp();
    write_parameters(p.type.parameters, out_);
    out_.sp().nstring(p.id).sp().nstring(p.description).sp().string(p.encoding_name).sp().number(p.end - p.body);
    if (p.kind != Kind::message) return;
    const Part& embedded = part(index + 1);
    out_.sp();
    write_envelope(embedded.envelope.value_or(Envelope{}), out_);
    out_.sp();
  }

  /// Writes what follows the children of the innermost open part.
  void close() {
    const Part& p = part(open_.back());
    if (p.kind == Kind::multipart) out_.sp().string(p.type.subtype);
    if (p.kind == Kind::message || p.kind == Kind::text) out_.sp().number(p.lines);
    const std::size_t begin = rendered_.bodystructure.size();
    write_extension(p);
    rendered_.extensions.push_back({begin, rendered_.bodystructure.size() - begin});
    out_.raw(")");
    open_.pop_back();
  }

  /// body-ext-1part, body-ext-mpart. RFC 9051 section 9.
  void write_extension(const Part& p) {
    out_.sp();
    if (p.kind == Kind::multipart) {
      write_parameters(p.type.parameters, out_);
    } else {
      out_.nstring(p.md5);
    }
    out_.sp();
    write_disposition(p.disposition, out_);
    out_.sp();
    write_languages(p.languages, out_);
    out_.sp().nstring(p.location);
  }

  const Structure* structure_;
  RenderedBody rendered_;
  Writer out_;
  std::vector<std::size_t> open_;
};

}  // namespace

std::string envelope(const Envelope& envelope) {
  std::string out;
  Writer writer(out);
  write_envelope(envelope, writer);
  return out;
}

std::string envelope(const Structure& structure) {
  return envelope(structure.parts.front().envelope.value_or(Envelope{}));
}

RenderedBody render_body(const Structure& structure) { return BodyRenderer(structure).run(); }

std::string without(std::string_view bodystructure, const std::vector<ByteRange>& extensions) {
  std::string out;
  std::size_t from = 0;
  for (const ByteRange& cut : extensions) {
    out.append(bodystructure.substr(from, cut.offset - from));
    from = cut.end();
  }
  return out.append(bodystructure.substr(from));
}

std::string body(const Structure& structure) {
  const RenderedBody rendered = render_body(structure);
  return without(rendered.bodystructure, rendered.extensions);
}

std::string bodystructure(const Structure& structure) { return render_body(structure).bodystructure; }

}  // namespace postbag::mime
