#include "main/protection/user.h"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace postbag::daemon {

namespace {

void require(int status, const char* what) {
  if (status != 0) throw std::system_error(errno, std::generic_category(), what);
}

SystemUser user_of(const passwd& entry) { return {entry.pw_name, entry.pw_uid, entry.pw_gid}; }

/// A user without an entry has no groups but its own.
SystemUser user_with(uid_t uid, gid_t gid) {
  const passwd* const entry = ::getpwuid(uid);
  return entry != nullptr ? user_of(*entry) : SystemUser{{}, uid, gid};
}

bool is_only(const SystemUser& user) {
  uid_t real = 0, effective = 0, saved = 0;
  gid_t real_group = 0, effective_group = 0, saved_group = 0;
  ::getresuid(&real, &effective, &saved);
  ::getresgid(&real_group, &effective_group, &saved_group);
  return real == user.uid && effective == user.uid && saved == user.uid && real_group == user.gid &&
         effective_group == user.gid && saved_group == user.gid;
}

}  // namespace

std::optional<SystemUser> find_user(const std::string& name) {
  const passwd* const entry = ::getpwnam(name.c_str());
  return entry != nullptr ? std::optional(user_of(*entry)) : std::nullopt;
}

bool runs_as_root() { return ::geteuid() == 0; }

void become(const SystemUser& user) {
  if (user.name.empty())
    require(::setgroups(0, nullptr), "setgroups");
  else
    require(::initgroups(user.name.c_str(), user.gid), "initgroups");
  require(::setresgid(user.gid, user.gid, user.gid), "setgid");
  require(::setresuid(user.uid, user.uid, user.uid), "setuid");
  if (!is_only(user) || (user.uid != 0 && ::setuid(0) == 0)) throw std::runtime_error("root cannot be given up");
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // another user undid it: prctl(2)
}

void become_owner_of(const std::string& data_dir) {
  struct stat found{};
  if (!runs_as_root() || ::stat(data_dir.c_str(), &found) != 0 || found.st_uid == 0) return;
  become(user_with(found.st_uid, found.st_gid));
}

}  // namespace postbag::daemon
