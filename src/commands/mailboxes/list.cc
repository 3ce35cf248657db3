// LIST with its options, LSUB. RFC 9051 section 6.3.9, RFC 3501 sections 6.3.8 and 6.3.9, RFC 5258, 5819, 6154.

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "commands/mailboxes/list_response.h"
#include "commands/mailboxes/status.h"
#include "session/client.h"

namespace postbag {

namespace {

/// LIST's arguments as values.
struct ListRequest {
  std::string reference;
  std::vector<std::string> patterns;
  ListSelection selection;
  ListShown shown;
  StatusItems status;
};

/// One answer of the store: a name, and its STATUS where that was asked for.
struct ListedRow {
  ListRow row;
  std::optional<StatusNumbers> status;
};

/// Reads one selection option. False for one that no capability of ours names.
bool read_selection(grammar::ListSelectOpt option, ListSelection& selection) {
  using Kind = grammar::ListSelectOpt::Kind;
  switch (option.kind()) {
    case Kind::subscribed: return selection.subscribed = true;
    case Kind::special_use: return selection.special_use = true;
    case Kind::recursivematch: return selection.recursive_match = true;
    case Kind::remote: return true;  // nothing here is remote: RFC 9051 section 6.3.9.1
    case Kind::option_extension: break;
  }
  return false;
}

/// Reads one return option. Children and special uses are always shown.
bool read_return(grammar::ReturnOption option, ListRequest& request) {
  using Kind = grammar::ReturnOption::Kind;
  switch (option.kind()) {
    case Kind::subscribed: return request.shown.subscribed = true;
    case Kind::children:
    case Kind::special_use: return true;
    case Kind::status:
      for (const auto att : option.status_att()) request.status.push_back(att.kind());
      return true;
    case Kind::option_extension: break;
  }
  return false;
}

/// The criteria that CHILDINFO names. RFC 9051 section 6.3.9.6, RFC 6154 section 2.
std::string child_info(const ListSelection& selection) {
  std::string out;
  if (selection.subscribed) out += "\"SUBSCRIBED\"";
  if (selection.special_use) out += out.empty() ? "\"SPECIAL-USE\"" : " \"SPECIAL-USE\"";
  return out;
}

/// Nothing when an option is not known, or RECURSIVEMATCH stands alone: BAD.
std::optional<ListRequest> read_options(grammar::List command) {
  ListRequest request;
  for (const auto option : command.list_select_opt())
    if (!read_selection(option, request.selection)) return std::nullopt;
  for (const auto option : command.return_option())
    if (!read_return(option, request)) return std::nullopt;
  if (request.selection.recursive_match && !request.selection.any()) return std::nullopt;
  if (request.selection.subscribed) request.shown.subscribed = true;
  request.shown.child_info = child_info(request.selection);
  return request;
}

/// RFC 9051 section 6.3.9: a parenthesis after LIST or around the patterns, or RETURN. So the basic form is the one
/// that begins with no parenthesis and ends with its pattern.
bool is_extended(grammar::List command) {
  const std::string_view text = command.text();
  std::string_view last_pattern;
  for (const auto pattern : command.list_mailbox()) last_pattern = pattern.text();
  return last_pattern.end() != text.end() || text.substr(text.find(' ') + 1).starts_with('(');
}

/// Names that cannot be mailbox names match nothing: RFC 9051 section 6.3.9 wants a tagged OK.
void read_patterns(const Client& client, grammar::List command, ListRequest& request) {
  const auto reference = mailbox_text(client, command.mailbox().text());
  if (!reference) return;
  request.reference = *reference;
  for (const auto pattern : command.list_mailbox())
    if (const auto text = mailbox_text(client, pattern.text())) request.patterns.push_back(*text);
}

std::vector<ListPattern> patterns_of(const ListRequest& request) {
  std::vector<ListPattern> patterns;
  for (const std::string& pattern : request.patterns)
    if (!pattern.empty()) patterns.emplace_back(request.reference, pattern);
  return patterns;
}

/// When a pattern has more wildcards than it may.
std::optional<Reply> refuse_wildcards(const Client& client, std::span<const ListPattern> patterns) {
  const std::size_t most = client.context().limits.list_wildcards;
  const auto fits = [most](const ListPattern& pattern) { return pattern.wildcards() <= most; };
  if (std::ranges::all_of(patterns, fits)) return std::nullopt;
  return Reply::no("Too many wildcards", "LIMIT");
}

std::vector<ListedRow> select_rows(storage::ReadTransaction& tx, AccountId account, const ListRequest& request,
                                   const std::vector<ListPattern>& patterns) {
  std::vector<ListedName> names;
  const auto entries = tx.mailboxes();
  for (const storage::MailboxEntry& entry : entries) names.push_back(listed_name(entry));

  std::vector<ListedRow> out;
  for (ListRow& row : select_names(names, patterns, request.selection)) {
    ListedRow listed{.row = std::move(row), .status = std::nullopt};
    // RFC 5819 section 3, A02: a row that is there for its children only has no STATUS.
    const bool wants_status = !request.status.empty() && listed.row.name.exists && listed.row.meets;
    if (const auto id = wants_status ? tx.find(*MailboxName::from(listed.row.name.name)) : std::nullopt)
      listed.status = read_status(tx, {account, *id}, request.status);
    out.push_back(std::move(listed));
  }
  return out;
}

/// LIST "" "": the separator, and the root of the only namespace, "". RFC 9051 section 6.3.9.
void hierarchy_response(Client& client) { client.respond().raw("* LIST (\\Noselect) \"/\" \"\"").crlf(); }

std::vector<ListRow> subscribed_rows(storage::ReadTransaction& tx, const ListPattern& pattern) {
  std::vector<ListedName> names;
  for (const storage::MailboxEntry& entry : tx.mailboxes()) names.push_back(listed_name(entry));
  return select_subscribed(names, pattern);
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::List command) {
  auto request = read_options(command);
  if (!request) co_return Reply::bad("Unknown or misplaced LIST option");
  if (command.list_mailbox().size() > client.context().limits.list_patterns)
    co_return Reply::no("Too many patterns", "LIMIT");
  read_patterns(client, command, *request);
  if (!is_extended(command) && request->patterns.size() == 1 && request->patterns.front().empty()) {
    hierarchy_response(client);
    co_return Reply::ok("LIST completed");
  }
  const std::vector<ListPattern> patterns = patterns_of(*request);
  if (auto refused = refuse_wildcards(client, patterns)) co_return std::move(*refused);
  request->shown.noselect = !is_extended(command) && !client.rev2();
  if (has_item(request->status, StatusItem::highestmodseq)) client.enable(Feature::condstore);
  Account& home = client.access().home();
  const auto rows = co_await home.read(
      [&](storage::ReadTransaction& tx) { return select_rows(tx, home.id(), *request, patterns); });
  for (const ListedRow& listed : rows) {
    list_response(client, listed.row, request->shown);
    if (listed.status)
      status_response(client, *MailboxName::from(listed.row.name.name), *listed.status, request->status);
    const bool alive = co_await client.flush_if_large();
    if (!alive) break;
  }
  co_return Reply::ok("LIST completed");
}

async::Task<Reply> handle(Client& client, grammar::Lsub command) {
  const auto reference = mailbox_text(client, command.mailbox().text());
  const auto text = mailbox_text(client, command.list_mailbox().text());
  if (!reference || !text) co_return Reply::ok("LSUB completed");
  const ListPattern pattern(*reference, *text);
  if (auto refused = refuse_wildcards(client, {&pattern, 1})) co_return std::move(*refused);
  const auto rows = co_await client.access().home().read(
      [&](storage::ReadTransaction& tx) { return subscribed_rows(tx, pattern); });
  for (const ListRow& row : rows) {
    lsub_response(client, row);
    const bool alive = co_await client.flush_if_large();
    if (!alive) break;
  }
  co_return Reply::ok("LSUB completed");
}

}  // namespace postbag
