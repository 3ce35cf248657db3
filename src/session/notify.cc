#include "session/notify.h"

#include <algorithm>

namespace postbag {

void Notify::start(Account& account, NotifyRequest request, ToldMailboxes told) {
  stop();
  request_ = std::move(request);
  told_ = std::move(told);
  account_ = &account;
  account.listen(*this);
}

void Notify::stop() {
  stop_listening();
  used_ = true;
  request_ = {};
  request_.selected = SelectedNews::none();
  told_ = {};
  marks_ = {};
}

void Notify::stop_listening() {
  if (account_ != nullptr) account_->unlisten(*this);
  account_ = nullptr;
}

void Notify::mark(MailboxId mailbox) {
  const auto it = told_.mailboxes.find(mailbox);
  if (it != told_.mailboxes.end() && it->second.state) marks_.mailboxes.insert(mailbox);
}

bool Notify::is_own(const MailboxName& name) const {
  return std::ranges::any_of(own_names_, [&](const MailboxName& own) { return name == own || name.is_below(own); });
}

void Notify::committed(const storage::CommitReport& report) {
  if (report.names_changed) marks_.names = true;
  for (const storage::ChangedMailbox& changed : report.mailboxes) mark(changed.id);
  if (!marks_.empty()) signal_.set();
}

}  // namespace postbag
