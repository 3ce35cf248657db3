// Looking for a text in one message, piece by piece. RFC 9051 section 6.4.4, BODY and TEXT.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "protocol/mime/stored_structure.h"
#include "protocol/mime/text/message_text.h"
#include "search/sought.h"

namespace postbag::search {

/// One text, one message. Memory: that of MessageText, and what is sought.
class TextScan final : private mime::TextSink {
 public:
  /// `sought` and the bytes of `structure` must outlive this.
  TextScan(const Sought& sought, mime::SearchIn where, const mime::StoredStructure& structure);

  /// Where in the message the bytes begin that take() wants next.
  std::uint64_t wants() const { return offset_; }
  /// Takes the next bytes, at least one. True when nothing more is needed.
  bool take(std::string_view bytes);
  Relevancy relevancy() const;

 private:
  bool text(std::string_view piece) override;
  void end_text() override;

  std::variant<protocol::StreamMatcher, protocol::FuzzyMatcher> matcher_;
  std::optional<mime::MessageText> texts_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;
};

}  // namespace postbag::search
