// postbag::Delivery: delivers a message in pieces from a thread other than the loop's.

#include <future>
#include <utility>

#include "postbag/server.h"
#include "server/server_impl.h"

namespace postbag {

using server::PendingAnswer;

namespace {

/// Calls `ask(answer)` on the loop's thread and blocks until the answer is given.
template <class T, class Ask>
Expected<T> blocking(server::LoopPoster& poster, Ask ask) {
  std::promise<Expected<T>> promise;
  PendingAnswer<T> answer([&](Expected<T> what) { promise.set_value(std::move(what)); });
  poster.post([&ask, answer = std::move(answer)]() mutable { ask(std::move(answer)); });
  return promise.get_future().get();
}

constexpr auto own_thread_text = "begin_delivery blocks and must not be called on the loop's thread";

std::unexpected<Failure> not_running() {
  return std::unexpected(Failure{Cause::stopped, "the server is not running"});
}

}  // namespace

struct Delivery::Impl {
  server::Serving& serving;  ///< valid on the loop's thread while the poster is attached
  std::shared_ptr<server::LoopPoster> poster;
  server::DeliveryId id;
};

Expected<Delivery> Server::begin_delivery(std::string_view user, std::string_view mailbox) {
  if (!impl_) return not_running();
  if (impl_->calls.on_loop_thread()) return std::unexpected(Failure{Cause::refused, own_thread_text});
  const std::shared_ptr<Impl> impl = impl_;
  server::Serving* serving = nullptr;  // assigned on the loop's thread
  const auto begun = blocking<server::DeliveryId>(*impl->poster, [&](PendingAnswer<server::DeliveryId> answer) {
    serving = impl->serving.get();
    serving->deliveries().begin(std::string(user), std::string(mailbox), std::move(answer));
  });
  if (!begun) return std::unexpected(begun.error());
  return Delivery(std::make_unique<Delivery::Impl>(Delivery::Impl{*serving, impl->poster, *begun}));
}

Expected<void> Delivery::write(std::string_view bytes) {
  if (!impl_) return not_running();
  return blocking<void>(*impl_->poster, [&](PendingAnswer<void> answer) {
    impl_->serving.deliveries().write(impl_->id, std::string(bytes), std::move(answer));
  });
}

Expected<Delivered> Delivery::finish() {
  if (!impl_) return not_running();
  return blocking<Delivered>(*impl_->poster, [&](PendingAnswer<Delivered> answer) {
    impl_->serving.deliveries().finish(impl_->id, std::move(answer));
  });
}

Delivery::Delivery(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Delivery::Delivery(Delivery&&) noexcept = default;
Delivery& Delivery::operator=(Delivery&& other) noexcept {
  if (this == &other) return *this;
  const Delivery dropped(std::move(*this));
  impl_ = std::move(other.impl_);
  return *this;
}
Delivery::~Delivery() {
  if (!impl_) return;
  impl_->poster->post([serving = &impl_->serving, id = impl_->id] { serving->deliveries().drop(id); });
}

}  // namespace postbag
