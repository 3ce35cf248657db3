// Finds texts similar to the one searched for by comparing the trigrams of words. For SEARCH=FUZZY, RFC 6203.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol/text/casefold.h"

namespace postbag::protocol {

/// The words to search for, prepared once; only the first 32 are used. Value type; any thread.
class FuzzyNeedle {
 public:
  explicit FuzzyNeedle(std::string_view utf8);

  static constexpr std::size_t most_words = 32;
  using Words = std::uint32_t;  ///< a bit for each word

  const Needle& exact() const { return exact_; }
  std::size_t words() const { return trigrams_.size(); }
  /// The number of trigrams of a word.
  std::size_t trigrams(std::size_t word) const { return trigrams_[word]; }
  /// The words that contain a trigram.
  Words with(std::uint32_t trigram) const;

 private:
  Needle exact_;
  std::vector<std::size_t> trigrams_;
  std::unordered_map<std::uint32_t, Words> index_;
};

/// Searches for the words of a needle in texts that arrive in pieces. The exact needle is searched for in the
/// whole texts, similar words only in the first 256 kB, because that takes ten times as long. Memory: one word and
/// one folded piece.
class FuzzyMatcher {
 public:
  /// `needle` must outlive this object.
  explicit FuzzyMatcher(const FuzzyNeedle& needle) : needle_(&needle), exact_(needle.exact()) {}

  /// Takes the next piece of UTF-8, which may end inside a character. True when no better match is possible.
  bool feed(std::string_view utf8);
  /// The text ends here.
  bool end_text();
  /// The quality of the match, 1 to 100; 0 for none. 100: the text contains the needle, apart from case. Otherwise
  /// the mean similarity of the words, each of which must be at least 0.4.
  unsigned score() const;

 private:
  void look(std::string_view folded);
  void end_word();

  const FuzzyNeedle* needle_;
  StreamMatcher exact_;
  PieceFolder folder_;
  std::string word_;
  std::size_t looked_at_ = 0;                          ///< bytes
  std::array<float, FuzzyNeedle::most_words> best_{};  ///< the highest similarity found for each word of the needle
};

}  // namespace postbag::protocol
