// All tables of one account's database, over one connection.
#pragma once

#include "storage/sqlite/account_row.h"
#include "storage/sqlite/body_table.h"
#include "storage/sqlite/mailbox_table.h"
#include "storage/sqlite/page_table.h"
#include "storage/sqlite/subscription_table.h"
#include "storage/sqlite/thread_table.h"
#include "storage/sqlite/vanished_table.h"

namespace postbag::storage::sqlite {

struct MailTables {
  explicit MailTables(const Connection& connection)
      : account(connection),
        mailboxes(connection),
        pages(connection),
        vanished(connection),
        bodies(connection),
        threads(connection),
        subscriptions(connection) {}

  AccountRow account;
  MailboxTable mailboxes;
  PageTable pages;
  VanishedTable vanished;
  BodyTable bodies;
  ThreadTable threads;
  SubscriptionTable subscriptions;
};

}  // namespace postbag::storage::sqlite
