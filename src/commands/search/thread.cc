// THREAD and UID THREAD. RFC 5256 section 3.

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/handlers.h"
#include "commands/search/search_program.h"
#include "commands/search/search_run.h"
#include "commands/search/stored_keys.h"
#include "commands/search/threading.h"
#include "core/ascii.h"
#include "protocol/mime/stored_structure.h"
#include "session/client.h"
#include "storage/errors.h"

namespace postbag {

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

/// Messages and the identifiers they refer to, in one THREAD; some 300 MB.
constexpr std::size_t most_nodes = 4'000'000;

std::optional<ThreadBy> thread_by(std::string_view name) {
  for (const Row& row : rows)
    if (ascii_iequal(name, row.name)) return row.by;
  return std::nullopt;
}

/// Hands what a search finds to the threading.
class ThreadedFinds : public search::Finds {
 public:
  explicit ThreadedFinds(ThreadBy by) : threading(by) {}

  void take(const storage::Message& message, storage::ReadTransaction& tx, search::Relevancy) override {
    if (is_too_much()) return;
    const std::optional<std::string> stored = tx.structure(message.body);
    if (!stored) throw storage::Corrupt("a message's structure is missing");
    const mime::StoredStructure structure(*stored);
    mime::SortKeys keys = stored_keys(message, structure, tx);
    const auto sent = structure.sent();
    threading.add({.sent = sent ? sent->seconds : message.internal_date.seconds,
                   .subject = std::move(keys.subject),
                   .reply_or_forward = keys.reply_or_forward,
                   .id = std::move(keys.id),
                   .references = std::move(keys.references)});
    uids.push_back(message.uid);
  }

  bool is_too_much() const { return threading.nodes() > most_nodes; }

  Threading threading;
  std::vector<Uid> uids;  ///< by the index that threading has for the message
};

/// False when the mailbox is gone. The steps run on the worker: they must not keep the loop from other clients.
async::Task<bool> search_and_thread(Account& account, const search::Job& job, ThreadedFinds& finds,
                                    InProgress& progress) {
  const bool there = co_await search::run(account, job, finds, &progress);
  bool more = there;
  while (more) more = co_await account.read([&](storage::ReadTransaction&) { return finds.threading.step(); });
  co_return there;
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Thread command, ByUid by_uid, std::string_view tag) {
  if (by_uid == ByUid::no && client.uid_only()) co_return uid_required();
  const auto by = thread_by(command.thread_alg().text());
  if (!by) co_return Reply::bad("Unknown threading algorithm");
  auto job = search_job(client, search_program(client, command), {});
  if (!job) co_return job.error();
  ThreadedFinds finds(*by);
  InProgress progress(client, tag);
  const bool there = co_await search_and_thread(client.account(), *job, finds, progress);
  if (!there) co_return refusal(Error::mailbox_gone);
  if (finds.is_too_much()) co_return Reply::no("Too many messages and references to thread", "LIMIT");
  const View& view = client.selected().view();
  const std::string threads = finds.threading.wire([&](std::uint32_t index) {
    const Uid uid = finds.uids[index];
    return by_uid == ByUid::yes ? uid.value() : view.seq_of(uid)->value();
  });
  client.respond().raw(threads.empty() ? "* THREAD" : "* THREAD ").raw(threads).crlf();
  co_return Reply::ok("THREAD completed");
}

}  // namespace postbag
