#include "main/log_output.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
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

/// Some characters in UTF-8, whose last byte is from `first` to `last`.
struct Characters {
  std::string_view before;  ///< the other bytes
  unsigned char first, last;
  std::uint32_t code_point;  ///< of the first
};

/// What acts on a terminal, or lets a line read in another order than it was written: DEL, the control characters
/// of C1, and those of Unicode that set the direction, break lines or take no place.
constexpr std::array acting{
    Characters{"", 0x7F, 0x7F, 0x7F},           Characters{"\xC2", 0x80, 0x9F, 0x80},
    Characters{"\xD8", 0x9C, 0x9C, 0x61C},      Characters{"\xE2\x80", 0x8B, 0x8F, 0x200B},
    Characters{"\xE2\x80", 0xA8, 0xAE, 0x2028}, Characters{"\xE2\x81", 0xA0, 0xAF, 0x2060},
    Characters{"\xEF\xBB", 0xBF, 0xBF, 0xFEFF}, Characters{"\xEF\xBF", 0xB9, 0xBB, 0xFFF9},
};

bool is_one_of(std::string_view text, const Characters& characters) {
  if (!text.starts_with(characters.before) || text.size() == characters.before.size()) return false;
  const auto last = static_cast<unsigned char>(text[characters.before.size()]);
  return characters.first <= last && last <= characters.last;
}

/// The same JSON, with what acts written as an escape.
std::string escaped(std::string_view json) {
  std::string out;
  while (!json.empty()) {
    const auto found = std::ranges::find_if(acting, [&](const auto& row) { return is_one_of(json, row); });
    const std::size_t size = found == acting.end() ? 1 : found->before.size() + 1;
    if (found == acting.end())
      out += json.front();
    else
      out +=
          fmt::format("\\u{:04x}", found->code_point + static_cast<unsigned char>(json[size - 1]) - found->first);
    json.remove_prefix(size);
  }
  return out;
}

/// A JSON string: no control characters; bytes that are not UTF-8 are replaced.
std::string quoted(std::string_view text) {
  return escaped(nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
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
