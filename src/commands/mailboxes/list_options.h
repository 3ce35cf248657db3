// Which names a LIST or LSUB answers, and with what attributes: pure selection over the names of an account.
// RFC 9051 section 6.3.9, RFC 5258, RFC 6154 section 2.
#pragma once

#include <string>
#include <vector>

#include "commands/mailboxes/list_pattern.h"

namespace postbag {

/// A name the account has: a mailbox, a subscription, or both.
struct ListedName {
  std::string name = {};         ///< UTF-8
  bool exists = false;           ///< a mailbox that can be selected
  bool subscribed = false;       ///< may be so without existing: RFC 9051 section 6.3.9.1
  std::string special_use = {};  ///< attributes such as `\Drafts`, empty for none
};

struct ListSelection {
  bool subscribed = false;
  bool special_use = false;
  bool recursive_match = false;
  bool any() const { return subscribed || special_use; }
};

/// One LIST response to be.
struct ListRow {
  ListedName name = {};
  bool has_children = false;
  bool child_info = false;  ///< CHILDINFO is due: RFC 9051 section 6.3.9.6
  bool meets = true;        ///< the selection, itself; without, only what lies below it does
};

/// The rows for `names` (any order), sorted by name, each name at most once. Levels above a name that exists but
/// are no mailboxes themselves are rows with `exists` false. O(names x levels x patterns).
std::vector<ListRow> select_names(const std::vector<ListedName>& names, const std::vector<ListPattern>& patterns,
                                  const ListSelection& selection);

/// LSUB: the subscribed names, and with `%` the levels above subscribed names as rows that are not `subscribed`.
/// RFC 3501 section 6.3.9.
std::vector<ListRow> select_subscribed(const std::vector<ListedName>& names, const ListPattern& pattern);

}  // namespace postbag
