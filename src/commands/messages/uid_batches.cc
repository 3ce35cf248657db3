// UIDBATCHES: UIDs that divide the selected mailbox into batches of messages. RFC 10022.

#include <algorithm>
#include <cstdint>
#include <expected>

#include "commands/handlers.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

/// What a server must accept; with less, a client could make sequence numbers of it.
constexpr std::uint64_t smallest_size = 500;

/// The batches that a client wants. Number 1 has the newest messages.
struct Batches {
  std::uint64_t size;  ///< messages of each but the last
  std::uint64_t first = 1;
  std::uint64_t last = Uid::max_value;
};

std::uint64_t value_of(grammar::NzNumber number) { return *protocol::number_value(number.text(), Uid::max_value); }

std::expected<Batches, Reply> wanted_batches(grammar::Uidbatches command) {
  Batches out{.size = value_of(command.nz_number())};
  if (const auto range = command.batch_range()) {
    auto ends = range->nz_number().begin();
    out.first = value_of(*ends);
    out.last = value_of(*++ends);
  }
  if (out.first > out.last) return std::unexpected(Reply::bad("The first batch comes first", "CLIENTBUG"));
  if (out.size < smallest_size) return std::unexpected(Reply::no("A batch has at least 500 messages", "TOOFEW"));
  return out;
}

/// The lowest UID of a batch that exists. The batches leave no UID out: the oldest one begins with UID 1.
std::uint64_t lowest_uid(const View& view, const Batches& batches, std::uint64_t number) {
  const std::uint64_t above = number * batches.size;
  if (above >= view.size()) return 1;
  return view.uid_of(SeqNum(static_cast<std::uint32_t>(view.size() - above + 1)))->value();
}

/// Batches that do not exist are left out.
void write_batches(protocol::Writer& out, const View& view, const Batches& batches) {
  const std::uint64_t last = std::min(batches.last, (view.size() + batches.size - 1) / batches.size);
  for (std::uint64_t number = batches.first; number <= last; ++number) {
    const std::uint64_t highest =
        number == 1 ? view.last_uid()->value() : lowest_uid(view, batches, number - 1) - 1;
    out.raw(number == batches.first ? " " : ",").number(highest).raw(":");
    out.number(lowest_uid(view, batches, number));
  }
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Uidbatches command, ByUid, std::string_view tag) {
  const auto batches = wanted_batches(command);
  if (!batches) co_return batches.error();
  protocol::Writer out = client.respond();
  out.raw("* UIDBATCHES (TAG ").string(tag).raw(")");
  write_batches(out, client.selected().view(), *batches);
  out.crlf();
  co_return Reply::ok("UIDBATCHES completed");
}

}  // namespace postbag
