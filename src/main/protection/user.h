// The user as whom the process runs.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

namespace postbag::daemon {

struct SystemUser {
  std::string name;
  uid_t uid;
  gid_t gid;
};

/// Nothing when this machine has no such user.
std::optional<SystemUser> find_user(const std::string& name);

bool runs_as_root();

/// Gives up root for good: supplementary groups (those of the user), group and user. Throws std::system_error when
/// one of these fails, and std::runtime_error when root could be had back. Only before the first thread.
void become(const SystemUser& user);

/// Root becomes the owner of `data_dir`, so that no file in it is root's. Does nothing for another user, and when
/// the directory does not exist or is root's. Throws what become() throws.
void become_owner_of(const std::string& data_dir);

}  // namespace postbag::daemon
