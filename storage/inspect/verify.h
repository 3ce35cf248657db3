// Whether what is stored contradicts itself, for `postbag verify`. Reads only; works beside a running server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "storage/owner.h"

namespace postbag::storage {

/// What was looked at.
struct Verified {
  std::uint64_t mailboxes = 0;
  std::uint64_t messages = 0;
  std::uint64_t bodies = 0;
  std::uint64_t deviations = 0;
};

enum class VerifyBodies : bool {
  sizes,      ///< that they are there, and as long as they should be
  checksums,  ///< every byte
};

/// Where findings go, one line each, without a line end.
struct VerifyReport {
  std::function<void(const std::string&)> deviation;  ///< something is wrong
  std::function<void(const std::string&)> note;       ///< harmless: room that is taken for nothing
};

/// Walks one account: database, index pages, counters, log of vanished UIDs, references, bodies. All but the bodies
/// is seen as of one moment; a body that goes while it is looked at is passed over. Memory: some 16 bytes a
/// message. A database that is not there, or is another's than `owner`'s, is a deviation. Throws Broken when it
/// cannot be read at all.
Verified verify_account(const std::filesystem::path& directory, const Owner& owner, VerifyBodies bodies,
                        const VerifyReport& report);

/// Counts the totals of an account again, from its mailboxes and bodies, and stores them. Works beside a running
/// server, without the lock, so it may change nothing that a store keeps in memory. Throws Missing, TooNew, Corrupt
/// or Broken.
void recount_account(const std::filesystem::path& directory);

/// The database of accounts in a data directory, and directories of accounts that are not in it (which are notes).
void verify_directory(const std::filesystem::path& directory, const VerifyReport& report);

}  // namespace postbag::storage
