// seccomp: the kernel refuses this process all system calls but those of a mail server. seccomp(2).
#pragma once

namespace postbag::daemon {

/// Refuses all threads every call that is not in the table of seccomp.cc, with ENOSYS as from a kernel that does
/// not have it: no program is executed, no process made, no memory written and then executed. False when the kernel
/// has no filters, or the table is not for this processor. Needs PR_SET_NO_NEW_PRIVS. Throws std::system_error.
bool restrict_system_calls();

}  // namespace postbag::daemon
