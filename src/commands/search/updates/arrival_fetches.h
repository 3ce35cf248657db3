// What NOTIFY and UPDATE want fetched of new messages: each message has one FETCH, whoever asked for it. RFC 5465
// section 5.2.
#pragma once

#include <utility>
#include <vector>

#include "async/task.h"
#include "commands/fetch/fetch_item.h"
#include "core/range_set.h"

namespace postbag {

class Client;

class ArrivalFetches {
 public:
  void add(UidSet uids, const FetchItems& items);
  /// Sends the responses.
  async::Task<void> send(Client& client);

 private:
  std::vector<std::pair<UidSet, FetchItems>> fetches_;  ///< no message is in two of them
};

}  // namespace postbag
