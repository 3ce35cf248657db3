#include "protocol/mime/parser.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "core/ascii.h"
#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/header/long_text.h"
#include "protocol/mime/header/part_fields.h"
#include "protocol/mime/text/transfer_decoder.h"
#include "protocol/text/date.h"

namespace postbag::mime {

namespace {

constexpr std::size_t longest_boundary = 200;
/// Only this much of a body line is compared: "--", a boundary, "--".
constexpr std::size_t body_line_used = longest_boundary + 4;

/// The empty line after a header. CR CR LF is the result of programs that put a CR before each LF.
bool is_blank(std::string_view line) {
  return line.ends_with('\n') && line.find_first_not_of('\r') == line.size() - 1;
}
bool is_fold(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

/// A boundary parameter without white space at its end, which is not part of it (RFC 2046 section 5.1.1).
struct Boundary {
  std::string text;       ///< empty when the parameter is not a valid boundary
  std::string padding;    ///< that white space: some programs write it in their delimiters too
  std::size_t level = 0;  ///< the index of its multipart in Scanner::open_
};

Boundary boundary_of(const ContentType& type) {
  if (type.type != "multipart") return {};
  std::string text = parameter(type.parameters, "boundary").value_or("");
  const std::size_t size = text.find_last_not_of(" \t") + 1;
  std::string padding = text.size() <= longest_boundary ? text.substr(size) : std::string();
  text.resize(size);
  if (size > longest_boundary) text.clear();
  return {.text = std::move(text), .padding = std::move(padding)};
}

bool is_message_type(const ContentType& type) {
  return type.type == "message" && (type.subtype == "rfc822" || type.subtype == "global");
}

/// Machine-readable texts in the parts of a report: delivery (RFC 3464, RFC 6533), disposition (RFC 8098),
/// tracking (RFC 3886), abuse (RFC 5965).
bool is_report(const ContentType& type) {
  static constexpr std::string_view subtypes[] = {
      "delivery-status", "disposition-notification",        "feedback-report", "global-delivery-status",
      "global-headers",  "global-disposition-notification", "tracking-status"};
  return type.type == "message" && std::ranges::find(subtypes, type.subtype) != std::end(subtypes);
}

/// RFC 6532 section 3.7 allows message/global in base64 or quoted-printable.
bool is_encoded_global(const Part& part) {
  const bool encoded = part.encoding == Encoding::base64 || part.encoding == Encoding::quoted_printable;
  return encoded && part.type.type == "message" && part.type.subtype == "global";
}

}  // namespace

/// Splits the bytes into lines and keeps the stack of parts that are open at the current line.
class Parser::Scanner {
 public:
  explicit Scanner(const ParserLimits& limits) : limits_(limits) { begin_part(Part::none); }

  void feed(std::string_view bytes) {
    while (!bytes.empty()) bytes.remove_prefix(only_counting() ? count(bytes) : take_line(bytes));
  }

  Structure finish() {
    if (line_open_) end_line(held_.head());
    eol_ = 0;  // at the end of the message no line end belongs to a delimiter
    begin_line();
    while (in_header_) end_header(position_);
    close_parts(0);
    structure_.size = position_;
    const auto& own = structure_.parts[0].envelope;
    if (own && own->date) structure_.sent = protocol::parse_rfc5322_date(*own->date);
    return std::move(structure_);
  }

 private:
  /// A part whose end is not known yet.
  struct Open {
    std::size_t part;
    std::uint64_t lines_before = 0;  ///< line ends in the message up to the part's body
    std::uint64_t children_end = 0;  ///< end of the last closed part in it
  };
  struct Delimiter {
    std::size_t level;
    bool closing;
  };

  Part& current() { return structure_.parts[open_.back().part]; }

  // Lines

  /// True when only line ends can matter from here on.
  bool only_counting() const { return !in_header_ && boundaries_.empty() && !line_open_; }

  std::size_t count(std::string_view bytes) {
    lines_ += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
    position_ += bytes.size();
    return bytes.size();
  }

  /// Takes bytes up to the end of a line, or all of them. Returns how many.
  std::size_t take_line(std::string_view bytes) {
    const void* found = std::memchr(bytes.data(), '\n', bytes.size());
    const std::size_t size = found != nullptr
                                 ? static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1
                                 : bytes.size();
    const std::string_view piece = bytes.substr(0, size);
    const char before = size > 1 ? piece[size - 2] : last_byte_;
    last_byte_ = piece.back();
    position_ += size;
    if (found != nullptr && !line_open_) {
      end_complete_line(piece, before);
    } else {
      hold(piece);
      if (found != nullptr) end_complete_line(held_.head(), before);
    }
    return size;
  }

  void hold(std::string_view piece) {
    line_open_ = true;
    held_.append(piece, {.head = in_header_ ? header_line_used() : body_line_used,
                         .tail = in_header_ ? limits_.field_end : 0});
  }

  /// How much of a header line is read at once. The line may also be a delimiter, whatever the limit of fields is.
  std::size_t header_line_used() const { return std::max(limits_.header_used, body_line_used); }

  void end_complete_line(std::string_view line, char before) {
    ++lines_;
    end_line(line);
    eol_ = before == '\r' ? 2 : 1;
    begin_line();
  }

  void begin_line() {
    line_begin_ = position_;
    lines_before_line_ = lines_;
  }

  /// A line is complete (or the last one); `line` may be cut after the part that is used.
  void end_line(std::string_view line) {
    line_open_ = false;
    if (in_header_ && begins_own_parts(line)) end_header(line_begin_);
    if (const auto delimiter = delimiter_of(line)) {
      take_delimiter(*delimiter);
    } else if (in_header_) {
      take_header_line(line);
    }
    held_.clear();
  }

  // Boundaries

  /// The longest boundary at the beginning of the line, the innermost of equal ones. RFC 2046 section 5.1.1: the
  /// line is compared with the boundary at its beginning; what follows is ignored except "--".
  const Boundary* boundary_on(std::string_view line) const {
    if (!line.starts_with("--")) return nullptr;
    const Boundary* best = nullptr;
    for (const Boundary& b : boundaries_)
      if (line.substr(2).starts_with(b.text) && (best == nullptr || b.text.size() >= best->text.size())) best = &b;
    return best;
  }

  std::optional<Delimiter> delimiter_of(std::string_view line) const {
    const Boundary* found = boundary_on(line);
    if (found == nullptr) return std::nullopt;
    line.remove_prefix(2 + found->text.size());
    if (line.starts_with(found->padding)) line.remove_prefix(found->padding.size());
    return Delimiter{.level = found->level, .closing = line.starts_with("--")};
  }

  /// True when the line is the first delimiter of the multipart whose header is being read: some programs leave
  /// out the blank line.
  bool begins_own_parts(std::string_view line) {
    if (!line.starts_with("--")) return false;
    flush_field();
    if (own_boundary_.text.empty() || !line.substr(2).starts_with(own_boundary_.text)) return false;
    const Boundary* outer = boundary_on(line);
    return outer == nullptr || outer->text.size() <= own_boundary_.text.size();
  }

  void take_delimiter(const Delimiter& delimiter) {
    while (in_header_) end_header(end_before(current().header));
    close_parts(delimiter.level + 1);
    const auto keep = delimiter.level + (delimiter.closing ? 0 : 1);
    while (!boundaries_.empty() && boundaries_.back().level >= keep) boundaries_.pop_back();
    if (!delimiter.closing) begin_part(open_.back().part);
  }

  /// Where the bytes before a delimiter on the current line end: the line end before it belongs to the delimiter
  /// (RFC 2046 section 5.1.1).
  std::uint64_t end_before(std::uint64_t begin) const { return std::max(begin, line_begin_ - eol_); }

  // Parts

  void begin_part(std::size_t parent) {
    Part part;
    part.parent = parent;
    part.header = part.body = part.end = position_;
    if (parent != Part::none) part.depth = structure_.parts[parent].depth + 1;
    if (parent == Part::none || structure_.parts[parent].kind == Kind::message) part.envelope.emplace();
    structure_.parts.push_back(std::move(part));
    open_.push_back({.part = structure_.parts.size() - 1});
    if (structure_.parts.size() >= limits_.parts && !boundaries_.empty()) {
      boundaries_.clear();
      met(Limit::parts);
    }
    in_header_ = true;
    header_ = {};
    own_boundary_ = {};
  }

  void met(Limit limit) { structure_.limits_met.add(limit); }

  bool can_nest() {
    if (current().depth >= limits_.depth) met(Limit::depth);
    if (structure_.parts.size() >= limits_.parts) met(Limit::parts);
    return current().depth < limits_.depth && structure_.parts.size() < limits_.parts;
  }

  /// The current part's body begins at `body`.
  void end_header(std::uint64_t body) {
    flush_field();
    in_header_ = false;
    Part& part = current();
    part.body = body;
    open_.back().lines_before = body == line_begin_ ? lines_before_line_ : lines_;
    structure_.limits_met.add(header_.limits_met);
    if (open_.size() == 1) structure_.references = std::move(header_.references).value_or("");
    settle_encoding(part);
    settle_type(part);
    if (part.kind != Kind::message) return;
    begin_part(open_.back().part);
    current().header = current().body = current().end = body;
  }

  void settle_encoding(Part& part) {
    if (!header_.encoding || header_.encoding->empty()) return;
    part.encoding = encoding_named(*header_.encoding);
    part.encoding_name = std::move(*header_.encoding);
  }

  void settle_type(Part& part) {
    part.type = header_.type ? std::move(*header_.type) : default_type(part);
    const bool multipart = part.type.type == "multipart";
    const bool message = is_message_type(part.type);
    part.kind = multipart ? Kind::multipart : message ? Kind::message : Kind::other;
    if (part.type.type == "text") part.kind = Kind::text;
    if (is_report(part.type)) part.kind = Kind::readable;
    // A message part always has an envelope (RFC 9051 section 9: body-type-msg), so a part that is not parsed is
    // not called a message.
    if ((multipart || message) && !can_nest()) {
      part.kind = Kind::other;
      part.type = {.type = "application", .subtype = "octet-stream", .parameters = {}};
    } else if (is_encoded_global(part)) {
      hide(part);
    }
    if (part.kind != Kind::multipart || own_boundary_.text.empty()) return;
    own_boundary_.level = open_.size() - 1;
    boundaries_.push_back(std::move(own_boundary_));
  }

  /// Clients treat an encoded message as a file and decode it themselves: its parts are not among the bytes of the
  /// outer message. It is still searched.
  static void hide(Part& part) {
    part.kind = Kind::readable;
    part.type.type = "application";
    part.type.subtype = "octet-stream";
  }

  /// The message that claims base64, against RFC 2046 section 5.2.1, when this is its first line; else null.
  Part* message_in_base64_begun() {
    const Part& part = current();
    if (part.parent == Part::none || part.header != line_begin_) return nullptr;
    Part& outer = structure_.parts[part.parent];
    return outer.kind == Kind::message && outer.encoding == Encoding::base64 ? &outer : nullptr;
  }

  void take_message_back() {
    structure_.parts.pop_back();
    open_.pop_back();
    in_header_ = false;
    hide(current());
  }

  /// RFC 2045 section 5.2; RFC 2046 section 5.1.5 within multipart/digest.
  ContentType default_type(const Part& part) const {
    const bool digest = part.parent != Part::none && structure_.parts[part.parent].kind == Kind::multipart &&
                        structure_.parts[part.parent].type.subtype == "digest";
    if (digest) return {.type = "message", .subtype = "rfc822", .parameters = {}};
    return {.type = "text", .subtype = "plain", .parameters = {{.name = "charset", .value = "us-ascii"}}};
  }

  /// Closes the innermost parts until `keep` are open; the closed ones end before the current line.
  void close_parts(std::size_t keep) {
    while (open_.size() > keep) {
      Part& part = current();
      // The blank line of a header may be the line before the delimiter: then it belongs to all parts that end
      // here.
      part.end = std::max(end_before(part.body), open_.back().children_end);
      const std::uint64_t lines = lines_before_line_ - (eol_ > 0 && part.end < line_begin_ ? 1 : 0);
      part.lines = lines - std::min(lines, open_.back().lines_before);
      const bool childless = open_.back().part + 1 == structure_.parts.size();
      const std::uint64_t end = part.end;
      if (part.kind == Kind::multipart && childless) add_only_child(open_.back().part);
      open_.pop_back();
      if (!open_.empty()) open_.back().children_end = end;
    }
  }

  /// A multipart must have a part (RFC 9051 section 9: body-type-mpart): its whole body as text.
  void add_only_child(std::size_t parent) {
    const Part& outer = structure_.parts[parent];
    Part child;
    child.parent = parent;
    child.depth = outer.depth + 1;
    child.header = child.body = outer.body;
    child.end = outer.end;
    child.lines = outer.lines;
    child.type = {.type = "text", .subtype = "plain", .parameters = {{.name = "charset", .value = "us-ascii"}}};
    structure_.parts.push_back(std::move(child));
  }

  // Header fields

  void take_header_line(std::string_view line) {
    const std::string_view head = line.substr(0, header_line_used());  // of a line in pieces no more is kept
    if (Part* message = message_in_base64_begun()) {
      if (!head.contains(':')) return take_message_back();
      message->encoding =
          Encoding::eight_bit;  // it begins with a field, so it is not encoded; clients must not decode it
      message->encoding_name = "8bit";
    }
    if (is_blank(head)) return end_header(position_);
    if (!is_fold(line)) flush_field();
    const bool stray = is_fold(line) && field_.empty();
    if (stray) return;
    const Kept kept{.head = limits_.header_used, .tail = limits_.field_end};
    field_.append(line, kept);
    field_.append_tail(held_, kept);  // the end of a line that arrived in pieces
  }

  void flush_field() {
    if (field_.empty()) return;
    if (field_.is_cut()) met(Limit::field);
    if (const auto field = FieldReader(field_.head()).next(); field && !field->name.empty()) take_field(*field);
    field_.clear();
  }

  void take_field(const Field& field) {
    const bool of_message = open_.size() == 1;
    if (of_message && is_common_field(field.name)) keep_common_field();
    if (!is_known_field(current(), field.name) || (!of_message && !has_room(field.whole.size()))) return;
    const std::string end = end_of_field();
    const bool typed = header_.type.has_value();
    apply_field(current(), header_, {.name = field.name, .value = field.value, .end = end}, limits_);
    if (!typed && header_.type) own_boundary_ = boundary_of(*header_.type);
  }

  /// After bytes that were dropped only a complete identifier is used.
  std::string end_of_field() const {
    const std::string_view tail = field_.tail();
    return std::string(field_.has_lost() ? tail.substr(std::min(tail.find('<'), tail.size())) : tail);
  }

  /// True when a part's field is still within the limit: there are many parts, so their fields are limited
  /// together.
  bool has_room(std::size_t size) {
    if (header_.size + size <= limits_.part_header) {
      header_.size += size;
      return true;
    }
    if (parts_used_ + size > limits_.headers_used) {
      met(Limit::headers);
      return false;
    }
    parts_used_ += size;
    return true;
  }

  void keep_common_field() {
    std::string& kept = structure_.common_fields;
    const std::string_view field = field_.head();
    if (field_.is_cut() || kept.size() + field.size() + 2 > limits_.common_fields) {
      structure_.common_fields_complete = false;
      return;
    }
    kept.append(field);
    if (!kept.ends_with('\n')) kept.append("\r\n");
  }

  ParserLimits limits_;
  Structure structure_;
  std::vector<Open> open_;            ///< from the message itself to the innermost part
  std::vector<Boundary> boundaries_;  ///< of the multiparts among them, rising levels

  std::uint64_t position_ = 0;    ///< bytes taken
  std::uint64_t lines_ = 0;       ///< line ends taken
  std::uint64_t line_begin_ = 0;  ///< start of the current line
  std::uint64_t lines_before_line_ = 0;
  std::uint64_t eol_ = 0;   ///< length of the line end before the current line; 0 on the first
  bool line_open_ = false;  ///< the current line began in an earlier piece
  char last_byte_ = 0;
  LongText held_;

  bool in_header_ = true;
  HeaderState header_;
  Boundary own_boundary_;  ///< of the multipart whose header is being read
  LongText field_;
  std::size_t parts_used_ = 0;  ///< bytes of parts' fields that count against the limit
};

Parser::Parser(const ParserLimits& limits) : scanner_(std::make_unique<Scanner>(limits)) {}
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;
Parser::~Parser() = default;

void Parser::feed(std::string_view bytes) { scanner_->feed(bytes); }
Structure Parser::finish() && { return scanner_->finish(); }

Structure parse(std::string_view message, const ParserLimits& limits) {
  Parser parser(limits);
  parser.feed(message);
  return std::move(parser).finish();
}

}  // namespace postbag::mime
