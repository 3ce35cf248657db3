// IDLE. RFC 9051 section 6.3.13, RFC 2177.

#include <optional>
#include <string>

#include "commands/handlers.h"
#include "core/ascii.h"
#include "session/client.h"

namespace postbag {

namespace {

/// What is reported until DONE comes.
class IdleNews final : public NewsSource {
 public:
  explicit IdleNews(Client& client) : client_(client) {}
  bool has_news() const override { return client_.has_news(); }
  async::Task<void> report_news() override {
    co_await client_.report_news();
    client_.report_progress();
  }

 private:
  Client& client_;
};

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Idle) {
  IdleNews news(client);
  const std::optional<Secret> line = co_await client.connection().ask_line("idling", &news);
  const bool done = line && ascii_iequal(line->text(), "DONE");
  co_return done ? Reply::ok("IDLE completed") : Reply::bad("Expected DONE");
}

}  // namespace postbag
