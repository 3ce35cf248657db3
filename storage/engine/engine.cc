// A store in five parts, each of which can be read alone:
//
//   Tables         rows and blobs in transactions; a database implements it
//   MailboxCache   what of them is in memory, decoded
//   GroupCommit    runs the bodies of writes, and makes them durable together
//   BodyFiles      large messages, outside of the database
//   SearchIndex    derived from all of it, in a database of its own
//
// PagedTransaction does mail with them, Maintainer gives back what is not used any more, PagedStore is the door.
//
// Opening makes up for what a process left that ended in the middle: files of messages whose commit never came go,
// and mod-sequences that may have been reported but are not on the disk are passed over.
#include "storage/engine/engine.h"

#include <utility>

namespace postbag::storage {

namespace {

std::shared_ptr<bodies::BodyFiles> open_files(const StoreOptions& options) {
  if (options.directory.empty()) return nullptr;
  return std::make_shared<bodies::BodyFiles>(options.directory / "bodies", options.most_reserved);
}

}  // namespace

Engine::Engine(StoreOptions how, std::unique_ptr<Tables> database)
    : options(std::move(how)),
      reserve(options.reserve_file, options.most_in_reserve_file),
      owned_tables(std::move(database)),
      tables(*owned_tables),
      health(tables),
      files(open_files(options)),
      bodies(tables.bodies, files.get()),
      mailboxes(tables, options.cache_bytes),
      generation(tables, mailboxes),
      commits(*this) {
  if (!files) return;
  sweep_incoming();
  commits.recover_reservations();
  open_search_index();
}

void Engine::begin_read() {
  health.require_usable();
  tables.begin_read();
  try {
    if (options.other_writers == OtherWriters::possible) generation.compare();
  } catch (...) {
    commits.roll_back();
    throw;
  }
}

void Engine::end_read() noexcept {
  try {
    if (tables.in_transaction()) tables.commit();
  } catch (const Broken&) {
    // Nothing was written, so nothing is lost; the next read reports what is wrong.
    commits.roll_back();
  }
  mailboxes.trim();
}

void Engine::sweep_incoming() {
  for (const auto& name : files->incoming())
    if (tables.bodies.has_file(name))
      files->settle(name);
    else
      files->discard(name);
}

/// One that is not kept up would soon be wrong: after ids that it knows were given again.
void Engine::open_search_index() {
  if (options.search_texts.make)
    search_index = std::make_unique<SearchIndex>(options.directory, options.search_texts, bodies);
  else
    SearchIndex::remove(options.directory);
}

}  // namespace postbag::storage
