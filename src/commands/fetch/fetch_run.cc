#include "commands/fetch/fetch_run.h"

#include <string>
#include <utility>

#include "session/client.h"

namespace postbag {

namespace {

/// Formatted in one go on the worker; what a client that reads slowly makes us hold.
constexpr std::size_t slice_bytes = 128 * 1024;

/// Ends the connection if a response stays unfinished, whatever the reason.
class WholeResponses {
 public:
  WholeResponses(Client& client, const FetchWriter& writer) : client_(client), writer_(writer) {}
  ~WholeResponses() {
    if (writer_.is_within_response()) client_.connection().break_off();
  }
  WholeResponses(const WholeResponses&) = delete;
  WholeResponses& operator=(const WholeResponses&) = delete;

 private:
  Client& client_;
  const FetchWriter& writer_;
};

async::Task<void> send_all(Client& client, FetchWriter& writer) {
  const Account::Hold keeps_bodies(client.selected().account(), Account::Keeps::bodies);
  bool more = true;
  while (more) {
    std::string& out = client.connection().output_for_worker();
    more = co_await client.selected().account().read(
        [&](storage::ReadTransaction& tx) { return writer.write(tx, out, slice_bytes); });
    if (client.has_selected()) client.selected().note_keywords_reported(writer.keywords());
    const bool alive = co_await client.flush_if_large();
    if (!alive) co_return;
  }
}

}  // namespace

async::Task<Fetched> run_fetch(Client& client, FetchPlan plan) {
  const bool nothing = plan.uids.empty();
  const bool tells_modseqs = has_kind(plan.items, FetchKind::modseq) || !plan.newly_seen.empty();
  FetchWriter writer(std::move(plan));
  const WholeResponses whole(client, writer);
  if (!nothing) co_await send_all(client, writer);
  if (tells_modseqs && writer.written() > 0) client.command().note_modseqs_told();
  Fetched done;
  done.written = writer.written();
  done.mailbox_gone = writer.is_mailbox_gone();
  done.unknown_encoding = writer.has_unknown_encoding();
  co_return done;
}

}  // namespace postbag
