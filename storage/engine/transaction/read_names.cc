// Looking at the tree of names.
#include <map>
#include <set>

#include "storage/engine/engine.h"
#include "storage/engine/transaction/paged_transaction.h"
#include "storage/errors.h"

namespace postbag::storage {

namespace {

MailboxName parse_name(std::string_view stored) {
  auto name = MailboxName::from(stored);
  if (!name) throw Corrupt("database: not a mailbox name");
  return *std::move(name);
}

using Tree = std::map<std::string, MailboxEntry>;

MailboxEntry& entry(Tree& tree, const MailboxName& name) {
  return tree.try_emplace(name.utf8(), MailboxEntry{.name = name, .id = {}, .special_use = {}}).first->second;
}

/// Marks all above a mailbox as having children; those marked already have marked theirs.
void mark_parents(Tree& tree, const MailboxName& name) {
  for (auto parent = name.parent(); parent; parent = parent->parent()) {
    auto& above = entry(tree, *parent);
    if (above.has_children) return;
    above.has_children = true;
  }
}

}  // namespace

std::optional<MailboxId> PagedTransaction::find(const MailboxName& name) const {
  return engine_.tables.mailboxes.find(name.utf8());
}

std::optional<MailboxName> PagedTransaction::name(MailboxId id) const {
  const auto stored = engine_.tables.mailboxes.name(id);
  if (!stored) return std::nullopt;
  return parse_name(*stored);
}

bool PagedTransaction::was_used(const MailboxName& name) const {
  return engine_.tables.mailboxes.retired(name.utf8()) != 0;
}

std::vector<MailboxEntry> PagedTransaction::mailboxes() const {
  Tree tree;
  for (const auto& row : engine_.tables.mailboxes.names()) {
    const auto name = parse_name(row.name);
    auto& mailbox = entry(tree, name);
    mailbox.id = row.id;
    mailbox.special_use = row.use;
    mark_parents(tree, name);
  }
  for (const auto& stored : engine_.tables.subscriptions.names()) entry(tree, parse_name(stored)).subscribed = true;
  std::vector<MailboxEntry> out;
  out.reserve(tree.size());
  for (auto& [text, mailbox] : tree) out.push_back(std::move(mailbox));
  return out;
}

}  // namespace postbag::storage
