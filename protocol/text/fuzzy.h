// Texts that are nearly what is searched for: words compared by their trigrams. For SEARCH=FUZZY, RFC 6203.
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

/// The words of what is searched for, prepared once; of very many only the first 32 count. Value type; any thread.
class FuzzyNeedle {
 public:
  explicit FuzzyNeedle(std::string_view utf8);

  static constexpr std::size_t most_words = 32;
  using Words = std::uint32_t;  ///< a bit for each word

  const Needle& exact() const { return exact_; }
  std::size_t words() const { return trigrams_.size(); }
  /// How many trigrams a word has.
  std::size_t trigrams(std::size_t word) const { return trigrams_[word]; }
  /// The words that a trigram is in.
  Words with(std::uint32_t trigram) const;

 private:
  Needle exact_;
  std::vector<std::size_t> trigrams_;
  std::unordered_map<std::uint32_t, Words> index_;
};

/// Looks for the words of a needle in texts that come in pieces; for the needle as it is in all of them, for words
/// that are nearly like its own in the first 256 kB, since that takes ten times as long. Memory: one word, one
/// piece folded.
class FuzzyMatcher {
 public:
  /// `needle` must outlive this.
  explicit FuzzyMatcher(const FuzzyNeedle& needle) : needle_(&needle), exact_(needle.exact()) {}

  /// Takes the next piece of UTF-8; a piece may end inside a character. True when nothing can match better.
  bool feed(std::string_view utf8);
  /// The text ends here.
  bool end_text();
  /// How well it matched, 1 to 100; 0 when it did not. 100: what is searched for is there as it is, but for case.
  /// Otherwise the mean of the words' likenesses, of which each has to be at least 0.4.
  unsigned score() const;

 private:
  void look(std::string_view folded);
  void end_word();

  const FuzzyNeedle* needle_;
  StreamMatcher exact_;
  PieceFolder folder_;
  std::string word_;
  std::size_t looked_at_ = 0;                          ///< bytes
  std::array<float, FuzzyNeedle::most_words> best_{};  ///< likeness of the best word of the text, for each of ours
};

}  // namespace postbag::protocol
