#include "commands/messages/target.h"

#include <utility>

#include "commands/arguments.h"
#include "session/client.h"

namespace postbag {

// To another account messages would have to go as they come in: their bytes staged in its store, appended in a
// transaction there, and for MOVE and REPLACE removed here in a second one, after the first. So none is lost; but a
// crash between the two would leave messages in both mailboxes (RFC 6851 section 3.3) unless the first records in
// the target what the second has to finish.
std::expected<Place, Reply> target_beside_selected(const Client& client, std::string_view mailbox) {
  auto target = mailbox_place(client, mailbox);
  if (!target) return std::unexpected(refusal_of_target(target.error()));
  if (auto refused = refuse_two_accounts(client.selected().account(), *target->account))
    return std::unexpected(*std::move(refused));
  return *std::move(target);
}

}  // namespace postbag
