#include "protocol/mime/header/address.h"

#include <string>
#include <utility>

#include "protocol/text/header_lexer.h"

namespace postbag::mime {

namespace {

using protocol::HeaderLexer;

/// Bytes that end an atom; dots and 8-bit bytes do not.
constexpr std::string_view specials = " \t\r\n()<>[]:;@\\,\"";

std::optional<std::string> unless_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

/// A sequence of words and the separators between them. RFC 5322 section 3.2.5.
class Words {
 public:
  /// Takes words up to one of `ends` or the end of the text.
  Words(HeaderLexer& in, std::string_view ends) {
    for (;; any_ = true) {
      const bool spaced = in.skip_space();
      if (in.at_end() || ends.contains(in.peek())) return;
      if (spaced && any_) phrase_.push_back(' ');
      if (in.peek() == '"') {
        add_word(in.take_quoted(), spaced, false);
      } else if (const std::string_view encoded = in.take_encoded_word(); !encoded.empty()) {
        add_word(encoded, spaced, true);
      } else if (const std::string_view word = in.take_until(specials); !word.empty()) {
        add_word(word, spaced, true);
      } else {
        add_special(in);
      }
    }
  }

  /// True when there was a word; empty quotes are a word too.
  bool any() const { return any_; }
  /// All words without quoting, with one space for white space and comments.
  const std::string& phrase() const { return phrase_; }
  /// The last word with those joined to it by dots (RFC 5322 section 4.4): what can be a local part.
  const std::string& last() const { return last_; }
  /// The phrase before last().
  std::string_view first() const { return std::string_view(phrase_).substr(0, last_begin_); }

 private:
  void add_word(std::string_view word, bool spaced, bool atom) {
    if (spaced && !dot_ && !(atom && word.starts_with('.'))) begin_last();
    phrase_ += word;
    last_ += word;
    dot_ = atom && word.ends_with('.');
  }
  void add_special(HeaderLexer& in) {
    phrase_.push_back(in.peek());
    in.skip();
    begin_last();
    dot_ = false;
  }
  void begin_last() {
    last_.clear();
    last_begin_ = phrase_.size();
  }

  std::string phrase_, last_;
  std::size_t last_begin_ = 0;
  bool any_ = false;
  bool dot_ = false;  ///< the last word is an atom that ends with a dot
};

/// All of `text` as a phrase.
std::string phrase_of(std::string_view text) {
  HeaderLexer in(text);
  return Words(in, "").phrase();
}

std::string without_space_at_end(std::string_view text) {
  return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
}

/// A domain or domain literal, without the white space and comments around its dots.
std::string take_domain(HeaderLexer& in) {
  std::string domain;
  for (;;) {
    const bool spaced = in.skip_space();
    if (spaced && !domain.empty() && !domain.ends_with('.') && in.peek() != '.') return domain;
    std::string part(in.take_until(specials));
    part += in.take_literal();
    if (part.empty() && in.take('[')) part = "[";  // a literal without an end
    if (part.empty()) return domain;
    domain += part;
  }
}

class AddressReader {
 public:
  AddressReader(std::string_view value, std::size_t limit, Addresses& out)
      : in_(value), limit_(limit), out_(&out) {}

  /// Reads the list; true when all of it was read.
  bool run() {
    while (!in_.at_end() && !full()) member();
    if (in_group_) out_->emplace_back();
    while (in_.skip_space() || in_.take(',') || in_.take(';')) {
    }
    return in_.at_end() && !cut_;
  }

 private:
  /// Reads one member of the list. Only its end or its "<" shows what it is: whatever precedes "<" is a name, even
  /// if it looks like an address or the beginning of a group.
  void member() {
    in_.forget_comment();
    HeaderLexer ahead = in_;
    const std::string_view phrase = ahead.skip_to(":@[<,;");  // a phrase has neither "@" nor "["
    if (!in_group_ && ahead.take(':')) {
      in_ = ahead;
      return begin_group(phrase);
    }
    const std::string_view text = skip_to_address();
    if (in_.take('<')) {
      named_address(text);
    } else {
      bare_addresses(text);
    }
    if (!in_.take(',') && in_.take(';')) end_group();
  }

  /// Skips to the "<" of the member's address, or to its end. Yields the skipped text.
  std::string_view skip_to_address() {
    const std::string_view from = in_.rest();
    in_.skip_to("<,;");
    while (in_.peek() == '<' && skip_nickname()) {
    }
    return from.substr(0, from.size() - in_.rest().size());
  }

  /// Skips a text in brackets that is no address if another bracket follows in the member: J <JJ> Doe <j@x>.
  bool skip_nickname() {
    HeaderLexer ahead = in_;
    ahead.skip();
    ahead.skip_to("@<>,;");
    if (!ahead.take('>')) return false;
    ahead.skip_to("<,;");
    if (ahead.peek() != '<') return false;
    in_ = ahead;
    return true;
  }

  /// [name] "<" [route] local "@" domain ">". RFC 5322 sections 3.4 and 4.4.
  void named_address(std::string_view name_text) {
    std::string name = phrase_of(name_text);
    std::string route = take_route();
    HeaderLexer in(in_.skip_to(">,"));
    const Words words(in, "@");
    const bool at = in.take('@');
    std::string mailbox = at ? std::string(words.first()) + words.last() : words.phrase();
    in_.take('>');
    in_.skip_space();
    if (name.empty()) name = in_.last_comment();
    out_->push_back({.name = unless_empty(std::move(name)),
                     .route = unless_empty(std::move(route)),
                     .mailbox = std::move(mailbox),
                     .host = at ? take_domain(in) : std::string()});
    in_.skip_to(",;");  // text after ">" is ignored
  }

  /// "@" domain *("," "@" domain) ":". Other words before a ":", as in <mailto:a@b>, are skipped.
  std::string take_route() {
    in_.skip_space();
    const bool route = in_.peek() == '@';
    HeaderLexer ahead = in_;
    std::string text = phrase_of(ahead.skip_to(route ? ":<>;" : ":@>,"));
    if (!ahead.take(':')) return {};
    in_ = ahead;
    std::erase(text, ' ');
    return route ? text : std::string();
  }

  /// A member without "<": an address, several with nothing but white space between them, or only words.
  void bare_addresses(std::string_view text) {
    const std::size_t before = out_->size();
    HeaderLexer in(text);
    Words words(in, "@");
    for (; in.take('@'); words = Words(in, "@")) {
      if (out_->size() > before && words.last().empty()) continue;  // a superfluous "@"
      cut_ = full();
      if (cut_) return;
      bare_address(words, in);
    }
    if (words.any() && out_->size() == before) add_bare(words.phrase(), "", in.last_comment());
  }

  /// Reads the text after "@"; words before the local part, or a comment, are the name.
  void bare_address(const Words& words, HeaderLexer& in) {
    std::string host = take_domain(in);
    std::string name = without_space_at_end(words.first());
    add_bare(words.last(), std::move(host), name.empty() ? in.last_comment() : std::move(name));
    in.forget_comment();
  }

  void add_bare(std::string mailbox, std::string host, std::string name) {
    out_->push_back({.name = unless_empty(std::move(name)),
                     .route = {},
                     .mailbox = std::move(mailbox),
                     .host = std::move(host)});
  }

  void begin_group(std::string_view name) {
    in_group_ = true;
    out_->push_back({.name = {}, .route = {}, .mailbox = phrase_of(name), .host = {}});
  }

  void end_group() {
    if (in_group_) out_->emplace_back();
    in_group_ = false;
  }

  bool full() const { return out_->size() >= limit_; }

  HeaderLexer in_;
  std::size_t limit_;
  Addresses* out_;
  bool in_group_ = false;
  bool cut_ = false;  ///< addresses were left out inside a member
};

}  // namespace

bool read_addresses(std::string_view value, std::size_t limit, Addresses& out) {
  return AddressReader(value, limit, out).run();
}

}  // namespace postbag::mime
