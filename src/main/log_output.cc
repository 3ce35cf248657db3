#include "main/log_output.h"

#include <array>
#include <chrono>
#include <ctime>
#include <mutex>
#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace postbag::daemon {

namespace {

constexpr std::size_t queued_lines = 4096;
/// A client must not fill the disk: above this rate lines are dropped and counted.
constexpr int lines_a_second = 500;

std::string_view name_of(LogLine::Level level) {
  switch (level) {
    case LogLine::Level::debug: return "debug";
    case LogLine::Level::info: return "info";
    case LogLine::Level::warning: return "warning";
    case LogLine::Level::error: break;
  }
  return "error";
}

std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  return fmt::format("{}.{:03}Z", std::string_view(text.data(), size), ms);
}

/// A JSON string: no control characters; bytes that are not UTF-8 are replaced.
std::string quoted(std::string_view text) {
  return nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string format_line(LogFormat format, std::string_view time, const LogLine& line) {
  const std::array<std::pair<const char*, std::string_view>, 3> fields{
      {{"peer", line.peer}, {"user", line.user}, {"detail", line.detail}}};
  if (format == LogFormat::text) {
    std::string out = fmt::format("{} {} {}", time, name_of(line.level), line.what);
    for (const auto& [name, value] : fields)
      if (!value.empty()) out += fmt::format(" {}={}", name, quoted(value));
    return out;
  }
  std::string out = fmt::format("{{\"time\":{},\"level\":{},\"event\":{}", quoted(time),
                                quoted(name_of(line.level)), quoted(line.what));
  for (const auto& [name, value] : fields)
    if (!value.empty()) out += fmt::format(",\"{}\":{}", name, quoted(value));
  return out + "}";
}

struct LogOutput::Impl {
  explicit Impl(LogFormat f) : format(f) {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_pattern("%v");
    logger = std::make_shared<spdlog::async_logger>("postbag", std::move(sink), pool,
                                                    spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(spdlog::level::info);
  }
  /// True when one more line may be written now. First logs how many were dropped.
  bool admit();

  LogFormat format;
  std::shared_ptr<spdlog::details::thread_pool> pool =
      std::make_shared<spdlog::details::thread_pool>(queued_lines, 1);
  std::shared_ptr<spdlog::async_logger> logger;
  std::mutex mutex;
  std::chrono::steady_clock::time_point second{};
  int lines = 0;
  int dropped = 0;
};

bool LogOutput::Impl::admit() {
  const std::lock_guard lock(mutex);
  const auto now = std::chrono::steady_clock::now();
  if (now - second >= std::chrono::seconds{1}) {
    if (dropped > 0) {
      const std::string count = std::to_string(dropped);
      logger->info("{}",
                   format_line(format, now_text(), {LogLine::Level::warning, "lines dropped", {}, {}, count}));
    }
    second = now;
    lines = dropped = 0;
  }
  if (lines >= lines_a_second)
    ++dropped;
  else
    ++lines;
  return dropped == 0;
}

LogOutput::LogOutput(LogFormat format) : impl_(std::make_unique<Impl>(format)) {}
LogOutput::~LogOutput() = default;

void LogOutput::write(const LogLine& line) {
  if (line.level == LogLine::Level::debug || !impl_->admit()) return;
  impl_->logger->info("{}", format_line(impl_->format, now_text(), line));
}

}  // namespace postbag::daemon
