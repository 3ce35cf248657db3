// SEARCH BODY and TEXT over a message that comes in pieces. RFC 9051 section 6.4.4.
#pragma once

#include <string_view>

#include "protocol/mime/message_text.h"
#include "protocol/mime/stored.h"
#include "protocol/text/casefold.h"

namespace postbag::mime {

/// Looks for one needle in the text of a message, see MessageText. A match lies within one field or one part.
/// Memory: that of MessageText, and the needle. One thread at a time.
class MessageSearch {
 public:
  /// `message`'s bytes and `needle` must outlive this.
  MessageSearch(const StoredStructure& message, const protocol::Needle& needle, SearchIn where)
      : text_(message, where), look_(needle) {}

  /// Takes the next bytes of the message, from its first. True once the needle was found: then nothing more is
  /// needed.
  bool feed(std::string_view bytes) { return look_.found() || text_.feed(bytes, look_); }
  /// The message ended. Whether the needle was found.
  bool finish() {
    text_.finish(look_);
    return look_.found();
  }

 private:
  class Look final : public TextSink {
   public:
    explicit Look(const protocol::Needle& needle) : matcher_(needle) {}
    bool text(std::string_view piece) override { return matcher_.feed(piece); }
    void end_text() override { matcher_.end_text(); }
    bool found() const { return matcher_.found(); }

   private:
    protocol::StreamMatcher matcher_;
  };

  MessageText text_;
  Look look_;
};

}  // namespace postbag::mime
