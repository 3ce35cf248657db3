// Everything a FETCH needs to know of its session, copied, since its responses are written on another thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "commands/fetch/fetch_item.h"
#include "core/mailbox_key.h"
#include "core/range_set.h"
#include "protocol/response/writer.h"
#include "session/features.h"
#include "session/selected/view.h"

namespace postbag {

class Client;

struct FetchPlan {
  MailboxKey mailbox;         ///< the selected one
  UidSet uids;                ///< what to fetch
  std::vector<ViewRun> runs;  ///< the same with sequence numbers
  FetchItems items;
  std::vector<std::string> keywords;
  UidSet recent;
  UidSet newly_seen;  ///< \Seen was set by this FETCH: their FLAGS are sent too. RFC 9051 section 6.4.5
  Features features;
  protocol::Charset charset = protocol::Charset::seven_bit;
  std::size_t headers_used = 0;
};

/// A plan for these messages of the selected mailbox, with what the session knows of it. Loop thread.
FetchPlan fetch_plan(const Client& client, UidSet uids, FetchItems items);

}  // namespace postbag
