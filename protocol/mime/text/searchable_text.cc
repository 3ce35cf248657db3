#include "protocol/mime/text/searchable_text.h"

#include <algorithm>
#include <span>
#include <utility>

#include <gnu/libc-version.h>
#include <utf8proc.h>

#include "core/utf8.h"
#include "protocol/mime/text/message_text.h"

namespace postbag::mime {

namespace {

/// Increase it with every change of the texts found: in the decoders, in MessageText, in search_folded().
constexpr std::string_view own_version = "5";
constexpr std::string_view stand_in = "\xef\xbf\xbd";

/// Takes one character off the front of `text`, which is not empty: its bytes, or the replacement.
std::string_view take_character(std::string_view& text) {
  const std::string_view before = text;
  char32_t point = 0;
  if (!take_code_point(text, point)) {
    text.remove_prefix(1);
    return stand_in;
  }
  return point == 0 ? stand_in : before.substr(0, before.size() - text.size());
}

void append_valid(std::string_view folded, std::string& out) {
  while (!folded.empty()) out.append(take_character(folded));
}

class Gathered final : public TextSink {
 public:
  explicit Gathered(std::size_t limit) : limit_(limit) {}
  bool text(std::string_view piece) override {
    append_valid(folder_.feed(piece), folded);
    return too_much();
  }
  void end_text() override {
    append_valid(folder_.finish(), folded);
    folded.append(stand_in);
  }
  bool too_much() const { return folded.size() > limit_; }

  std::string folded;

 private:
  std::size_t limit_;
  protocol::PieceFolder folder_;
};

}  // namespace

const std::string& searchable_text_version() {
  // Case and decompositions come from utf8proc, charsets from the C library.
  static const std::string version =
      std::string(own_version) + " utf8proc " + utf8proc_version() + " libc " + gnu_get_libc_version();
  return version;
}

std::optional<std::string> searchable_text(std::string_view structure, std::uint64_t size, std::size_t limit,
                                           const std::function<std::string(std::uint64_t offset)>& read) {
  Gathered text(limit);
  read_texts(MessageText(StoredStructure(structure), SearchIn::text), size, text, read);
  if (text.too_much()) return std::nullopt;
  return std::move(text.folded);
}

std::vector<std::string> trigrams(const protocol::Needle& needle, std::size_t most) {
  std::vector<std::string> out;
  std::vector<std::string_view> run;
  std::string_view rest = needle.folded();
  while (!rest.empty() && out.size() < most) {
    const std::string_view character = take_character(rest);
    if (character == stand_in) {
      run.clear();
      continue;
    }
    run.push_back(character);
    if (run.size() < 3) continue;
    std::string gram;
    for (const auto part : std::span(run).last(3)) gram.append(part);
    if (std::ranges::find(out, gram) == out.end()) out.push_back(std::move(gram));
  }
  return out;
}

}  // namespace postbag::mime
