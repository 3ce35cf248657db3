// postbag::read_account: converts what is stored to the types of the installed header.

#include <algorithm>
#include <array>
#include <filesystem>
#include <unordered_map>
#include <utility>

#include <sodium.h>

#include "postbag/accounts.h"
#include "server/accounts/account_location.h"
#include "server/failures.h"
#include "storage/inspect/dump.h"

namespace postbag {

namespace {

using Checksums = std::unordered_map<BodyId, std::string>;

constexpr std::array system_flag_names{
    std::pair{SystemFlag::answered, "\\Answered"}, std::pair{SystemFlag::flagged, "\\Flagged"},
    std::pair{SystemFlag::deleted, "\\Deleted"}, std::pair{SystemFlag::seen, "\\Seen"},
    std::pair{SystemFlag::draft, "\\Draft"}};

constexpr std::array special_use_names{
    std::pair{storage::SpecialUse::all, "\\All"},       std::pair{storage::SpecialUse::archive, "\\Archive"},
    std::pair{storage::SpecialUse::drafts, "\\Drafts"}, std::pair{storage::SpecialUse::flagged, "\\Flagged"},
    std::pair{storage::SpecialUse::junk, "\\Junk"},     std::pair{storage::SpecialUse::sent, "\\Sent"},
    std::pair{storage::SpecialUse::trash, "\\Trash"},   std::pair{storage::SpecialUse::important, "\\Important"}};

template <class Set, class Table>
std::vector<std::string> names_in(const Set& set, const Table& table) {
  std::vector<std::string> names;
  for (const auto& [member, name] : table)
    if (set.has(member)) names.emplace_back(name);
  return names;
}

std::vector<std::string> flag_names(const Flags& flags, const std::vector<std::string>& keywords) {
  std::vector<std::string> names = names_in(flags.system, system_flag_names);
  flags.keywords.for_each([&](std::size_t i) {
    if (i < keywords.size())
      names.push_back(keywords[i]);  // the table may have been read before a keyword was added
  });
  return names;
}

std::string hexadecimal(const std::string& bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  text.pop_back();
  return text;
}

Checksums checksums_of(const storage::Dump& dump) {
  Checksums checksums;
  dump.bodies([&](const storage::DumpedBody& body) { checksums.emplace(body.id, hexadecimal(body.checksum)); });
  return checksums;
}

MessageSummary stored_message(const storage::Message& message, const std::vector<std::string>& keywords,
                              const Checksums& checksums) {
  const auto checksum = checksums.find(message.body);
  return {message.uid.value(),
          message.modseq.value(),
          message.body.value(),
          message.size,
          flag_names(message.flags, keywords),
          message.internal_date.seconds,
          checksum == checksums.end() ? std::string() : checksum->second};
}

StoredMailbox stored_mailbox(const storage::Dump& dump, const storage::DumpedMailbox& mailbox,
                             const Checksums& checksums) {
  StoredMailbox out{mailbox.entry.name.utf8(),
                    mailbox.state.uid_validity.value(),
                    mailbox.state.uid_next.value(),
                    mailbox.state.highest_modseq.value(),
                    mailbox.state.unseen,
                    mailbox.entry.subscribed,
                    names_in(mailbox.entry.special_use, special_use_names),
                    {}};
  dump.pages(*mailbox.entry.id, [&](const storage::DumpedPage& page) {
    for (const storage::Message& message : page.messages)
      out.messages.push_back(stored_message(message, mailbox.keywords, checksums));
  });
  return out;
}

}  // namespace

Expected<void> read_account(const std::string& data_dir, std::string_view user, std::string_view mailbox,
                            const std::function<void(const StoredMailbox&)>& each, const AccountNames& names) {
  return server::guarded([&]() -> Expected<void> {
    const auto place = server::locate_account(data_dir, user, names);
    if (!place) return std::unexpected(place.error());
    bool found = mailbox.empty();
    if (!place->was_never_used()) {
      const storage::Dump dump(place->directory);
      const Checksums checksums = checksums_of(dump);
      for (const storage::DumpedMailbox& m : dump.mailboxes()) {
        if (!mailbox.empty() && m.entry.name.utf8() != mailbox) continue;
        found = true;
        each(stored_mailbox(dump, m, checksums));
      }
    }
    if (!found) return std::unexpected(Failure{Cause::no_such_mailbox, "no such mailbox"});
    return {};
  });
}

}  // namespace postbag
