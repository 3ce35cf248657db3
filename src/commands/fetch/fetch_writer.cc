#include "commands/fetch/fetch_writer.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "commands/object_id.h"
#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/stored_structure.h"
#include "protocol/mime/text/preview.h"
#include "storage/errors.h"

namespace postbag {

namespace {

using Kind = FetchItem::Kind;
using What = protocol::Section::What;

/// Messages looked up at once: few when each brings its structure along.
constexpr std::size_t batch_size = 512;
constexpr std::size_t batch_with_structure = 64;
/// How long one slice may hold the account's worker: decoding can take long and yield little.
constexpr std::chrono::milliseconds slice_time{20};
/// Bytes of a message read at once.
constexpr std::uint64_t piece = 64 * 1024;

mime::SectionText section_text(What what) {
  switch (what) {
    case What::all: return mime::SectionText::all;
    case What::text: return mime::SectionText::text;
    case What::mime: return mime::SectionText::mime;
    case What::header:
    case What::header_fields:
    case What::header_fields_not: break;
  }
  return mime::SectionText::header;
}

/// The part of `range` that a partial asks for. RFC 9051 section 6.4.5: beyond the end there is nothing.
mime::ByteRange cut(mime::ByteRange range, const std::optional<protocol::Partial>& partial) {
  if (!partial) return range;
  const std::uint64_t offset = std::min(partial->offset, range.size);
  return {range.offset + offset, std::min(partial->count, range.size - offset)};
}

std::string_view cut(std::string_view text, const std::optional<protocol::Partial>& partial) {
  const mime::ByteRange range = cut(mime::ByteRange{0, text.size()}, partial);
  return text.substr(range.offset, range.size);
}

}  // namespace

bool FetchWriter::write(storage::ReadTransaction& tx, std::string& out, std::size_t budget) {
  response_start_ = out.size();
  const auto deadline = std::chrono::steady_clock::now() + slice_time;
  const auto in_time = [&] { return out.size() < budget && std::chrono::steady_clock::now() < deadline; };
  while (in_time() || (within_ && empty_)) {
    if (open_) {
      stream(tx, out);
    } else if (!within_) {
      if (!next_message(tx, out)) return false;
      begin(out);
    } else if (item_ < plan_.items.size()) {
      write_item(tx, plan_.items[item_++], out);
    } else {
      end(out);
    }
  }
  return true;
}

bool FetchWriter::next_message(storage::ReadTransaction& tx, std::string& out) {
  if (at_ + 1 < batch_.size()) {
    ++at_;
    return true;
  }
  return load(tx, out);
}

/// The next batch. False when there is no message left.
bool FetchWriter::load(storage::ReadTransaction& tx, std::string& out) {
  batch_.clear();
  structures_.clear();
  at_ = 0;
  if (!from_) return false;
  const bool structured = std::ranges::any_of(plan_.items, &FetchItem::needs_structure);
  auto slice = tx.messages(plan_.mailbox, plan_.uids, structured ? batch_with_structure : batch_size, *from_);
  gone_ = !slice;
  if (gone_) return false;
  tell_keywords(tx, out);
  batch_ = std::move(slice->messages);
  from_ = slice->next;
  if (batch_.empty()) return false;
  if (!structured) return true;
  std::vector<BodyId> bodies;
  for (const storage::Message& found : batch_) bodies.push_back(found.body);
  structures_ = tx.structures(bodies);
  return true;
}

void FetchWriter::tell_keywords(storage::ReadTransaction& tx, std::string& out) {
  if (tx.state(plan_.mailbox)->keywords <= plan_.keywords.size()) return;
  plan_.keywords = *tx.keywords(plan_.mailbox);
  protocol::Writer(out).raw("* FLAGS ").flag_list(SystemFlags::all(), plan_.keywords).crlf();
}

SeqNum FetchWriter::sequence_number() {
  while (plan_.runs[run_].uids.last < message().uid) ++run_;
  const ViewRun& run = plan_.runs[run_];
  return SeqNum(run.first.value() + (message().uid.value() - run.uids.first.value()));
}

void FetchWriter::begin(std::string& out) {
  response_start_ = out.size();
  within_ = true;
  empty_ = true;
  item_ = 0;
  protocol::Writer writer(out);
  if (plan_.features.has(Feature::uid_only))
    writer.raw("* ").number(message().uid.value()).raw(" UIDFETCH (");
  else
    writer.raw("* ").number(sequence_number().value()).raw(" FETCH (");
}

void FetchWriter::end(std::string& out) {
  within_ = false;
  ++written_;
  protocol::Writer writer(out, plan_.charset);
  if (plan_.newly_seen.contains(message().uid)) write_unasked(writer);
  // A response of nothing is no response; write() does not end a slice within one.
  if (empty_)
    out.resize(response_start_);
  else
    writer.raw(")").crlf();
}

/// What setting \Seen changed, where it was not asked for: RFC 9051 section 6.4.5, and RFC 7162 section 3.2.4.
void FetchWriter::write_unasked(protocol::Writer& writer) {
  const auto add = [&](Kind kind, std::string_view label) {
    if (has_kind(plan_.items, kind)) return false;
    writer.raw(std::exchange(empty_, false) ? "" : " ").raw(label).sp();
    return true;
  };
  if (add(Kind::flags, "FLAGS")) write_flags(writer);
  if (!plan_.features.has(Feature::condstore)) return;
  if (!plan_.features.has(Feature::uid_only) && add(Kind::uid, "UID")) writer.number(message().uid.value());
  if (add(Kind::modseq, "MODSEQ")) write_modseq(writer);
}

void FetchWriter::write_item(storage::ReadTransaction& tx, const FetchItem& item, std::string& out) {
  const std::size_t start = out.size();
  protocol::Writer writer(out, plan_.charset);
  if (!empty_) writer.sp();
  writer.raw(item.label).sp();
  const std::size_t value = out.size();
  switch (item.kind) {
    case Kind::uid: writer.number(message().uid.value()); break;
    case Kind::flags: write_flags(writer); break;
    case Kind::modseq: write_modseq(writer); break;
    case Kind::internal_date: writer.date_time(message().internal_date); break;
    case Kind::save_date: writer.date_time({.seconds = message().save_date, .zone_minutes = 0}); break;
    case Kind::email_id: writer.raw("(").raw(object_id(message().body)).raw(")"); break;
    case Kind::thread_id: writer.raw("(").raw(object_id(tx.thread(message().body))).raw(")"); break;
    case Kind::size: writer.number(message().size); break;
    case Kind::envelope: writer.raw(structure().envelope()); break;
    case Kind::body: structure().append_body(out); break;
    case Kind::body_structure: writer.raw(structure().bodystructure()); break;
    case Kind::preview: write_preview(tx, item, writer); break;
    case Kind::section: write_section(tx, item, writer); break;
    case Kind::binary:
    case Kind::binary_size: write_binary(tx, item, writer); break;
  }
  if (out.size() == value)
    out.resize(start);  // an encoding we do not know
  else
    empty_ = false;
}

void FetchWriter::write_flags(protocol::Writer& writer) {
  writer.flags(message().flags, plan_.keywords, plan_.recent.contains(message().uid));
}

void FetchWriter::write_modseq(protocol::Writer& writer) {
  writer.raw("(").number(message().modseq.value()).raw(")");
}

void FetchWriter::write_section(storage::ReadTransaction& tx, const FetchItem& item, protocol::Writer& writer) {
  if (item.section.what == What::header_fields || item.section.what == What::header_fields_not)
    return write_fields(tx, item, writer);
  const auto range = mime::section(structure(), item.section.part, section_text(item.section.what));
  if (!range) {
    writer.nil();
    return;
  }
  const mime::ByteRange wanted = cut(*range, item.partial);
  writer.literal_header(wanted.size);
  open_ = Open{.range = wanted, .decoder = std::nullopt, .skip = 0, .left = wanted.size};
}

void FetchWriter::write_fields(storage::ReadTransaction& tx, const FetchItem& item, protocol::Writer& writer) {
  const std::vector<std::string_view> names(item.section.fields.begin(), item.section.fields.end());
  const mime::StoredStructure stored = structure();
  const auto pick = item.section.what == What::header_fields ? mime::Pick::named : mime::Pick::others;
  std::string fields;
  if (item.section.part.empty() && pick == mime::Pick::named && mime::common_fields_cover(stored, names)) {
    fields = mime::header_fields(stored.common_fields(), names, pick);
  } else {
    const auto range = mime::section(stored, item.section.part, mime::SectionText::header);
    if (!range) {
      writer.nil();
      return;
    }
    fields = picked_fields(tx, *range, names, pick);
  }
  writer.literal(cut(fields, item.partial));
}

/// Goes over the whole header in pieces, whatever its size: only the answer's is bounded.
std::string FetchWriter::picked_fields(storage::ReadTransaction& tx, mime::ByteRange header,
                                       std::span<const std::string_view> names, mime::Pick pick) {
  mime::FieldFilter filter(names, pick, plan_.headers_used);
  for (std::uint64_t at = header.offset; at < header.end(); at += piece)
    filter.feed(read(tx, at, std::min(piece, header.end() - at)));
  return std::move(filter).finish();
}

/// NIL only for who is in a hurry: RFC 8970 section 4.1.
void FetchWriter::write_preview(storage::ReadTransaction& tx, const FetchItem& item, protocol::Writer& writer) {
  const mime::StoredStructure stored = structure();
  if (const auto preview = stored.preview(); preview || item.lazy) {
    writer.nstring(preview);
    return;
  }
  const std::uint64_t beginning = std::min<std::uint64_t>(message().size, 2 * mime::preview_reads);
  writer.string(mime::preview_of_beginning(read(tx, 0, beginning)));
}

/// Decodes twice: once to know how long the result is, and once, in slices, to send it.
void FetchWriter::write_binary(storage::ReadTransaction& tx, const FetchItem& item, protocol::Writer& writer) {
  const auto body = mime::binary_section(structure(), item.section.part);
  if (!body) {
    item.kind == Kind::binary_size ? writer.number(0) : writer.nil();
    return;
  }
  auto decoder = mime::TransferDecoder::make(body->encoding);
  if (!decoder) {
    unknown_encoding_ = true;
    return;
  }
  std::uint64_t size = 0;
  std::string decoded;
  for (std::uint64_t done = 0; done < body->range.size; done += piece) {
    decoder->feed(read(tx, body->range.offset + done, std::min(piece, body->range.size - done)), decoded);
    size += std::exchange(decoded, {}).size();
  }
  decoder->finish(decoded);
  size += decoded.size();
  if (item.kind == Kind::binary_size) {
    writer.number(size);
    return;
  }
  const mime::ByteRange wanted = cut(mime::ByteRange{0, size}, item.partial);
  writer.literal8_header(wanted.size);
  open_ = Open{.range = body->range,
               .decoder = std::move(*mime::TransferDecoder::make(body->encoding)),
               .skip = wanted.offset,
               .left = wanted.size};
}

/// One piece of the open literal.
void FetchWriter::stream(storage::ReadTransaction& tx, std::string& out) {
  if (open_->left == 0) {
    open_.reset();
    return;
  }
  const std::uint64_t size = std::min(piece, open_->range.size);
  std::string bytes = read(tx, open_->range.offset, size);
  open_->range = {open_->range.offset + size, open_->range.size - size};
  if (open_->decoder) {
    std::string decoded;
    open_->decoder->feed(bytes, decoded);
    if (open_->range.size == 0) open_->decoder->finish(decoded);
    bytes = std::move(decoded);
  }
  const std::uint64_t skipped = std::min<std::uint64_t>(open_->skip, bytes.size());
  const std::string_view rest = std::string_view(bytes).substr(skipped, open_->left);
  open_->skip -= skipped;
  open_->left -= rest.size();
  out.append(rest);
}

std::string FetchWriter::read(storage::ReadTransaction& tx, std::uint64_t offset, std::uint64_t size) {
  if (size == 0) return {};
  auto bytes = tx.read_body(message().body, offset, size);
  if (!bytes || bytes->size() != size) throw storage::Corrupt("a message's bytes are missing");
  return std::move(*bytes);
}

}  // namespace postbag
