// What the search index asks of the mail that it indexes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/numbers.h"

namespace postbag::storage {

/// The bodies of one account. Used within one transaction of its store.
class BodySource {
 public:
  /// The next bodies above `id`, or the first, rising; also those that no message refers to any more.
  virtual std::vector<BodyId> above(std::optional<BodyId> id, std::size_t limit) const = 0;
  /// The highest id that a body ever had; 0 before the first.
  virtual std::int64_t newest() const = 0;

  // Each yields nothing when the body was collected.
  virtual std::optional<std::uint64_t> size(BodyId id) const = 0;
  /// BLAKE2b-256 of the bytes.
  virtual std::optional<std::string> checksum(BodyId id) const = 0;
  /// What BodyWriter::finish was given.
  virtual std::optional<std::string> structure(BodyId id) const = 0;
  /// Up to `length` bytes from `offset`, fewer at the end.
  virtual std::optional<std::string> read(BodyId id, std::uint64_t offset, std::size_t length) const = 0;

 protected:
  ~BodySource() = default;
};

}  // namespace postbag::storage
