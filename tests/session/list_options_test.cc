#include "commands/mailboxes/list_options.h"

#include <string>

#include <doctest/doctest.h>

using namespace postbag;

namespace {

/// The example tree of RFC 9051 section 6.3.9.8, cut down.
const std::vector<ListedName> tree = {
    {.name = "INBOX", .exists = true, .subscribed = true},
    {.name = "Fruit", .exists = true},
    {.name = "Fruit/Apple", .exists = true},
    {.name = "Fruit/Banana", .exists = true, .subscribed = true},
    {.name = "Fruit/Peach", .exists = false, .subscribed = true},
    {.name = "Vegetable/Corn", .exists = true, .subscribed = true},
    {.name = "Sent", .exists = true, .subscribed = false, .special_use = "\\Sent"},
};

/// "Name" with + has children, s subscribed, ! does not exist, C has CHILDINFO.
std::string shown(const std::vector<ListRow>& rows) {
  std::string out;
  for (const ListRow& row : rows) {
    if (!out.empty()) out += ' ';
    out += row.name.name;
    if (row.has_children) out += '+';
    if (row.name.subscribed) out += 's';
    if (!row.name.exists) out += '!';
    if (row.child_info) out += 'C';
  }
  return out;
}

std::string listed(const char* pattern, const ListSelection& selection = {}) {
  return shown(select_names(tree, {ListPattern("", pattern)}, selection));
}

}  // namespace

TEST_CASE("names that exist and the levels above them") {
  CHECK(listed("*") == "Fruit+ Fruit/Apple Fruit/Bananas INBOXs Sent Vegetable+! Vegetable/Corns");
  CHECK(listed("%") == "Fruit+ INBOXs Sent Vegetable+!");
  CHECK(listed("Nothing").empty());
}

TEST_CASE("selection options") {
  CHECK(listed("*", {.subscribed = true}) == "Fruit/Bananas Fruit/Peachs! INBOXs Vegetable/Corns");
  CHECK(listed("*", {.special_use = true}) == "Sent");
  CHECK(listed("*", {.subscribed = true, .special_use = true}).empty());
}

TEST_CASE("recursive match names the parents whose children are not listed") {
  const ListSelection selection{.subscribed = true, .special_use = false, .recursive_match = true};
  CHECK(listed("%", selection) == "Fruit+C INBOXs Vegetable+!C");
  CHECK(listed("*", selection) == "Fruit/Bananas Fruit/Peachs! INBOXs Vegetable/Corns");
}

TEST_CASE("LSUB answers a level for what is below it") {  // RFC 3501 section 6.3.9
  CHECK(shown(select_subscribed(tree, ListPattern("", "%"))) == "Fruit+! INBOXs Vegetable+!");
  CHECK(shown(select_subscribed(tree, ListPattern("", "*"))) ==
        "Fruit/Bananas Fruit/Peachs! INBOXs Vegetable/Corns");
}
