#include "server/auth_socket/auth_connection.h"

#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <sodium/randombytes.h>
#include <unistd.h>

#include "protocol/sasl/mechanisms.h"
#include "server/failures.h"

namespace postbag::server {

namespace {

using auth_socket::Request;
using auth_socket::RequestId;

/// The rest of what was answered when the asker is gone.
constexpr std::chrono::seconds farewell_patience{2};

std::string random_cookie() {
  std::array<unsigned char, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string text;
  for (const unsigned char byte : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    (text += digits[byte >> 4]) += digits[byte & 15];
  }
  return text;
}

std::uint32_t process_number() { return static_cast<std::uint32_t>(::getpid()); }

/// Without channel bindings and certificates: those are of the connection to the asker, of which nothing is known
/// here.
std::vector<auth_socket::Offer> offers(sasl::Needs abilities) {
  std::vector<auth_socket::Offer> all;
  for (const sasl::Mechanism& one : sasl::mechanisms())
    if (one.is_possible(abilities | sasl::needs::confidentiality))
      all.push_back({.mechanism = one.name, .plaintext = one.sends_secret()});
  return all;
}

}  // namespace

AuthConnection::AuthConnection(const AuthParts& parts, std::unique_ptr<async::Stream> stream, AuthService service,
                               std::uint64_t number)
    : parts_(parts),
      stream_(std::move(stream)),
      service_(service),
      signal_(parts.context.loop),
      output_(greeting(number)),
      jobs_(parts.context.loop) {}

AuthConnection::~AuthConnection() {
  stream_->notify(nullptr);
  stream_->close();
}

std::string AuthConnection::greeting(std::uint64_t number) const {
  if (service_ == AuthService::users) return auth_socket::user_greeting(process_number());
  const auth_socket::Greeting who{.process = process_number(), .connection = number, .cookie = random_cookie()};
  return auth_socket::greeting(who, offers(parts_.context.authenticator.abilities()));
}

async::Task<void> AuthConnection::run() {
  stream_->notify(&signal_);
  const async::Deadline introduced_by = async::in(parts_.context.limits.login_time);
  while (goes_on()) {
    const bool took = take_lines();
    const bool sent = co_await send_output();
    if (!sent) break;
    if (took || !output_.empty()) continue;
    if (stream_->ended()) break;
    const bool came = co_await signal_.wait(introduced_ ? async::never : introduced_by);
    if (!came && !introduced_) break_off("it did not introduce itself");
  }
  co_await end_requests();
}

/// What was answered is sent before more is read, so that an asker who does not read uses no memory.
bool AuthConnection::take_lines() {
  bool took = false;
  while (goes_on() && output_.size() < parts_.context.limits.output_queue && take_line()) took = true;
  return took;
}

bool AuthConnection::take_line() {
  const std::string_view input = stream_->input();
  const std::size_t end = input.substr(0, auth_socket::longest_line + 1).find('\n');
  if (end == std::string_view::npos) {
    if (input.size() > auth_socket::longest_line) break_off("a line is too long");
    return false;
  }
  auto request = auth_socket::parse_line(input.substr(0, end));
  stream_->consume(end + 1);
  if (request)
    take(std::move(*request));
  else
    break_off(auth_socket::to_string(request.error()));
  return true;
}

void AuthConnection::take(Request request) {
  const bool introduces = std::holds_alternative<auth_socket::Version>(request) ||
                          std::holds_alternative<auth_socket::Introduced>(request);
  if (!introduces && !introduced_) return break_off("it did not introduce itself");
  std::visit([this](auto&& one) { handle(std::forward<decltype(one)>(one)); }, std::move(request));
}

void AuthConnection::handle(const auth_socket::Version& version) {
  if (version.major != auth_socket::major_version) return break_off("another version of the protocol");
  introduced_ = true;
}

void AuthConnection::handle(const auth_socket::Introduced&) {}

void AuthConnection::handle(auth_socket::Auth asked) {
  const RequestId id = asked.id;
  if (service_ != AuthService::logins) return break_off("AUTH on the socket for users");
  if (requests_.contains(id)) return break_off("a request has the number of another one");
  auto request = std::make_shared<AuthRequest>(parts_.context, parts_.registry, std::move(asked),
                                               [this](const std::string& line) { send(line); });
  if (jobs_.size() >= parts_.context.limits.auth_requests)
    return send(auth_socket::refused(id, {.code = auth_socket::temporary, .reason = "Too many requests"}));
  requests_.emplace(id, request);
  start(request->run(), auth_socket::refused(id, {.code = auth_socket::temporary}),
        [this, request, id] { forget(*request, id); });
}

void AuthConnection::handle(auth_socket::Continue given) {
  const auto request = requests_.find(given.id);
  if (request != requests_.end()) request->second->respond(std::move(given.response));
}

void AuthConnection::handle(const auth_socket::Cancel& cancelled) {
  const auto request = requests_.find(cancelled.id);
  if (request == requests_.end()) return;
  request->second->cancel();
  requests_.erase(request);  // its number is free, although it may still run
}

void AuthConnection::forget(const AuthRequest& request, RequestId id) {
  const auto known = requests_.find(id);
  if (known != requests_.end() && known->second.get() == &request) requests_.erase(known);
}

void AuthConnection::handle(const auth_socket::FindUser& asked) {
  if (service_ != AuthService::users) return break_off("USER on the socket for logins");
  if (jobs_.size() >= parts_.context.limits.auth_requests)
    return send(auth_socket::lookup_failed(asked.id, "Too many requests"));
  start(look_up(asked), auth_socket::lookup_failed(asked.id, "Internal error"), [] {});
}

void AuthConnection::start(async::Task<void> task, std::string line_if_broken, std::function<void()> done) {
  auto at_end = [this, line = std::move(line_if_broken), done = std::move(done)](const std::exception_ptr& error) {
    done();
    if (error) {
      const Failure failure = failure_of(error);
      parts_.context.log.write(stream_->peer(),
                               {LogEvent::Level::error, "authentication broken", {}, failure.text});
      send(line);
    }
    signal_.set();
  };
  jobs_.start(std::move(task), std::move(at_end));
}

/// Of mail for who has moved nobody may say that there is no such user: the mail server is to keep it.
async::Task<void> AuthConnection::look_up(auth_socket::FindUser asked) {
  const std::optional<storage::Account> account =
      co_await parts_.lookups.least_busy().run([&] { return parts_.registry.find_recipient(asked.user); });
  const bool has_moved = account && !account->moved_to.empty();
  if (has_moved) co_return send(auth_socket::lookup_failed(asked.id, to_string(Error::account_moved)));
  send(account ? auth_socket::found(asked.id, account->name) : auth_socket::not_found(asked.id));
}

async::Task<bool> AuthConnection::send_output() {
  const std::string lines = std::exchange(output_, {});
  if (lines.empty()) co_return true;
  co_return co_await stream_->write(lines, parts_.context.limits.progress_time);
}

async::Task<void> AuthConnection::end_requests() {
  for (const auto& [id, request] : requests_) request->leave();
  while (jobs_.size() > 0) co_await signal_.wait();
  const std::string lines = std::exchange(output_, {});
  if (!broken_ && !lines.empty()) co_await stream_->write(lines, farewell_patience);
  stream_->close();
}

void AuthConnection::send(std::string_view line) {
  output_ += line;
  signal_.set();
}

void AuthConnection::break_off(std::string_view why) {
  broken_ = true;
  parts_.context.log.write(stream_->peer(), {LogEvent::Level::warning, "authentication socket closed", {}, why});
}

void AuthConnection::shut_down() {
  shut_down_ = true;
  signal_.set();
}

}  // namespace postbag::server
