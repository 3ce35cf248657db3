#include "commands/mailboxes/list_options.h"

#include <algorithm>
#include <functional>
#include <map>

#include "core/mailbox_name.h"

namespace postbag {

namespace {

using Rows = std::map<std::string, ListRow, std::less<>>;

/// Calls f(name) for each level above `name`, the nearest first.
template <class F>
void for_each_level_above(std::string_view name, F&& f) {
  for (auto at = name.rfind(MailboxName::separator); at != std::string_view::npos;
       at = name.rfind(MailboxName::separator)) {
    name = name.substr(0, at);
    f(name);
  }
}

ListRow& row_of(Rows& rows, std::string_view name) {
  const auto it = rows.find(name);
  if (it != rows.end()) return it->second;
  return rows
      .emplace(std::string(name),
               ListRow{.name = {.name = std::string(name)}, .has_children = false, .child_info = false})
      .first->second;
}

/// Every name and every level above one that exists, knowing who has children.
Rows hierarchy(const std::vector<ListedName>& names) {
  Rows rows;
  for (const ListedName& name : names) row_of(rows, name.name).name = name;
  for (const ListedName& name : names)
    if (name.exists)
      for_each_level_above(name.name, [&rows](std::string_view above) { row_of(rows, above).has_children = true; });
  return rows;
}

bool meets(const ListedName& name, const ListSelection& selection) {
  return (!selection.subscribed || name.subscribed) && (!selection.special_use || !name.special_use.empty());
}

bool matches_any(const std::vector<ListPattern>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [name](const ListPattern& p) { return p.matches(name); });
}

std::vector<ListRow> take_if(Rows& rows, const std::function<bool(const ListRow&)>& wanted) {
  std::vector<ListRow> out;
  for (auto& [name, row] : rows)
    if (wanted(row)) out.push_back(std::move(row));
  return out;
}

/// Marks the levels above each name that meets the selection; `untold` collects those levels that would not
/// otherwise hear of it, because the name below is not part of the answer itself.
void mark_child_info(Rows& rows, const std::vector<ListPattern>& patterns, const ListSelection& selection,
                     std::vector<std::string>& untold) {
  for (const auto& [name, row] : rows) {
    if (!meets(row.name, selection)) continue;
    const bool told = matches_any(patterns, name);
    for_each_level_above(name, [&](std::string_view above) {
      const auto it = rows.find(above);
      if (it == rows.end()) return;
      it->second.child_info = true;
      if (!told) untold.emplace_back(above);
    });
  }
  std::ranges::sort(untold);
}

/// A subscription below a level that exists nowhere else still gives RECURSIVEMATCH a level to speak of.
void add_levels_of_subscriptions(Rows& rows, const std::vector<ListedName>& names) {
  for (const ListedName& name : names)
    if (name.subscribed) for_each_level_above(name.name, [&rows](std::string_view above) { row_of(rows, above); });
}

}  // namespace

std::vector<ListRow> select_names(const std::vector<ListedName>& names, const std::vector<ListPattern>& patterns,
                                  const ListSelection& selection) {
  Rows rows = hierarchy(names);
  std::vector<std::string> untold;
  if (selection.recursive_match) {
    add_levels_of_subscriptions(rows, names);
    mark_child_info(rows, patterns, selection, untold);
  }
  for (auto& [name, row] : rows) row.meets = meets(row.name, selection);
  return take_if(rows, [&](const ListRow& row) {
    if (!matches_any(patterns, row.name.name)) return false;
    if (!selection.any()) return row.name.exists || row.has_children;
    return row.meets || std::ranges::binary_search(untold, row.name.name);
  });
}

std::vector<ListRow> select_subscribed(const std::vector<ListedName>& names, const ListPattern& pattern) {
  Rows rows;
  for (const ListedName& name : names) {
    if (!name.subscribed) continue;
    row_of(rows, name.name).name = name;
  }
  // A level stands in for the names below it only when the pattern does not reach them: "%" against foo/bar.
  Rows levels;
  for (const auto& [name, row] : rows)
    if (!pattern.matches(name))
      for_each_level_above(name, [&](std::string_view above) {
        if (!rows.contains(above)) row_of(levels, above).has_children = true;
      });
  rows.merge(levels);
  return take_if(rows, [&pattern](const ListRow& row) { return pattern.matches(row.name.name); });
}

}  // namespace postbag
