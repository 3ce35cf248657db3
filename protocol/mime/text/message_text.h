// The texts that SEARCH BODY and TEXT compare, read from a message's bytes in pieces. RFC 9051 section 6.4.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/mime/stored_structure.h"
#include "protocol/mime/text/transfer_decoder.h"
#include "protocol/text/charset/charset.h"

namespace postbag::mime {

/// Where to search.
enum class SearchIn : std::uint8_t {
  body,  ///< texts, and the headers of parts and embedded messages
  text,  ///< the same, and the message's own header
};

/// Receives texts in pieces.
class TextSink {
 public:
  /// The next piece of a text, in UTF-8 if its charset is known; it may end inside a character. True when no more
  /// is needed.
  virtual bool text(std::string_view piece) = 0;
  /// The current text ends; the next piece belongs to another one.
  virtual void end_text() = 0;

 protected:
  ~TextSink() = default;
};

/// Decodes the searched texts of a message: header fields and text parts as UTF-8; other leaves are skipped. A
/// text in an unknown transfer encoding or charset is passed on undecoded. A text with bytes invalid in its
/// charset is passed on in both ways, so that what i;octet finds is found. Each field and each part is a separate
/// text. Memory: one header field (at most 64 kB) and one decoded piece. One thread at a time.
class MessageText {
 public:
  /// `message`'s bytes must outlive this object.
  MessageText(const StoredStructure& message, SearchIn where);

  /// Takes the next bytes of the message, from its beginning. True when the sink needs no more.
  bool feed(std::string_view bytes, TextSink& sink);
  /// The message ended.
  void finish(TextSink& sink);
  /// A reader that yields, as octets, the texts that were invalid in their charsets: for a second search by
  /// octets. RFC 5255 section 4.6 (c). Nothing when there are none; fields were passed on in both ways at once.
  std::optional<MessageText> again() const;

 private:
  struct Segment {
    ByteRange range;
    bool header = false;
    Encoding encoding = Encoding::seven_bit;
    std::string_view charset;
  };
  void begin(const Segment& segment);
  explicit MessageText(std::vector<Segment> segments) : segments_(std::move(segments)) {}
  void take(std::string_view bytes, TextSink& sink);
  void take_header(std::string_view bytes, TextSink& sink);
  void take_text(std::string_view bytes, TextSink& sink);
  void flush_beginning(TextSink& sink);
  void flush_field(TextSink& sink);
  void give_field(std::string_view field, bool ends, TextSink& sink);
  void flush_text(TextSink& sink);
  void end(TextSink& sink);
  void give(std::string_view piece, TextSink& sink) { enough_ = sink.text(piece) || enough_; }

  std::vector<Segment> segments_;     ///< rising
  std::vector<Segment> undecodable_;  ///< texts with bytes that are invalid in their charset
  std::size_t current_ = 0;
  bool open_ = false;    ///< begin() of the current segment was called
  bool enough_ = false;  ///< the sink needs no more
  std::uint64_t position_ = 0;
  std::string field_;
  std::optional<TransferDecoder> transfer_;
  std::optional<protocol::CharsetDecoder> charset_;
  protocol::Charsets charsets_;
};

/// Passes all texts of a message of `size` bytes to the sink until it needs no more. `read(offset)` yields some of
/// the bytes from there on, at least one.
template <class Read>
void read_texts(MessageText message, std::uint64_t size, TextSink& sink, Read&& read) {
  for (std::optional<MessageText> text = std::move(message); text; text = text->again()) {
    for (std::uint64_t done = 0; done < size;) {
      const auto bytes = read(done);
      if (text->feed(bytes, sink)) return;
      done += bytes.size();
    }
    text->finish(sink);
  }
}

}  // namespace postbag::mime
