// All deliveries of the host that are in progress.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "async/deadline.h"
#include "async/job.h"
#include "async/signal.h"
#include "server/delivery/incoming_message.h"
#include "server/pending_answer.h"

namespace postbag::server {

/// Identifies a message that is delivered in pieces.
using DeliveryId = std::uint64_t;

/// Loop thread only. Each answer is given once; with Cause::stopped when this object is destroyed first.
class ActiveDeliveries {
 public:
  ActiveDeliveries(async::Loop& loop, const DeliveryContext& context)
      : context_(context), one_ended_(loop), jobs_(loop) {}

  void deliver(Message message, PendingAnswer<Delivered> answer);
  /// The same in pieces: begin, write any number of times, then finish or drop. One call at a time for each id.
  void begin(std::string user, std::string mailbox, PendingAnswer<DeliveryId> answer);
  void write(DeliveryId id, std::string bytes, PendingAnswer<void> answer);
  void finish(DeliveryId id, PendingAnswer<Delivered> answer);
  void drop(DeliveryId id) { open_.erase(id); }
  /// Waits until nothing is being written, at most until `deadline`, and drops what is incomplete. The deadline
  /// may be changed meanwhile: see recheck_deadline().
  async::Task<void> end_all(const async::Deadline& deadline);
  void recheck_deadline() { one_ended_.set(); }

 private:
  using Incoming = std::shared_ptr<IncomingMessage>;
  async::Task<Expected<Delivered>> deliver_task(Message message);
  async::Task<Expected<DeliveryId>> begin_task(std::string user, std::string mailbox);
  static async::Task<Expected<void>> write_task(Incoming incoming, std::string bytes);
  static async::Task<Expected<Delivered>> finish_task(Incoming incoming);
  template <class T>
  void start(async::Task<Expected<T>> task, PendingAnswer<T> answer);

  const DeliveryContext& context_;
  std::map<DeliveryId, Incoming> open_;
  DeliveryId last_id_ = 0;
  async::Signal one_ended_;
  async::Jobs jobs_;
};

}  // namespace postbag::server
