#include "storage/inspect/dump.h"

#include <algorithm>

#include "storage/engine/pages/page_codec.h"
#include "storage/errors.h"
#include "storage/sqlite/mail_file.h"
#include "storage/sqlite/mail_tables.h"
#include "storage/sqlite/migrations/migrations.h"

namespace postbag::storage {

class Dump::Impl {
 public:
  explicit Impl(const std::filesystem::path& directory)
      : connection((sqlite::require_database(directory), directory / "mail.db"), {.read_only = true}),
        tables((sqlite::require_version(connection, sqlite::mail_migrations), connection)) {}

  /// Runs f within one state of the database.
  template <class F>
  void snapshot(F&& f) {
    connection.run("BEGIN");
    try {
      f();
    } catch (...) {
      connection.run("ROLLBACK");
      throw;
    }
    connection.run("COMMIT");
  }

  sqlite::Connection connection;
  sqlite::MailTables tables;
};

Dump::Dump(const std::filesystem::path& directory) : impl_(std::make_unique<Impl>(directory)) {}

Dump::~Dump() = default;

int Dump::schema_version() const { return impl_->connection.version(); }

std::vector<DumpedMailbox> Dump::mailboxes() const {
  std::vector<DumpedMailbox> out;
  auto& tables = impl_->tables;
  impl_->snapshot([&] {
    const auto subscribed = tables.subscriptions.names();
    const auto names = tables.mailboxes.names();
    for (const auto& row : names) {
      auto loaded = tables.mailboxes.load(row.id).value();
      const auto name = MailboxName::from(row.name);
      if (!name) throw Corrupt("database: not a mailbox name");
      const bool children =
          std::ranges::any_of(names, [&](const auto& n) { return n.name.starts_with(row.name + '/'); });
      out.push_back({.entry = {.name = *name,
                               .id = row.id,
                               .special_use = row.use,
                               .subscribed = std::ranges::binary_search(subscribed, row.name),
                               .has_children = children},
                     .state = loaded.state,
                     .low_water = loaded.low_water,
                     .keywords = std::move(loaded.keywords)});
    }
  });
  return out;
}

void Dump::pages(MailboxId id, const std::function<void(const DumpedPage&)>& f) const {
  impl_->snapshot([&] {
    for (const auto& page : impl_->tables.pages.directory(id)) {
      const auto data = impl_->tables.pages.load(id, page.key);
      f({.row = sqlite::page_row(id, page.key),
         .last = page.last,
         .modseq = page.modseq,
         .unseen = page.unseen,
         .bytes = data.size(),
         .messages = pages::unpack_page(page.key, data)});
    }
  });
}

std::vector<DumpedVanished> Dump::vanished(MailboxId id) const {
  std::vector<DumpedVanished> out;
  impl_->snapshot([&] {
    for (auto& row : impl_->tables.vanished.above(id, 0))
      out.push_back({.modseq = row.modseq, .time = row.time, .uids = std::move(row.uids)});
  });
  return out;
}

void Dump::bodies(const std::function<void(const DumpedBody&)>& f) const {
  auto& bodies = impl_->tables.bodies;
  impl_->snapshot([&] {
    bodies.each([&](BodyId id, const BodyRow& row) {
      f({.id = id,
         .size = row.size,
         .checksum = row.checksum,
         .file = row.file,
         .structure_bytes = static_cast<std::size_t>(bodies.structure_size(id).value_or(0))});
    });
  });
}

}  // namespace postbag::storage
