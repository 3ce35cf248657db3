#include "commands/mailboxes/special_use.h"

#include <array>

#include "core/ascii.h"

namespace postbag {

namespace {

using storage::SpecialUse;

struct Row {
  SpecialUse use;
  std::string_view attribute;
  bool assignable = true;
};

constexpr auto rows = std::to_array<Row>({
    {SpecialUse::all, "\\All", false},
    {SpecialUse::archive, "\\Archive"},
    {SpecialUse::drafts, "\\Drafts"},
    {SpecialUse::flagged, "\\Flagged", false},
    {SpecialUse::junk, "\\Junk"},
    {SpecialUse::sent, "\\Sent"},
    {SpecialUse::trash, "\\Trash"},
    {SpecialUse::important, "\\Important"},
});

}  // namespace

std::string special_use_attributes(storage::SpecialUses uses) {
  std::string out;
  for (const Row& row : rows)
    if (uses.has(row.use)) out.append(out.empty() ? "" : " ").append(row.attribute);
  return out;
}

std::optional<storage::SpecialUse> assignable_use(std::string_view attribute) {
  for (const Row& row : rows)
    if (row.assignable && ascii_iequal(attribute, row.attribute)) return row.use;
  return std::nullopt;
}

}  // namespace postbag
