#include "core/result.h"

#include <array>
#include <utility>

namespace postbag {

namespace {

constexpr std::array texts = std::to_array<std::string_view>({
    "no such mailbox",
    "mailbox exists",
    "mailbox has children",
    "not permitted",
    "invalid mailbox name",
    "mailbox name too long",
    "too many mailboxes",
    "too many keywords",
    "keyword too long",
    "message too big",
    "too many messages",
    "mailbox was deleted",
    "mailbox is read-only",
    "no such account",
    "account exists",
    "invalid account name",
    "wrong password",
    "unknown encoding",
    "busy",
    "no space left on the disk",
    "special use is already assigned",
    "no such message",
    "the account has moved to another server",
});
static_assert(texts.size() == std::to_underlying(Error::account_moved) + 1);

}  // namespace

std::string_view to_string(Error error) { return texts[std::to_underlying(error)]; }

}  // namespace postbag
