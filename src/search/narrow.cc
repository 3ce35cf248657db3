#include "search/narrow.h"

#include <utility>

#include "protocol/mime/text/searchable_text.h"

namespace postbag::search {

namespace {

/// More would not narrow further, and each has to be looked up.
constexpr std::size_t most_trigrams = 16;

}  // namespace

std::optional<Narrowing> IndexQuestions::about(const protocol::Needle& needle) {
  const auto question = std::ranges::find(questions_, &needle, &Question::needle);
  if (question != questions_.end()) return std::move(question->known);
  questions_.push_back({.needle = &needle, .trigrams = mime::trigrams(needle, most_trigrams)});
  return std::nullopt;
}

void IndexQuestions::ask(storage::ReadTransaction& tx, SliceEnd end) {
  while (!are_answered()) {
    if (ask(tx, questions_[answered_], end)) ++answered_;
    if (is_over(end)) return;
  }
}

bool IndexQuestions::ask(storage::ReadTransaction& tx, Question& question, SliceEnd end) {
  if (question.trigrams.empty()) return true;
  auto answer = tx.bodies_with(question.trigrams, question.next, time_left(end));
  if (!answer) {
    question.known.reset();
    return true;
  }
  if (!question.known) question.known = Narrowing{.upto = answer->upto, .may = {}};
  question.known->may.add(answer->found);
  question.next = answer->next;
  return !question.next;
}

}  // namespace postbag::search
