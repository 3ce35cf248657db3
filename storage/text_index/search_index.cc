#include "storage/text_index/search_index.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "storage/errors.h"
#include "storage/sqlite/connection/connection.h"
#include "storage/text_index/search_table.h"

namespace postbag::storage {

namespace {

/// Bodies entered in one transaction: some milliseconds.
constexpr std::size_t entered_at_once = 8;
/// Rows between two looks at the clock.
constexpr std::size_t found_at_once = 512;
/// A log above this is copied into the database.
constexpr std::uint64_t longest_log = 4ULL * 1024 * 1024;
constexpr std::size_t piece = 64 * 1024;
/// Free pages that stay for the texts to come, and how many others are given back at once.
constexpr std::uint64_t spare_pages = 64;
constexpr std::uint64_t pages_at_once = 256;

constexpr std::string_view file_name = "search.db";

using Clock = std::chrono::steady_clock;

}  // namespace

class SearchIndex::Database {
 public:
  explicit Database(const std::filesystem::path& directory) : connection(directory / file_name, {}) {
    // A power loss may take the last entries back: then they are made again.
    connection.sync_commits(false);
  }

  sqlite::Connection connection;
  SearchTable table{connection};
};

SearchIndex::SearchIndex(std::filesystem::path directory, SearchTexts texts, const BodySource& mail)
    : directory_(std::move(directory)), texts_(std::move(texts)) {
  std::error_code none;  // an index that cannot be looked at is left to open()
  const bool exists = std::filesystem::exists(directory_ / file_name, none) || none;
  waits_ = texts_.when == Indexing::when_searched && !exists;
  if (waits_) return;
  open(mail);
  if (!database_) open(mail);  // what was damaged is gone now
}

SearchIndex::~SearchIndex() = default;

void SearchIndex::remove(const std::filesystem::path& directory) {
  for (const std::string_view end : {"", "-wal", "-shm"}) {
    std::error_code none;
    std::filesystem::remove(directory / (std::string(file_name) + std::string(end)), none);
  }
}

template <class F>
bool SearchIndex::guarded(F&& f) {
  if (!database_) return false;
  try {
    f();
    return true;
  } catch (const Broken&) {
    give_up();
  }
  return false;
}

void SearchIndex::begin(const BodySource& mail) {
  if (!std::exchange(waits_, false)) return;
  open(mail);
  begun_ = database_ != nullptr;
}

void SearchIndex::give_up() {
  waits_ = false;
  database_.reset();
  remove(directory_);
}

void SearchIndex::open(const BodySource& mail) {
  try {
    database_ = std::make_unique<Database>(directory_);
    if (fits(mail)) return;
    give_up();
    database_ = std::make_unique<Database>(directory_);
    database_->table.set_version(texts_.version);
  } catch (const Broken&) {
    give_up();
  }
}

bool SearchIndex::fits(const BodySource& mail) {
  if (database_->table.version() != texts_.version) return false;
  const auto last = database_->table.last();
  if (!last) return true;
  // An older copy of the mail may have been put back: its next bodies have ids that are in here.
  const auto checksum = mail.checksum(last->body);
  return checksum ? *checksum == last->checksum : mail.newest() >= static_cast<std::int64_t>(last->body.value());
}

std::optional<std::string> SearchIndex::text_of(const BodySource& mail, BodyId body) const {
  try {
    const auto structure = mail.structure(body);
    const auto size = mail.size(body);
    if (!structure || !size) return std::nullopt;
    const auto read = [&](std::uint64_t offset) {
      auto bytes = mail.read(body, offset, piece);
      if (!bytes || bytes->empty()) throw Corrupt("a message's bytes are missing");
      return std::move(*bytes);
    };
    return texts_.make(*structure, *size, read);
  } catch (const std::exception&) {
    return std::nullopt;  // the search that reads it will report that
  }
}

bool SearchIndex::catch_up(const BodySource& mail, std::chrono::milliseconds time) {
  const auto end = Clock::now() + time;
  bool more = true;
  while (more && Clock::now() < end) {
    const bool done = guarded([&] { more = enter_some(mail); });
    if (!done) return false;
  }
  return more;
}

bool SearchIndex::enter_some(const BodySource& mail) {
  const auto last = database_->table.last();
  const std::vector<BodyId> bodies = mail.above(last ? std::optional(last->body) : std::nullopt, entered_at_once);
  if (bodies.empty()) return false;
  std::vector<IndexedText> texts;
  for (const BodyId body : bodies) texts.push_back({body, text_of(mail, body)});
  database_->table.add(texts, {bodies.back(), mail.checksum(bodies.back()).value_or("")});
  if (database_->connection.wal_bytes() > longest_log) database_->connection.checkpoint();
  return bodies.size() == entered_at_once;
}

std::optional<IndexedBodies> SearchIndex::find(std::span<const std::string> trigrams, std::optional<BodyId> after,
                                               std::chrono::milliseconds time) {
  const auto end = Clock::now() + time;
  std::optional<IndexedBodies> out;
  guarded([&] {
    const auto last = database_->table.last();
    if (!last) return;
    IndexedBodies answer{.upto = last->body, .found = {}, .next = after};
    std::size_t found = 0;
    do {
      found = database_->table.with_all(trigrams, answer.next, found_at_once, answer.found);
      if (found != 0) answer.next = answer.found.back();
    } while (found == found_at_once && Clock::now() < end);
    if (found < found_at_once) answer.next.reset();
    if (!after) answer.found.add(database_->table.unknown());
    out = std::move(answer);
  });
  return out;
}

std::vector<IndexedText> SearchIndex::texts(const BodySource& mail, std::span<const BodyId> bodies) {
  std::vector<IndexedText> out;
  guarded([&] {
    const auto last = database_->table.last();
    for (const BodyId body : bodies)
      if (last && body <= last->body) out.push_back({body, text_of(mail, body)});
  });
  return out;
}

void SearchIndex::forget(const BodySource& mail, std::span<const IndexedText> texts) {
  if (texts.empty()) return;
  if (mail.above(std::nullopt, 1).empty()) {
    start_anew(mail);  // what FTS5 notes of texts that went takes room until others come
    return;
  }
  guarded([&] {
    database_->table.remove(texts);
    give_room_back();
  });
}

void SearchIndex::start_anew(const BodySource& mail) {
  give_up();
  open(mail);
}

void SearchIndex::give_room_back() {
  sqlite::Connection& connection = database_->connection;
  const auto [all, free] = connection.pages();
  if (free > std::max(spare_pages, all / 8)) connection.shrink(pages_at_once);
  if (connection.wal_bytes() > longest_log) connection.checkpoint();
}

void SearchIndex::checkpoint() {
  guarded([&] { database_->connection.checkpoint(); });
}

}  // namespace postbag::storage
