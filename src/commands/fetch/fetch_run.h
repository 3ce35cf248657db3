// Sending the FETCH responses of a plan, at the pace of the client: for FETCH itself, and for whoever reports
// messages.
#pragma once

#include <cstdint>

#include "async/task.h"
#include "commands/fetch/fetch_writer.h"

namespace postbag {

class Client;

/// What became of it.
struct Fetched {
  std::uint64_t written = 0;  ///< messages; fewer than asked for when others expunged some
  bool mailbox_gone = false;
  bool unknown_encoding = false;  ///< see FetchWriter::has_unknown_encoding()
};

/// Streams all responses, slice by slice. When the client goes, or the store breaks within a response, the
/// connection ends. Throws what the store throws.
async::Task<Fetched> run_fetch(Client& client, FetchPlan plan);

}  // namespace postbag
