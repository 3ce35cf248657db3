#include "protocol/text/casefold.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include <utf8proc.h>

#include "core/ascii.h"
#include "core/utf8.h"

namespace postbag::protocol {

namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// Appends the folded form of one code point: titlecase, then full decomposition. RFC 5051 section 2 (2).
void append_folded(char32_t point, std::string& out) {
  // The longest decomposition in Unicode has 18 code points (U+FDFA).
  std::array<utf8proc_int32_t, 32> parts;  // NOLINT: utf8proc fills it
  int last_class = 0;
  // NOLINTNEXTLINE: utf8proc's enumerators are bits to be joined
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  const auto titled = utf8proc_totitle(static_cast<utf8proc_int32_t>(point));
  const auto count = utf8proc_decompose_char(titled, parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
                                             options, &last_class);
  if (count < 0 || static_cast<std::size_t>(count) > parts.size()) {
    append_utf8(out, point);
    return;
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    append_utf8(out, static_cast<char32_t>(parts[i]));
}

/// Takes the ASCII at the beginning off `text` and appends it folded.
void take_ascii(std::string_view& text, std::string& out) {
  const auto run = static_cast<std::size_t>(std::ranges::find_if_not(text, is_ascii) - text.begin());
  const std::size_t at = out.size();
  out.append(text.substr(0, run));
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(),
                 out.begin() + static_cast<std::ptrdiff_t>(at), ascii_upper);
  text.remove_prefix(run);
}

/// The length of a character according to its first byte; 1 for bytes that begin none.
std::size_t announced_length(unsigned char first) {
  if (first >= 0xf0 && first < 0xf8) return 4;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xc0 && first < 0xe0 ? 2 : 1;
}

/// The number of bytes at the end of `text` that begin an incomplete character.
std::size_t incomplete_tail(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto c = static_cast<unsigned char>(text[text.size() - back]);
    if (c < 0x80) return 0;
    if (c >= 0xc0) return announced_length(c) > back ? back : 0;
  }
  return 0;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Makes each run of white space one space; `after_space`: whether the text before ends with one.
void join_spaces(std::string& folded, bool& after_space) {
  // Every byte of every searched text passes here: no branch, and nothing that storing a byte could change.
  char* to = folded.data();
  bool after = after_space;
  for (const char c : std::string_view(folded)) {
    const bool space = is_space(c);
    *to = space ? ' ' : c;
    to += space && after ? 0 : 1;
    after = space;
  }
  after_space = after;
  folded.resize(static_cast<std::size_t>(to - folded.data()));
}

/// Linear in both for any content (glibc's memmem is two-way), unlike std::string::find.
bool contains(std::string_view haystack, std::string_view needle) {
  return memmem(haystack.data(), haystack.size(), needle.data(), needle.size()) != nullptr;
}

}  // namespace

std::string casefolded(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    take_ascii(utf8, out);
    char32_t point = 0;
    if (take_code_point(utf8, point)) {
      append_folded(point, out);
    } else if (!utf8.empty()) {
      out.push_back(utf8.front());
      utf8.remove_prefix(1);
    }
  }
  return out;
}

std::string search_folded(std::string_view utf8) {
  std::string out = casefolded(utf8);
  bool after_space = false;
  join_spaces(out, after_space);
  return out;
}

bool contains_casefolded(std::string_view haystack_utf8, const Needle& needle) {
  if (needle.empty()) return true;
  return contains(search_folded(haystack_utf8), needle.folded());
}

std::string PieceFolder::feed(std::string_view utf8) {
  if (!held_.empty()) {
    // At most 3 bytes are held: joining them to the piece is cheaper than a separate pass.
    std::string joined = std::exchange(held_, {});
    joined.append(utf8);
    return feed(joined);
  }
  const std::size_t tail = incomplete_tail(utf8);
  held_.assign(utf8.substr(utf8.size() - tail));
  std::string out = casefolded(utf8.substr(0, utf8.size() - tail));
  join_spaces(out, after_space_);
  return out;
}

std::string PieceFolder::finish() {
  after_space_ = false;
  return casefolded(std::exchange(held_, {}));  // without white space: the beginning of a character
}

bool StreamMatcher::feed(std::string_view utf8) {
  if (!found_) look(folder_.feed(utf8));
  return found_;
}

bool StreamMatcher::end_text() {
  const std::string last = folder_.finish();
  if (!found_ && !last.empty()) look(last);
  tail_.clear();
  return found_;
}

void StreamMatcher::look(std::string_view folded) {
  tail_.append(folded);
  found_ = contains(tail_, needle_->folded());
  const std::size_t keep = needle_->folded().size() - 1;
  if (tail_.size() > keep) tail_.erase(0, tail_.size() - keep);
}

}  // namespace postbag::protocol
