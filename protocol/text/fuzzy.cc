#include "protocol/text/fuzzy.h"

#include <algorithm>
#include <bit>

#include "core/ascii.h"

namespace postbag::protocol {

namespace {

/// Nobody searches for longer words.
constexpr std::size_t longest_word = 64;
/// For similar words: bytes of all texts of a message together.
constexpr std::size_t most_text = std::size_t{256} * 1024;
/// Two words below this similarity are different.
constexpr float least_likeness = 0.4F;

/// Letters, digits, and everything that is not ASCII.
bool is_of_word(char c) { return is_ascii_letter(c) || is_ascii_digit(c) || static_cast<unsigned char>(c) >= 0x80; }

/// Calls f(trigram) for each three bytes of the word, with two blanks before and one after it, so that its
/// beginning counts more.
template <class F>
void for_each_trigram(std::string_view word, F&& f) {
  std::uint32_t trigram = ' ' << 8 | ' ';
  const auto push = [&](char c) {
    trigram = (trigram << 8 | static_cast<unsigned char>(c)) & 0xff'ffffU;
    f(trigram);
  };
  for (const char c : word) push(c);
  push(' ');
}

std::size_t count_trigrams(std::string_view word) { return word.size() + 1; }

}  // namespace

FuzzyNeedle::FuzzyNeedle(std::string_view utf8) : exact_(utf8) {
  std::string_view left = exact_.folded();
  while (trigrams_.size() < most_words) {
    const auto begin = std::ranges::find_if(left, is_of_word);
    if (begin == left.end()) return;
    const auto end = std::find_if_not(begin, left.end(), is_of_word);
    const std::string_view word = std::string_view(begin, end).substr(0, longest_word);
    const Words bit = Words{1} << trigrams_.size();
    for_each_trigram(word, [&](std::uint32_t trigram) { index_[trigram] |= bit; });
    trigrams_.push_back(count_trigrams(word));
    left = std::string_view(end, left.end());
  }
}

FuzzyNeedle::Words FuzzyNeedle::with(std::uint32_t trigram) const {
  const auto found = index_.find(trigram);
  return found == index_.end() ? 0 : found->second;
}

bool FuzzyMatcher::feed(std::string_view utf8) {
  if (exact_.feed(utf8)) return true;
  if (looked_at_ < most_text) look(folder_.feed(utf8));
  return false;
}

bool FuzzyMatcher::end_text() {
  if (exact_.end_text()) return true;
  if (looked_at_ < most_text) look(folder_.finish());
  end_word();
  return false;
}

void FuzzyMatcher::look(std::string_view folded) {
  folded = folded.substr(0, most_text - looked_at_);
  looked_at_ += folded.size();
  for (const char c : folded) {
    if (!is_of_word(c))
      end_word();
    else if (word_.size() < longest_word)
      word_.push_back(c);
  }
}

void FuzzyMatcher::end_word() {
  if (word_.empty()) return;
  std::array<std::uint8_t, FuzzyNeedle::most_words> common{};
  FuzzyNeedle::Words seen = 0;
  for_each_trigram(word_, [&](std::uint32_t trigram) {
    const FuzzyNeedle::Words with = needle_->with(trigram);
    seen |= with;
    for (FuzzyNeedle::Words left = with; left != 0; left &= left - 1) ++common[std::countr_zero(left)];
  });
  for (; seen != 0; seen &= seen - 1) {
    const auto word = static_cast<std::size_t>(std::countr_zero(seen));
    // Dice's coefficient; a repeated trigram counts as often as it occurs, but not more often than the word has
    // trigrams.
    const std::size_t all = needle_->trigrams(word) + count_trigrams(word_);
    const float likeness = 2.0F * static_cast<float>(common[word]) / static_cast<float>(all);
    best_[word] = std::max(best_[word], std::min(likeness, 1.0F));
  }
  word_.clear();
}

unsigned FuzzyMatcher::score() const {
  if (exact_.found()) return 100;
  const std::size_t words = needle_->words();
  float sum = 0;
  for (std::size_t word = 0; word < words; ++word) {
    if (best_[word] < least_likeness) return 0;
    sum += best_[word];
  }
  // All words matched, but not in the exact form: less than 100.
  return words == 0 ? 0 : std::max(1U, static_cast<unsigned>(99.0F * sum / static_cast<float>(words)));
}

}  // namespace postbag::protocol
