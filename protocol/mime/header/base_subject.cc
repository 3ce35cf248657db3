#include "protocol/mime/header/base_subject.h"

#include <optional>

#include "core/ascii.h"

namespace postbag::mime {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Step 1: tabs and continuations are spaces, and several spaces are one.
std::string single_spaced(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (!is_space(c)) {
      out.push_back(c);
    } else if (!out.ends_with(' ')) {
      out.push_back(' ');
    }
  }
  return out;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!ascii_iequal(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (text.size() < suffix.size() || !ascii_iequal(text.substr(text.size() - suffix.size()), suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

void skip_spaces(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
}

/// subj-blob = "[" *BLOBCHAR "]" *WSP
bool take_blob(std::string_view& text) {
  if (!text.starts_with('[')) return false;
  const auto close = text.find_first_of("[]", 1);
  if (close == std::string_view::npos || text[close] == '[') return false;
  text.remove_prefix(close + 1);
  skip_spaces(text);
  return true;
}

/// subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"
bool take_refwd(std::string_view& text) {
  std::string_view rest = text;
  if (!take_prefix(rest, "re")) {
    if (!take_prefix(rest, "fw")) return false;
    take_prefix(rest, "d");
  }
  skip_spaces(rest);
  take_blob(rest);
  if (!rest.starts_with(':')) return false;
  text = rest.substr(1);
  return true;
}

/// Removes the parts one after another, exactly by the steps.
class Stripper {
 public:
  explicit Stripper(std::string_view text) : text_(text) {}

  /// Steps 2 to 6.
  void run() {
    do {
      take_trailers();
      take_leaders();
    } while (take_forward());
  }
  std::string_view text() const { return text_; }
  bool reply_or_forward() const { return marked_; }

 private:
  /// Step 2.
  void take_trailers() {
    for (;;) {
      if (take_suffix(text_, "(fwd)")) {
        marked_ = true;
      } else if (!take_suffix(text_, " ")) {
        return;
      }
    }
  }

  /// Steps 3 to 5. Blobs before no "re:" are removed one by one, unless nothing would be left. Whether a "re:"
  /// follows them is determined only once, so the work is linear.
  void take_leaders() {
    for (;;) {
      skip_spaces(text_);
      std::string_view rest = text_;
      std::string_view last_blob = text_;
      for (std::string_view from = rest; take_blob(rest); from = rest) last_blob = from;
      if (take_refwd(rest)) {
        marked_ = true;
        text_ = rest;
        continue;
      }
      text_ = rest.empty() ? last_blob : rest;
      return;
    }
  }

  /// Step 6.
  bool take_forward() {
    std::string_view rest = text_;
    if (!take_prefix(rest, "[fwd:") || !take_suffix(rest, "]")) return false;
    text_ = rest;
    marked_ = true;
    return true;
  }

  std::string_view text_;
  bool marked_ = false;
};

}  // namespace

BaseSubject base_subject(std::string_view subject_utf8) {
  const std::string text = single_spaced(subject_utf8);
  Stripper stripper(text);
  stripper.run();
  return {.text = std::string(stripper.text()), .reply_or_forward = stripper.reply_or_forward()};
}

}  // namespace postbag::mime
