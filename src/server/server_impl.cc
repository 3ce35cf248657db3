#include "server/server_impl.h"

#include <filesystem>
#include <functional>
#include <utility>

#include "server/accounts/account_names.h"
#include "server/failures.h"
#include "server/limits_table.h"
#include "storage/disk/reserve.h"
#include "storage/options.h"

namespace postbag {

namespace {

/// The host's clock; when it fails, the machine's counts for once.
class HostClock final : public Clock {
 public:
  explicit HostClock(server::HostCalls& calls) : calls_(calls) {}
  DateTime now() const override {
    const std::optional<std::int64_t> seconds = calls_.clock();
    return seconds ? DateTime{*seconds, 0} : system_clock().now();
  }

 private:
  server::HostCalls& calls_;
};

void add_complaint(std::string& complaints, std::string_view complaint) {
  if (!complaints.empty()) complaints += "; ";
  complaints += complaint;
}

void add_range_complaint(std::string& complaints, const std::string& name, std::uint64_t value, std::uint64_t least,
                         std::uint64_t most) {
  if (value < least || value > most)
    add_complaint(complaints, name + " must be from " + std::to_string(least) + " to " + std::to_string(most));
}

}  // namespace

std::string Server::Impl::check_options() {
  std::string complaints;
  for (const std::string& address : options.listen)
    if (!is_listen_address(address)) add_complaint(complaints, "not an address to listen on: " + address);
  add_range_complaint(complaints, "workers", options.workers, 0, ServerOptions::most_workers);
  if (!is_account_names(options.names)) add_complaint(complaints, "no domain or separator for account names");
  for (const auto& [name, value] : options.limits)
    if (const auto complaint = server::set_limit(limits, name, value)) add_complaint(complaints, *complaint);
  const History& history = options.history;
  add_range_complaint(complaints, "history ranges", history.ranges, 1, History::most_ranges);
  add_range_complaint(complaints, "history days", history.days, 1, History::most_days);
  const auto idle = options.close_idle_after.count();
  const auto longest = static_cast<std::uint64_t>(ServerOptions::longest_idle.count());
  add_range_complaint(complaints, "close_idle_after", static_cast<std::uint64_t>(idle), 0, longest);  // -1: huge
  if (options.data_dir.find('\0') != std::string::npos) add_complaint(complaints, "data_dir holds NUL");
  return complaints;
}

bool is_listen_address(std::string_view text) {
  constexpr std::size_t longest_path = 107;  // what the kernel's sockaddr_un takes, unix(7)
  if (text.find('\0') != std::string_view::npos) return false;
  const auto address = async::Address::parse(text);
  return address && address->path().size() <= longest_path;
}

void Server::Impl::open_data() {
  if (options.clock) host_clock = std::make_unique<HostClock>(calls);
  if (!options.data_dir.empty()) {
    lock = storage::DataLock::acquire(options.data_dir);
    // On a full disk there would be no room for what SQLite keeps beside a database, nor for the mail to go.
    const storage::disk::Reserve reserve(std::filesystem::path(options.data_dir) / "reserve",
                                         storage::StoreOptions{}.most_in_reserve_file);
    reserve.use_when_full();
  }
  book = std::make_shared<server::AccountBook>(options.data_dir, host_clock ? *host_clock : system_clock(),
                                               options.names);
  not_deleted = book->sweep().left;
}

}  // namespace postbag
