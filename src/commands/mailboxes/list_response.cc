#include "commands/mailboxes/list_response.h"

#include <string>
#include <utility>

#include "commands/mailboxes/special_use.h"
#include "session/client.h"

namespace postbag {

namespace {

void add(std::string& attributes, std::string_view attribute) {
  if (attribute.empty()) return;
  if (!attributes.empty()) attributes += ' ';
  attributes += attribute;
}

std::string attributes_of(const ListRow& row, const ListShown& shown) {
  std::string out;
  if (!row.name.exists) add(out, "\\NonExistent");  // implies \Noselect: RFC 5258 section 3.4
  if (!row.name.exists && shown.noselect) add(out, "\\Noselect");
  if (shown.subscribed && row.name.subscribed) add(out, "\\Subscribed");
  add(out, row.has_children ? "\\HasChildren" : "\\HasNoChildren");
  add(out, row.name.special_use);
  return out;
}

}  // namespace

ListedName listed_name(const storage::MailboxEntry& entry) {
  return {.name = entry.name.utf8(),
          .exists = entry.id.has_value(),
          .subscribed = entry.subscribed,
          .special_use = special_use_attributes(entry.special_use)};
}

void list_response(Client& client, const ListRow& row, const ListShown& shown) {
  protocol::Writer out = client.respond();
  out.raw("* LIST (").raw(attributes_of(row, shown)).raw(") \"/\" ").mailbox(row.name.name);
  if (row.child_info) out.raw(" (\"CHILDINFO\" (").raw(shown.child_info).raw("))");  // RFC 9051 section 6.3.9.6
  if (!shown.old_name.empty()) out.raw(" (\"OLDNAME\" (").mailbox(shown.old_name).raw("))");
  out.crlf();
}

void list_response(Client& client, const storage::MailboxEntry& entry) {
  list_response(client, {.name = listed_name(entry), .has_children = entry.has_children, .child_info = false}, {});
}

void lsub_response(Client& client, const ListRow& row) {
  // A level that stands in for subscribed names below it is \Noselect: RFC 3501 section 6.3.9.
  client.respond()
      .raw(row.name.subscribed ? "* LSUB () \"/\" " : "* LSUB (\\Noselect) \"/\" ")
      .mailbox(row.name.name)
      .crlf();
}

}  // namespace postbag
