#include "server/limits_table.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <variant>

#include "core/flags.h"
#include "postbag/server.h"

namespace postbag {

namespace {

static_assert(std::same_as<std::size_t, std::uint64_t>, "counts and sizes share a column of the table");

using Field = std::variant<std::uint64_t Limits::*, std::chrono::seconds Limits::*>;

struct Row {
  std::string_view name;
  std::string_view unit;
  Field field;
  std::uint64_t least;
  std::uint64_t most;
};

constexpr std::uint64_t KiB = 1024;
constexpr std::uint64_t MiB = 1024 * KiB;
constexpr std::uint64_t GiB = 1024 * MiB;
constexpr std::uint64_t million = 1'000'000;
constexpr std::uint64_t week = 7ULL * 24 * 3600;

/// In the order of core/limits.h.
constexpr std::array rows{
    Row{"line_before_login", "bytes", &Limits::line_before_login, 512, 1 * MiB},
    Row{"line_after_login", "bytes", &Limits::line_after_login, 8192, 16 * MiB},
    Row{"arguments", "bytes", &Limits::arguments, 8192, 64 * MiB},
    Row{"search_arguments", "bytes", &Limits::search_arguments, 8192, 64 * MiB},
    Row{"literal_before_login", "bytes", &Limits::literal_before_login, 512, 1 * MiB},
    Row{"non_sync_literal", "bytes", &Limits::non_sync_literal, Limits::literal_minus, 4 * GiB - 1},
    Row{"refused_literal_dropped", "bytes", &Limits::refused_literal_dropped, 0, 64 * MiB},
    Row{"nesting", "", &Limits::nesting, 8, 100},
    Row{"set_ranges", "", &Limits::set_ranges, 100, million},
    Row{"search_keys", "", &Limits::search_keys, 16, million},
    Row{"search_body_keys", "", &Limits::search_body_keys, 1, million},
    Row{"list_wildcards", "", &Limits::list_wildcards, 2, 1024},
    Row{"list_patterns", "", &Limits::list_patterns, 1, million},

    Row{"message", "bytes", &Limits::message, 1, 4 * GiB - 1},
    Row{"append_messages", "", &Limits::append_messages, 1, 100'000},
    Row{"append_bytes", "bytes", &Limits::append_bytes, 1, 64 * GiB},
    Row{"mime_depth", "", &Limits::mime_depth, 8, 100},
    Row{"mime_parts", "", &Limits::mime_parts, 16, 10'000},
    Row{"header_used", "bytes", &Limits::header_used, 4 * KiB, 64 * MiB},
    Row{"headers_used", "bytes", &Limits::headers_used, 4 * KiB, 64 * MiB},
    Row{"addresses", "", &Limits::addresses, 16, 100'000},

    Row{"mailbox_name", "bytes", &Limits::mailbox_name, 16, MailboxName::max_bytes},
    Row{"mailbox_depth", "", &Limits::mailbox_depth, 2, MailboxName::max_depth},
    Row{"mailboxes", "", &Limits::mailboxes, 6, million},
    Row{"keywords", "", &Limits::keywords, 0, KeywordSet::capacity},
    Row{"keyword_length", "bytes", &Limits::keyword_length, 16, 1024},

    Row{"search_mailboxes", "", &Limits::search_mailboxes, 1, million},
    Row{"search_updates", "", &Limits::search_updates, 1, 1000},
    Row{"notify_mailboxes", "", &Limits::notify_mailboxes, 1, million},

    Row{"connections", "", &Limits::connections, 1, million},
    Row{"connections_not_logged_in", "", &Limits::connections_not_logged_in, 1, million},
    Row{"connections_per_address", "", &Limits::connections_per_address, 1, million},
    Row{"connections_per_address_not_logged_in", "", &Limits::connections_per_address_not_logged_in, 1, million},
    Row{"connections_per_account", "", &Limits::connections_per_account, 1, million},
    Row{"output_queue", "bytes", &Limits::output_queue, 4 * KiB, 64 * MiB},
    Row{"bad_commands_before_login", "", &Limits::bad_commands_before_login, 1, million},
    Row{"bad_commands", "", &Limits::bad_commands, 1, million},
    Row{"failed_logins", "", &Limits::failed_logins, 1, million},
    Row{"password_queue", "", &Limits::password_queue, 1, 100'000},
    Row{"auth_connections", "", &Limits::auth_connections, 1, million},
    Row{"auth_requests", "", &Limits::auth_requests, 1, 100'000},

    Row{"login_time", "seconds", &Limits::login_time, 1, 3600},
    Row{"tls_handshake_time", "seconds", &Limits::tls_handshake_time, 1, 3600},
    Row{"autologout", "seconds", &Limits::autologout, 30 * 60, week},  // RFC 9051 section 5.4: at least 30 minutes
    Row{"in_progress_time", "seconds", &Limits::in_progress_time, 0, 3600},
    Row{"progress_time", "seconds", &Limits::progress_time, 1, week},
    Row{"failed_login_delay", "seconds", &Limits::failed_login_delay, 0, 60},
    Row{"failed_login_delay_max", "seconds", &Limits::failed_login_delay_max, 0, 600},
};
static_assert(rows.size() * sizeof(std::uint64_t) == sizeof(Limits), "each field of Limits has its row");

std::uint64_t value_of(const Limits& limits, const Row& row) {
  if (const auto* count = std::get_if<0>(&row.field)) return limits.**count;
  return static_cast<std::uint64_t>((limits.*std::get<1>(row.field)).count());
}

void set_value(Limits& limits, const Row& row, std::uint64_t value) {
  if (const auto* count = std::get_if<0>(&row.field))
    limits.** count = value;
  else
    limits.*std::get<1>(row.field) = std::chrono::seconds(value);
}

std::vector<LimitInfo> make_infos() {
  const Limits usual;
  std::vector<LimitInfo> infos;
  for (const Row& row : rows) infos.push_back({row.name, row.unit, value_of(usual, row), row.least, row.most});
  return infos;
}

}  // namespace

const std::vector<LimitInfo>& known_limits() {
  static const std::vector<LimitInfo> infos = make_infos();
  return infos;
}

std::optional<std::string> server::set_limit(Limits& limits, std::string_view name, std::uint64_t value) {
  const auto row = std::ranges::find(rows, name, &Row::name);
  if (row == rows.end()) return "unknown limit " + std::string(name);
  if (value < row->least || value > row->most)
    return std::string(name) + " must be from " + std::to_string(row->least) + " to " + std::to_string(row->most);
  set_value(limits, *row, value);
  return std::nullopt;
}

}  // namespace postbag
