// CREATE. RFC 9051 section 6.3.4. With USE: RFC 6154 section 3.

#include <expected>

#include "commands/handlers.h"
#include "commands/mailboxes/new_name.h"
#include "commands/mailboxes/special_use.h"
#include "commands/object_id.h"
#include "session/client.h"

namespace postbag {

namespace {

/// What the parameter USE asks for. NO [USEATTR] for an attribute that no mailbox can have.
std::expected<storage::SpecialUses, Reply> wanted_uses(grammar::Create command) {
  storage::SpecialUses uses;
  for (const auto parameter : command.create_param())
    for (const auto attribute : parameter.use_attr()) {
      const auto use = assignable_use(attribute.text());
      if (!use) return std::unexpected(Reply::no("No mailbox can have that special use", "USEATTR"));
      uses.add(*use);
    }
  return uses;
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Create command) {
  const auto place = new_mailbox_place(client, command.mailbox().text());
  if (!place) co_return place.error();
  const auto uses = wanted_uses(command);
  if (!uses) co_return uses.error();
  const auto created =
      co_await place->account->write([&](storage::Transaction& tx) { return tx.create(place->name, *uses); });
  if (!created) co_return refusal(created.error());
  client.notify().note_named({place->account->id(), *created}, {}, place->name);
  co_return Reply::ok("CREATE completed", mailbox_id_code(*created));  // RFC 8474 section 4.1
}

}  // namespace postbag
