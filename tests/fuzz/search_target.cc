// Fuzz target: the text that SEARCH sees. Input: a seed of the pieces, what to do, the needle's length and
// bytes, the message.
//
// What must hold: decoders produce the same in pieces and at once; a search in pieces finds what a naive search
// over the whole decoded text finds, and nothing else; so does the nearness of words.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/utf8.h"
#include "input.h"
#include "protocol/mime/header/header_fields.h"
#include "protocol/mime/parser.h"
#include "protocol/mime/stored_structure.h"
#include "protocol/mime/text/message_text.h"
#include "protocol/mime/text/transfer_decoder.h"
#include "protocol/text/casefold.h"
#include "protocol/text/charset/charset.h"
#include "protocol/text/charset/encoded_word.h"
#include "protocol/text/fuzzy.h"

using namespace postbag;
using namespace postbag::mime;
using namespace postbag::protocol;
using fuzz::require;

namespace {

std::string transferred(std::string_view body, Encoding encoding, std::uint8_t seed) {
  auto decoder = TransferDecoder::make(encoding);
  std::string out;
  for (fuzz::Pieces pieces(body, seed); pieces.more();) decoder->feed(pieces.next(), out);
  decoder->finish(out);
  return out;
}

std::string converted(std::string_view bytes, std::string_view charset, std::uint8_t seed) {
  CharsetDecoder decoder(charset);
  std::string out;
  for (fuzz::Pieces pieces(bytes, seed); pieces.more();) decoder.feed(pieces.next(), out);
  decoder.finish(out);
  return out;
}

/// The texts of a body at once: as its charset has it, and its octets if some mean nothing there. Checks on the way
/// that pieces produce the same.
std::vector<std::string> body_texts(std::string_view body, Encoding encoding, std::string_view charset,
                                    std::uint8_t seed) {
  if (encoding == Encoding::unknown) encoding = Encoding::binary;
  const std::string plain = *decoded(body, encoding);
  require(plain == transferred(body, encoding, seed), "transfer decoding does not depend on the pieces");
  require(plain.size() <= body.size(), "transfer decoding does not grow");
  const Converted text = Charsets().convert(plain, charset);
  require(text.utf8 == converted(plain, charset, seed), "charsets do not depend on the pieces");
  if (text.whole || text.utf8 == plain) return {text.utf8};
  return {text.utf8, plain};
}

/// Each field as it is written, a line that is no field too.
std::vector<std::string_view> fields_of(std::string_view header) {
  std::vector<std::string_view> fields;
  std::size_t begin = 0;
  for (std::size_t i = 1; i < header.size(); ++i) {
    if (header[i - 1] != '\n' || header[i] == ' ' || header[i] == '\t') continue;
    fields.push_back(header.substr(begin, i - begin));
    begin = i;
  }
  if (begin < header.size()) fields.push_back(header.substr(begin));
  return fields;
}

void add_field(std::string_view field, std::vector<std::string>& texts) {
  Charsets charsets;
  DecodedText text = header_text(field, charsets);
  texts.push_back(std::move(text.utf8));
  if (text.octets) texts.push_back(std::move(*text.octets));
}

/// All texts of the message that SEARCH sees, one by one.
std::vector<std::string> texts_of(std::string_view message, const StoredStructure& structure, SearchIn where,
                                  std::uint8_t seed) {
  std::vector<std::string> texts;
  const auto parts = structure.parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& part = parts[i];
    const std::string_view header = message.substr(part.header.offset, part.header.size);
    if (i > 0 || where == SearchIn::text)
      for (const std::string_view field : fields_of(header)) add_field(field, texts);
    if (part.kind != Kind::text) continue;
    const std::string_view body = message.substr(part.body.offset, part.body.size);
    std::ranges::move(body_texts(body, part.encoding, part.charset, seed), std::back_inserter(texts));
  }
  return texts;
}

bool naive(const std::vector<std::string>& texts, const Needle& needle) {
  if (needle.empty()) return true;
  for (const std::string& text : texts)
    if (search_folded(text).find(needle.folded()) != std::string::npos) return true;
  return false;
}

class Look final : public TextSink {
 public:
  explicit Look(const Needle& needle) : matcher_(needle) {}
  bool text(std::string_view piece) override { return matcher_.feed(piece); }
  void end_text() override { matcher_.end_text(); }
  bool found() const { return matcher_.found(); }

 private:
  StreamMatcher matcher_;
};

bool in_pieces(std::string_view message, const StoredStructure& structure, const Needle& needle, SearchIn where,
               std::uint8_t seed) {
  Look look(needle);
  fuzz::Pieces pieces(message, seed);
  read_texts(MessageText(structure, where), message.size(), look, [&](std::uint64_t from) {
    if (from == 0) pieces = fuzz::Pieces(message, seed);
    return pieces.next();
  });
  return look.found();
}

bool matched_in_pieces(const std::string& text, const Needle& needle, std::uint8_t seed) {
  StreamMatcher matcher(needle);
  for (fuzz::Pieces pieces(text, seed); pieces.more();) matcher.feed(pieces.next());
  return matcher.end_text();
}

unsigned score(const std::string& text, const FuzzyNeedle& needle, std::uint8_t seed) {
  FuzzyMatcher matcher(needle);
  for (fuzz::Pieces pieces(text, seed); pieces.more();) matcher.feed(pieces.next());
  matcher.end_text();
  return matcher.score();
}

void check_fuzzy(const std::string& text, std::string_view sought, std::uint8_t seed) {
  const FuzzyNeedle needle(sought);
  const unsigned nearness = score(text, needle, seed);
  require(nearness == score(text, needle, 0), "nearness does not depend on the pieces");
  require(nearness <= 100, "nothing is nearer than the same");
  require((nearness == 100) == contains_casefolded(text, needle.exact()), "100 is for what is there");
}

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }

/// A run of whole characters of `text`, somewhere.
std::string_view excerpt(std::string_view text, std::size_t where, std::size_t size) {
  if (text.empty()) return {};
  text.remove_prefix(where % text.size());
  while (!text.empty() && !begins_character(text.front())) text.remove_prefix(1);
  while (size < text.size() && !begins_character(text[size])) ++size;
  return text.substr(0, size);
}

void check_folding(const std::string& text) {
  if (is_utf8(text)) require(is_utf8(casefolded(text)), "what is folded is UTF-8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t seed = input.byte();
  const std::uint8_t choice = input.byte();
  const std::size_t length = input.byte() % 32U;
  const std::string_view given = input.bytes(length);
  const std::string_view message = input.rest();
  const SearchIn where = choice % 2 == 0 ? SearchIn::text : SearchIn::body;

  const std::string bytes = encode(parse(message));
  const StoredStructure structure(bytes);
  const auto texts = texts_of(message, structure, where, seed);
  for (const std::string& text : texts) check_folding(text);
  const Needle needle(given);
  require(in_pieces(message, structure, needle, where, seed) == naive(texts, needle), "found what is there");
  if (texts.empty()) return 0;

  const std::string& text = texts[choice % texts.size()];
  const Needle there(excerpt(text, choice * 37U, 1 + length));
  require(in_pieces(message, structure, there, where, seed), "what is there is found");
  require(contains_casefolded(text, there) && matched_in_pieces(text, there, seed), "found in its text");
  check_fuzzy(text, excerpt(text, choice * 37U, 1 + length), seed);
  check_fuzzy(text, given, seed);
  return 0;
}
