// A step of mail.db that SQL cannot do: the packed index pages change their format.
#pragma once

namespace postbag::storage::sqlite {

class Connection;

/// Packs each index page of an older format again, in the newest one. A page that cannot be read stays as it is:
/// its mailbox was damaged before, and the other mailboxes stay usable. Needs little memory, and as much of the
/// disk as the pages take. A later format calls it again as its own step.
void rewrite_pages(Connection& connection);

}  // namespace postbag::storage::sqlite
