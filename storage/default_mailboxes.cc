#include "storage/store.h"

namespace postbag::storage {

namespace {

struct DefaultMailbox {
  const char* name;
  SpecialUses use;
};

constexpr DefaultMailbox defaults[] = {
    {"INBOX", {}},
    {"Archive", SpecialUse::archive},
    {"Drafts", SpecialUse::drafts},
    {"Junk", SpecialUse::junk},
    {"Sent", SpecialUse::sent},
    {"Trash", SpecialUse::trash},
};

}  // namespace

Result<void> create_default_mailboxes(Transaction& transaction) {
  for (const auto& [text, use] : defaults) {
    const auto name = MailboxName::from(text).value();
    if (transaction.find(name)) continue;
    const auto created = transaction.create(name, use);
    if (!created) return std::unexpected(created.error());
    if (const auto subscribed = transaction.subscribe(name); !subscribed) return subscribed;
  }
  return {};
}

}  // namespace postbag::storage
