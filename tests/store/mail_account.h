// What tests of stores share: a clock held still, and an account with ways to use it briefly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "storage/store.h"
#include "tests/temporary_directory.h"

namespace postbag::storage::test {

/// A clock that stops until it is moved.
class FixedClock : public Clock {
 public:
  DateTime now() const override { return {.seconds = seconds, .zone_minutes = 0}; }
  std::int64_t seconds = 1'800'000'000;
};

/// An account in whatever store.
class MailAccount {
 public:
  virtual ~MailAccount() = default;
  /// The open store.
  virtual Store& mail() = 0;

  template <class Body>
  auto read(Body&& body) {
    return mail().read(std::forward<Body>(body));
  }
  template <class Body>
  auto write(Body body, CommitReport* report = nullptr) {
    return mail().write(std::move(body), report);
  }
  static MailboxName name(std::string_view text) { return MailboxName::from(text).value(); }
  MailboxId id(std::string_view text) {
    return read([&](ReadTransaction& tx) { return tx.find(name(text)).value(); });
  }
  StagedBody body(std::string_view text, ThreadKeys keys = {}) {
    auto writer = mail().stage();
    writer->append(text);
    return writer->finish("structure of " + std::string(text.substr(0, 20)), std::move(keys));
  }
  /// Adds a message and returns its UID.
  Uid add(MailboxId mailbox, SystemFlags flags = {}, std::vector<std::string> keywords = {}) {
    const auto staged = body("Subject: test\r\n\r\n");
    const NamedFlags named{flags, std::move(keywords)};
    return write([&](Transaction& tx) { return tx.append(mailbox, staged, named, {clock.seconds, 60}); })->uid;
  }
  MailboxState state(MailboxId mailbox) {
    return read([&](ReadTransaction& tx) { return tx.state(mailbox).value(); });
  }
  UidSet uids(MailboxId mailbox) {
    return read([&](ReadTransaction& tx) { return tx.uids(mailbox).value(); });
  }
  std::vector<Message> messages(MailboxId mailbox) {
    return read([&](ReadTransaction& tx) { return tx.messages(mailbox, all, 1'000'000).value().messages; });
  }
  MailboxChanges changes(MailboxId mailbox, Since since) {
    return read([&](ReadTransaction& tx) { return tx.changes_since(mailbox, since, since, 1'000'000).value(); });
  }

  inline static const UidSet all{{Uid::min(), Uid::max()}};
  FixedClock clock;
  MailboxId inbox = MailboxId::min();

 protected:
  /// Of a new account.
  void make_mailboxes() {
    write([](Transaction& tx) { return create_default_mailboxes(tx); }).value();
    inbox = id("INBOX");
  }
};

inline SystemFlags flags(std::initializer_list<SystemFlag> list) {
  SystemFlags out;
  for (const auto f : list) out.add(f);
  return out;
}

inline UidSet set_of(std::initializer_list<std::uint32_t> list) {
  UidSet out;
  for (const auto v : list) out.add(Uid(v));
  return out;
}

}  // namespace postbag::storage::test
