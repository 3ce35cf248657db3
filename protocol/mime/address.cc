#include "protocol/mime/address.h"

#include <string>
#include <utility>

#include "protocol/mime/header_lexer.h"

namespace postbag::mime {

namespace {

/// Bytes that end an atom; dots and 8-bit bytes do not.
constexpr std::string_view specials = " \t\r\n()<>[]:;@\\,\"";

std::optional<std::string> unless_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

class AddressReader {
 public:
  AddressReader(std::string_view value, std::size_t limit, Addresses& out)
      : in_(value), limit_(limit), out_(&out) {}

  /// Whether all was read.
  bool run() {
    while (!in_.at_end() && out_->size() < limit_) step();
    if (in_group_) out_->emplace_back();
    while (in_.skip_space() || in_.take(',') || in_.take(';')) {
    }
    return in_.at_end();
  }

 private:
  /// Reads words up to a byte that says what they are.
  void step() {
    in_.forget_comment();
    const bool any = read_words();
    if (in_.take('<')) return angle_address();
    if (in_.take('@')) return bare_address();
    if (in_.take(':')) return begin_group();
    if (any) out_->push_back({.name = comment(), .route = {}, .mailbox = local_, .host = ""});
    if (in_.take(';')) return end_group();
    in_.skip();  // ',' or a byte that has no place here
  }

  /// Words as a display name (spaces kept as one) and as a local part (spaces dropped). False when there were none.
  bool read_words() {
    phrase_.clear();
    local_.clear();
    bool any = false;
    for (bool spaced = false;; any = true) {
      spaced = in_.skip_space();
      const bool quoted = in_.peek() == '"';
      const std::string word = quoted ? in_.take_quoted() : std::string(in_.take_until(specials));
      if (word.empty() && !quoted) return any;
      if (spaced && any) phrase_.push_back(' ');
      phrase_ += word;
      local_ += word;
    }
  }

  /// "<" route local "@" domain ">". RFC 5322 sections 3.4.1 and 4.4.
  void angle_address() {
    std::string name = std::move(phrase_);
    std::string route;
    in_.skip_space();
    if (in_.peek() == '@') {
      route = in_.take_until(":>");
      in_.take(':');
    }
    read_words();
    std::string host = in_.take('@') ? read_domain() : std::string();
    in_.take_until(">,");
    in_.take('>');
    in_.skip_space();
    if (name.empty()) name = in_.last_comment();
    out_->push_back({.name = unless_empty(std::move(name)),
                     .route = unless_empty(std::move(route)),
                     .mailbox = std::move(local_),
                     .host = std::move(host)});
    in_.take_until(",;");  // what stands behind ">" means nothing
    if (in_.peek() == ',') in_.skip();
  }

  void bare_address() {
    std::string host = read_domain();
    in_.skip_space();
    out_->push_back({.name = comment(), .route = {}, .mailbox = std::move(local_), .host = std::move(host)});
  }

  /// A domain or domain literal without white space and comments.
  std::string read_domain() {
    std::string domain;
    for (;;) {
      in_.skip_space();
      std::string part(in_.take_until(specials));
      if (in_.peek() == '[') {
        part += in_.take_until("]");
        if (in_.take(']')) part.push_back(']');
      }
      if (part.empty()) return domain;
      domain += part;
    }
  }

  void begin_group() {
    if (in_group_) return;  // groups do not nest
    in_group_ = true;
    out_->push_back({.name = {}, .route = {}, .mailbox = std::move(phrase_), .host = {}});
  }

  void end_group() {
    if (in_group_) out_->emplace_back();
    in_group_ = false;
  }

  std::optional<std::string> comment() const { return unless_empty(in_.last_comment()); }

  HeaderLexer in_;
  std::size_t limit_;
  Addresses* out_;
  std::string phrase_, local_;
  bool in_group_ = false;
};

}  // namespace

bool read_addresses(std::string_view value, std::size_t limit, Addresses& out) {
  return AddressReader(value, limit, out).run();
}

}  // namespace postbag::mime
