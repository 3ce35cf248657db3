// What the caller wants of a store that it opens, whichever kind it is.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/limits.h"

namespace postbag::storage {

/// What "committed" promises of a commit that only changes flags.
enum class FlagDurability : std::uint8_t {
  full,  ///< on the disk, safe against power loss, as all others
  /// Safe against the end of the process; on the disk with the next full commit or Store::sync_flags(). A power
  /// loss may take it back, but no mod-sequence that was ever reported is used again, and a client that saw the
  /// change finds all flags of that mailbox changed again.
  relaxed,
};

/// How far back the log of vanished UIDs of one mailbox reaches, at least as long as neither bound is met.
struct VanishedLimits {
  std::size_t ranges = 20'000;
  std::chrono::seconds age = std::chrono::days{180};
};

/// When a store begins to keep an index of its messages' texts.
enum class Indexing : std::uint8_t {
  when_searched,  ///< with the first search that it could help
  always,         ///< with the first message
};

/// Makes of a message the text that a search index knows it by; storage looks into no message.
struct SearchTexts {
  /// Some bytes of the message from `offset` on, at least one.
  using Read = std::function<std::string(std::uint64_t offset)>;
  /// The text: valid UTF-8 without NUL. Nothing: the index cannot know that message, each search looks at it.
  /// `structure`: what BodyWriter::finish was given. Null: no index is kept.
  std::function<std::optional<std::string>(std::string_view structure, std::uint64_t size, const Read& read)> make;
  /// Stands for the way it is made: with another one the index is made again.
  std::string version;
  Indexing when = Indexing::always;
};

struct StoreSettings {
  /// Must outlive the store.
  const Clock* clock = &system_clock();
  Limits limits = {};
  VanishedLimits vanished = {};
  FlagDurability flags = FlagDurability::full;
  /// For an index that narrows searches. A store may have none.
  SearchTexts search_texts = {};
};

}  // namespace postbag::storage
