// Comparing text as people read it: i;unicode-casemap. RFC 5051, RFC 9051 section 6.4.4.
#pragma once

#include <string>
#include <string_view>

namespace postbag::protocol {

/// The form of `utf8` in which two texts that differ only in case or in compatibility forms are equal bytes, and
/// whose bytes give the order: each character in titlecase, then decomposed (NFKD without reordering). To the
/// letter of RFC 5051 section 2, so "ß" is not "ss". Bytes that are not UTF-8 stay.
std::string casefolded(std::string_view utf8);

/// What SEARCH compares: casefolded(), with each run of white space one space, since what folded a field or broke a
/// text's lines is not what its writer meant (RFC 5322 section 2.2.3 leaves a tab where he had a space).
std::string search_folded(std::string_view utf8);

/// What is searched for, prepared once. Value type; any thread.
class Needle {
 public:
  explicit Needle(std::string_view utf8) : folded_(search_folded(utf8)) {}
  const std::string& folded() const { return folded_; }
  /// An empty needle is in every text.
  bool empty() const { return folded_.empty(); }

 private:
  std::string folded_;
};

/// Whether the needle is in `haystack_utf8`, without regard to case and to the kind and length of white space.
/// O(bytes of both).
bool contains_casefolded(std::string_view haystack_utf8, const Needle& needle);

/// Folds a text that comes in pieces, as search_folded() would the whole. Memory: one character.
class PieceFolder {
 public:
  /// The folded form of the next piece of UTF-8, but for a last character that may not be complete.
  std::string feed(std::string_view utf8);
  /// The text ends here: what was held back, folded.
  std::string finish();

 private:
  std::string held_;          ///< bytes of a last character that may not be complete
  bool after_space_ = false;  ///< what came so far ends with white space
};

/// Looks for a needle in a text that comes in pieces. Memory: the needle and one piece, folded.
class StreamMatcher {
 public:
  /// `needle` must outlive this.
  explicit StreamMatcher(const Needle& needle) : needle_(&needle), found_(needle.empty()) {}

  /// Takes the next piece of UTF-8; a piece may end inside a character. True once the needle was seen.
  bool feed(std::string_view utf8);
  /// The text ends here: what comes next does not join what came before.
  bool end_text();
  bool found() const { return found_; }

 private:
  void look(std::string_view folded);

  const Needle* needle_;
  bool found_;
  PieceFolder folder_;
  std::string tail_;  ///< folded text that a match could begin in
};

}  // namespace postbag::protocol
