// One mailbox's part of the walk in verify.h.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/inspect/verify.h"
#include "storage/mail.h"
#include "storage/sqlite/mail_tables.h"

namespace postbag::storage {

/// A message's claim on a body.
struct Reference {
  BodyId body;
  std::uint64_t size;
  auto operator<=>(const Reference&) const = default;
};

class MailboxVerifier {
 public:
  MailboxVerifier(sqlite::MailTables& tables, const NameRow& mailbox, const VerifyReport& report)
      : tables_(tables), id_(mailbox.id), name_(mailbox.name), report_(report) {}

  /// Reports what is wrong, and adds what its messages refer to.
  void run(std::vector<Reference>& references);
  std::uint64_t messages() const { return messages_.messages; }

 private:
  void verify_pages(std::vector<Reference>& references);
  void verify_page(const PageSummary& summary, std::vector<Reference>& references);
  void verify_message(const Message& message);
  void verify_summary(const PageSummary& summary, const std::vector<Message>& messages);
  void verify_state();
  void verify_vanished();
  void wrong(const std::string& what) const { report_.deviation(name_ + ": " + what); }
  void compare(const char* what, std::uint64_t stored, std::uint64_t counted) const;

  sqlite::MailTables& tables_;
  MailboxId id_;
  std::string name_;
  const VerifyReport& report_;
  MailboxRow row_;
  MailboxState messages_;  ///< what the messages themselves add up to
  UidSet uids_;
  std::uint64_t last_ = 0;  ///< highest UID so far
};

}  // namespace postbag::storage
