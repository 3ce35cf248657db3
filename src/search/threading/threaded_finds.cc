#include "search/threading/threaded_finds.h"

#include <array>
#include <utility>

#include "core/ascii.h"
#include "mail/stored_message.h"
#include "search/stored_keys.h"

namespace postbag::search {

namespace {

struct Row {
  std::string_view name;
  ThreadBy by;
};
/// REFS: the expired draft-ietf-morg-inthread, as servers in use have it.
constexpr auto rows = std::to_array<Row>({
    {"ORDEREDSUBJECT", ThreadBy::ordered_subject},
    {"REFERENCES", ThreadBy::references},
    {"REFS", ThreadBy::refs},
});

}  // namespace

std::optional<ThreadBy> thread_by(std::string_view name) {
  for (const Row& row : rows)
    if (ascii_iequal(name, row.name)) return row.by;
  return std::nullopt;
}

void ThreadedFinds::take(const storage::Message& message, storage::ReadTransaction& tx, Relevancy) {
  if (is_too_much()) return;
  KnownMessage known{message};
  StoredMessage stored(tx, known);
  mime::SortKeys keys = stored_keys(stored);
  threading_.add({.sent = sent_time(stored),
                  .subject = std::move(keys.subject),
                  .reply_or_forward = keys.reply_or_forward,
                  .id = std::move(keys.id),
                  .references = std::move(keys.references)});
  uids_.push_back(message.uid);
}

std::string ThreadedFinds::wire(const std::function<std::uint32_t(Uid)>& number) const {
  return threading_.wire([&](std::uint32_t index) { return number(uids_[index]); });
}

}  // namespace postbag::search
