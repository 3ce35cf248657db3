// postbag dump

#include <array>
#include <cstdio>
#include <ctime>
#include <functional>
#include <nlohmann/json.hpp>

#include <sysexits.h>

#include "main/config/config.h"
#include "main/report_error.h"
#include "main/subcommands.h"
#include "postbag/accounts.h"

namespace postbag::daemon {

namespace {

using Json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// RFC 3339, UTC.
std::string date_text(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm utc{};
  std::array<char, 64> text{};
  if (gmtime_r(&time, &utc) == nullptr) return std::to_string(seconds);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

Json json_of(const MessageSummary& m) {
  return {{"uid", m.uid},          {"modseq", m.modseq},
          {"flags", m.flags},      {"internal_date", date_text(m.internal_date)},
          {"size", m.size},        {"body", m.body},
          {"checksum", m.checksum}};
}

Json json_of(const StoredMailbox& m) {
  Json out{{"name", m.name},
           {"uid_validity", m.uid_validity},
           {"uid_next", m.uid_next},
           {"highest_modseq", m.highest_modseq},
           {"unseen", m.unseen},
           {"subscribed", m.subscribed},
           {"special_uses", m.special_uses},
           {"messages", Json::array()}};
  for (const MessageSummary& message : m.messages) out["messages"].push_back(json_of(message));
  return out;
}

void print_text(const StoredMailbox& m) {
  std::printf("%s\n  uidvalidity %u  uidnext %u  highestmodseq %llu  messages %zu  unseen %u%s%s%s\n",
              m.name.c_str(), m.uid_validity, m.uid_next, static_cast<unsigned long long>(m.highest_modseq),
              m.messages.size(), m.unseen, m.subscribed ? "  subscribed" : "", m.special_uses.empty() ? "" : "  ",
              joined(m.special_uses).c_str());
  for (const MessageSummary& message : m.messages)
    std::printf("  %u  modseq %llu  size %llu  %s  body %llu %.16s  (%s)\n", message.uid,
                static_cast<unsigned long long>(message.modseq), static_cast<unsigned long long>(message.size),
                date_text(message.internal_date).c_str(), static_cast<unsigned long long>(message.body),
                message.checksum.c_str(), joined(message.flags).c_str());
}

}  // namespace

int dump(const std::string& user, const std::string& mailbox, const std::string& data_dir, bool as_json) {
  Json mailboxes = Json::array();
  const Expected<AccountNames> names = remembered_names(data_dir);
  if (!names) return report_error(names.error());
  const auto show = [&](const StoredMailbox& stored) {
    if (as_json)
      mailboxes.push_back(json_of(stored));
    else
      print_text(stored);
  };
  const Expected<void> read = read_account(data_dir, user, mailbox, show, *names);
  if (!read) return report_error(read.error());
  if (as_json) {
    const Json all{{"user", user}, {"mailboxes", std::move(mailboxes)}};
    std::printf("%s\n", all.dump(1, ' ', false, Json::error_handler_t::replace).c_str());
  }
  return EX_OK;
}

}  // namespace postbag::daemon
