#include "search/text_scan.h"

namespace postbag::search {

namespace {

using Matcher = std::variant<protocol::StreamMatcher, protocol::FuzzyMatcher>;

Matcher matcher_for(const Sought& sought) {
  if (const auto* needle = std::get_if<protocol::Needle>(&sought)) return protocol::StreamMatcher(*needle);
  return protocol::FuzzyMatcher(std::get<protocol::FuzzyNeedle>(sought));
}

}  // namespace

TextScan::TextScan(const Sought& sought, mime::SearchIn where, const mime::StoredStructure& structure)
    : matcher_(matcher_for(sought)), texts_(mime::MessageText(structure, where)), size_(structure.size()) {}

bool TextScan::take(std::string_view bytes) {
  if (texts_->feed(bytes, *this)) return true;
  offset_ += bytes.size();
  if (offset_ < size_) return false;
  texts_->finish(*this);
  // What is not of its charset is read a second time as it is.
  texts_ = texts_->again();
  offset_ = 0;
  return !texts_;
}

Relevancy TextScan::relevancy() const {
  if (const auto* exact = std::get_if<protocol::StreamMatcher>(&matcher_)) return exact->found() ? 100 : 0;
  return std::get<protocol::FuzzyMatcher>(matcher_).score();
}

bool TextScan::text(std::string_view piece) {
  return std::visit([piece](auto& matcher) { return matcher.feed(piece); }, matcher_);
}

void TextScan::end_text() {
  std::visit([](auto& matcher) { matcher.end_text(); }, matcher_);
}

}  // namespace postbag::search
