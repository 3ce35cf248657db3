#include "session/account/indexing.h"

#include <chrono>
#include <exception>
#include <utility>

namespace postbag {

namespace {

constexpr std::chrono::milliseconds delay{1000};
constexpr std::chrono::milliseconds pause{5};

}  // namespace

void Indexing::soon() {
  again_ = true;
  if (!job_ && !is_armed()) loop_.timers().arm(*this, async::in(delay));
}

void Indexing::on_deadline() {
  again_ = false;
  job_ = std::make_unique<async::Job>(loop_, run(), [this](const std::exception_ptr& error) { ended(!error); });
}

async::Task<void> Indexing::run() { more_ = co_await step_(); }

/// After a failure of the store there is nothing more to do: it is opened anew.
void Indexing::ended(bool well) {
  job_.reset();
  if (!well) return;
  if (more_)
    loop_.timers().arm(*this, async::in(pause));
  else if (again_)
    soon();
}

}  // namespace postbag
