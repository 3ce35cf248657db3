// Comparing text as people do: i;unicode-casemap. RFC 5051, RFC 9051 section 6.4.4.
#pragma once

#include <string>
#include <string_view>

namespace postbag::protocol {

/// Folds `utf8` so that texts that differ only in case or compatibility forms become equal bytes, and byte order
/// is the sort order: each character in titlecase, then decomposed (NFKD without reordering). Exactly RFC 5051
/// section 2, so "ß" is not "ss". Bytes that are not UTF-8 stay.
std::string casefolded(std::string_view utf8);

/// What SEARCH compares: casefolded(), with each run of white space as one space, because folded fields and broken
/// lines contain white space that the writer did not mean (RFC 5322 section 2.2.3 leaves a tab for a space).
std::string search_folded(std::string_view utf8);

/// A text to search for, prepared once. Value type; any thread.
class Needle {
 public:
  explicit Needle(std::string_view utf8) : folded_(search_folded(utf8)) {}
  const std::string& folded() const { return folded_; }
  /// Every text contains an empty needle.
  bool empty() const { return folded_.empty(); }

 private:
  std::string folded_;
};

/// True when `haystack_utf8` contains the needle, without regard to case and to the kind and length of white
/// space. O(bytes of both).
bool contains_casefolded(std::string_view haystack_utf8, const Needle& needle);

/// Folds a text that arrives in pieces like search_folded() folds the whole. Memory: one character.
class PieceFolder {
 public:
  /// The folded form of the next piece of UTF-8, without a last character that may be incomplete.
  std::string feed(std::string_view utf8);
  /// Ends the text and yields the folded form of what was held back.
  std::string finish();

 private:
  std::string held_;          ///< bytes of a last character that may be incomplete
  bool after_space_ = false;  ///< the text so far ends with white space
};

/// Searches for a needle in a text that arrives in pieces. Memory: the needle and one folded piece.
class StreamMatcher {
 public:
  /// `needle` must outlive this object.
  explicit StreamMatcher(const Needle& needle) : needle_(&needle), found_(needle.empty()) {}

  /// Takes the next piece of UTF-8, which may end inside a character. True once the needle was found.
  bool feed(std::string_view utf8);
  /// The text ends here: the next piece does not continue it.
  bool end_text();
  bool found() const { return found_; }

 private:
  void look(std::string_view folded);

  const Needle* needle_;
  bool found_;
  PieceFolder folder_;
  std::string tail_;  ///< folded text in which a match could begin
};

}  // namespace postbag::protocol
