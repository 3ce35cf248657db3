#include "server/delivery/active_deliveries.h"

#include <utility>

#include "server/failures.h"

namespace postbag::server {

namespace {

/// Runs `task` and gives its outcome, also an exception.
template <class T>
async::Task<void> run_and_answer(async::Task<Expected<T>> task, PendingAnswer<T> answer) {
  Expected<T> outcome = std::unexpected(Failure{Cause::broken, {}});
  try {
    outcome = co_await std::move(task);
  } catch (...) {
    outcome = std::unexpected(failure_of(std::current_exception()));
  }
  answer.give(std::move(outcome));
}

}  // namespace

template <class T>
void ActiveDeliveries::start(async::Task<Expected<T>> task, PendingAnswer<T> answer) {
  jobs_.start(run_and_answer(std::move(task), std::move(answer)),
              [this](const std::exception_ptr&) { one_ended_.set(); });
}

void ActiveDeliveries::deliver(Message message, PendingAnswer<Delivered> answer) {
  start(deliver_task(std::move(message)), std::move(answer));
}

void ActiveDeliveries::begin(std::string user, std::string mailbox, PendingAnswer<DeliveryId> answer) {
  start(begin_task(std::move(user), std::move(mailbox)), std::move(answer));
}

void ActiveDeliveries::write(DeliveryId id, std::string bytes, PendingAnswer<void> answer) {
  const auto open = open_.find(id);  // removed by end_all(): then the answer's destructor gives Cause::stopped
  if (open != open_.end()) start(write_task(open->second, std::move(bytes)), std::move(answer));
}

void ActiveDeliveries::finish(DeliveryId id, PendingAnswer<Delivered> answer) {
  const auto open = open_.find(id);
  if (open != open_.end()) start(finish_task(open->second), std::move(answer));
}

async::Task<void> ActiveDeliveries::end_all(const async::Deadline& deadline) {
  while (jobs_.size() > 0) {
    const bool in_time = co_await one_ended_.wait(deadline);
    if (!in_time) break;
  }
  open_.clear();
}

async::Task<Expected<Delivered>> ActiveDeliveries::deliver_task(Message message) {
  const Incoming incoming = std::make_shared<IncomingMessage>(context_);
  Result<void> taken = co_await incoming->begin(std::move(message.user), std::move(message.mailbox));
  if (taken) taken = co_await incoming->write(std::move(message.bytes));
  if (!taken) co_return std::unexpected(failure_of(taken.error()));
  co_return co_await finish_task(incoming);
}

async::Task<Expected<DeliveryId>> ActiveDeliveries::begin_task(std::string user, std::string mailbox) {
  const Incoming incoming = std::make_shared<IncomingMessage>(context_);
  const Result<void> begun = co_await incoming->begin(std::move(user), std::move(mailbox));
  if (!begun) co_return std::unexpected(failure_of(begun.error()));
  open_.emplace(++last_id_, incoming);
  co_return last_id_;
}

async::Task<Expected<void>> ActiveDeliveries::write_task(Incoming incoming, std::string bytes) {
  Result<void> taken = co_await incoming->write(std::move(bytes));
  co_return expected_of(std::move(taken));
}

async::Task<Expected<Delivered>> ActiveDeliveries::finish_task(Incoming incoming) {
  const Result<storage::Appended> appended = co_await incoming->finish();
  if (!appended) co_return std::unexpected(failure_of(appended.error()));
  co_return Delivered{appended->validity.value(), appended->uid.value()};
}

}  // namespace postbag::server
