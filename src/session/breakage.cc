#include "session/breakage.h"

#include <algorithm>

#include "storage/errors.h"

namespace postbag {

namespace {

template <class Kind>
bool is(const std::runtime_error& error) {
  return dynamic_cast<const Kind*>(&error) != nullptr;
}

/// What is missing may come back with its volume, so a client shall try again; what belongs to another account will
/// not become this one's by that.
constexpr Breakage breakages[] = {
    {is<storage::DiskFull>, "disk full", "No space left on the disk", "OVERQUOTA"},
    {is<storage::Missing>, "mail missing", "The mail of this account is temporarily unavailable", "UNAVAILABLE"},
    {is<storage::Unavailable>, "store unavailable", "Temporarily unavailable, try again later", "UNAVAILABLE"},
    {is<storage::Foreign>, "mail of another account", "The stored mail belongs to another account", "CORRUPTION"},
    {[](const std::runtime_error&) { return true; }, "store broken", "The mail store has failed", "SERVERBUG"},
};

}  // namespace

const Breakage& breakage_of(const std::runtime_error& error) {
  return *std::ranges::find_if(breakages, [&](const Breakage& row) { return row.is(error); });
}

}  // namespace postbag
