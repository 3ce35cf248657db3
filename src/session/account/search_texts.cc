#include "session/account/search_texts.h"

#include "protocol/mime/text/searchable_text.h"

namespace postbag {

namespace {

/// Bounds the memory of an entry, and its time: some 30 ms.
constexpr std::size_t longest = std::size_t{256} * 1024;

}  // namespace

storage::SearchTexts search_texts() {
  return {.make =
              [](std::string_view structure, std::uint64_t size, const storage::SearchTexts::Read& read) {
                return mime::searchable_text(structure, size, longest, read);
              },
          .version = mime::searchable_text_version()};
}

}  // namespace postbag
