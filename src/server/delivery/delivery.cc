// postbag::Delivery: a message in pieces from another thread than the loop's.

#include <future>
#include <utility>

#include "postbag/server.h"
#include "server/server_impl.h"

namespace postbag {

using server::Answer;

namespace {

/// Has `ask(answer)` done on the loop's thread and blocks for the answer.
template <class T, class Ask>
Expected<T> blocking(server::LoopDoor& door, Ask ask) {
  std::promise<Expected<T>> promise;
  Answer<T> answer([&](Expected<T> what) { promise.set_value(std::move(what)); });
  door.post([&ask, answer = std::move(answer)]() mutable { ask(std::move(answer)); });
  return promise.get_future().get();
}

constexpr auto own_thread_words = "a delivery in pieces blocks, so not on the loop's thread";

std::unexpected<Failure> gone() { return std::unexpected(Failure{Cause::stopped, "the server is not running"}); }

}  // namespace

struct Delivery::Impl {
  server::Serving& serving;  ///< there while the door is open, and on the loop's thread only
  std::shared_ptr<server::LoopDoor> door;
  server::DeliveryId id;
};

Expected<Delivery> Server::begin_delivery(std::string_view user, std::string_view mailbox) {
  if (!impl_) return gone();
  if (impl_->calls.on_loop_thread()) return std::unexpected(Failure{Cause::refused, own_thread_words});
  const std::shared_ptr<Impl> impl = impl_;
  server::Serving* serving = nullptr;  // looked up on the loop's thread
  const auto begun = blocking<server::DeliveryId>(*impl->door, [&](Answer<server::DeliveryId> answer) {
    serving = impl->serving.get();
    serving->deliveries().begin(std::string(user), std::string(mailbox), std::move(answer));
  });
  if (!begun) return std::unexpected(begun.error());
  return Delivery(std::make_unique<Delivery::Impl>(Delivery::Impl{*serving, impl->door, *begun}));
}

Expected<void> Delivery::write(std::string_view bytes) {
  if (!impl_) return gone();
  return blocking<void>(*impl_->door, [&](Answer<void> answer) {
    impl_->serving.deliveries().write(impl_->id, std::string(bytes), std::move(answer));
  });
}

Expected<Delivered> Delivery::finish() {
  if (!impl_) return gone();
  return blocking<Delivered>(*impl_->door, [&](Answer<Delivered> answer) {
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
  impl_->door->post([serving = &impl_->serving, id = impl_->id] { serving->deliveries().drop(id); });
}

}  // namespace postbag
