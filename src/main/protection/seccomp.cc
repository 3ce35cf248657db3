#include "main/protection/seccomp.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

namespace postbag::daemon {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t processor = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t processor = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t processor = 0;
#endif

/// Allowed whatever their arguments are.
constexpr std::uint32_t plain_calls[] = {
    // files
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_preadv,
    SYS_pwritev,
    SYS_preadv2,
    SYS_pwritev2,
    SYS_lseek,
    SYS_openat,
    SYS_close,
    SYS_close_range,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_statfs,
    SYS_fstatfs,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_fcntl,
    SYS_flock,
    SYS_fsync,
    SYS_fdatasync,
    SYS_sync_file_range,
    SYS_ftruncate,
    SYS_truncate,
    SYS_fallocate,
    SYS_fadvise64,
    SYS_getdents64,
    SYS_mkdirat,
    SYS_unlinkat,
    SYS_renameat,
    SYS_renameat2,
    SYS_linkat,
    SYS_readlinkat,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchown,
    SYS_utimensat,
    SYS_umask,
    SYS_getcwd,
    SYS_sendfile,
    SYS_copy_file_range,
    // descriptors and waiting
    SYS_dup,
    SYS_dup3,
    SYS_pipe2,
    SYS_eventfd2,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_epoll_pwait2,
    SYS_ppoll,
    SYS_pselect6,
    SYS_timerfd_create,
    SYS_timerfd_settime,
    SYS_signalfd4,
    SYS_inotify_init1,
    SYS_inotify_add_watch,
    SYS_inotify_rm_watch,
    // sockets
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_connect,
    SYS_getsockname,
    SYS_getpeername,
    SYS_getsockopt,
    SYS_setsockopt,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_recvmmsg,
    SYS_shutdown,
    // memory
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_mlock,
    SYS_mlock2,
    SYS_munlock,
    SYS_msync,
    SYS_mincore,
    SYS_membarrier,
    // threads and signals
    SYS_futex,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_rseq,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_gettid,
    SYS_getpid,
    SYS_tgkill,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigtimedwait,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_exit,
    SYS_exit_group,
    // time and the machine
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_getrandom,
    SYS_uname,
    SYS_sysinfo,
    SYS_prlimit64,
    SYS_getrusage,
    SYS_getcpu,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getppid,
#if defined(__x86_64__)  // older forms, which newer processors do without
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_mkdir,
    SYS_rmdir,
    SYS_unlink,
    SYS_rename,
    SYS_link,
    SYS_readlink,
    SYS_chmod,
    SYS_dup2,
    SYS_pipe,
    SYS_eventfd,
    SYS_epoll_create,
    SYS_epoll_wait,
    SYS_poll,
    SYS_select,
    SYS_inotify_init,
    SYS_getrlimit,
    SYS_time,
#endif
};

/// Allowed when one row says so.
struct Row {
  enum class When : std::uint8_t { is, has, lacks };
  std::uint32_t call;
  std::uint32_t argument;  ///< its lower 32 bits count: the kernel reads no more of these
  When when;
  std::uint32_t value;
};
constexpr Row rows[] = {
    {SYS_socket, 0, Row::When::is, AF_UNIX},        {SYS_socket, 0, Row::When::is, AF_INET},
    {SYS_socket, 0, Row::When::is, AF_INET6},       {SYS_socketpair, 0, Row::When::is, AF_UNIX},
    {SYS_clone, 0, Row::When::has, CLONE_THREAD},  // clone3, whose flags cannot be seen, is then not used
    {SYS_mmap, 2, Row::When::lacks, PROT_WRITE},    {SYS_mmap, 2, Row::When::lacks, PROT_EXEC},
    {SYS_mprotect, 2, Row::When::lacks, PROT_EXEC}, {SYS_ioctl, 1, Row::When::is, FIONBIO},
    {SYS_ioctl, 1, Row::When::is, FIONREAD},        {SYS_ioctl, 1, Row::When::is, FIOCLEX},
    {SYS_ioctl, 1, Row::When::is, TCGETS},          {SYS_prctl, 0, Row::When::is, PR_SET_NAME},
    {SYS_prctl, 0, Row::When::is, PR_GET_NAME},
};

using Filter = std::vector<sock_filter>;

constexpr std::uint16_t load = BPF_LD | BPF_W | BPF_ABS;
constexpr std::uint16_t equal = BPF_JMP | BPF_JEQ | BPF_K;
constexpr std::uint16_t any_bit = BPF_JMP | BPF_JSET | BPF_K;

/// Little-endian, as both processors are.
constexpr std::uint32_t place_of(std::uint32_t argument) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) + argument * 8;
}

void load_from(Filter& filter, std::size_t place) {
  filter.push_back(BPF_STMT(load, static_cast<std::uint32_t>(place)));
}

void end_with(Filter& filter, std::uint32_t action) { filter.push_back(BPF_STMT(BPF_RET | BPF_K, action)); }

/// Goes on with the next instruction when the test holds, or else skips it.
void skip_unless(Filter& filter, std::uint16_t test, std::uint32_t value) {
  filter.push_back(BPF_JUMP(test, value, 0, 1));
}

void skip_if(Filter& filter, std::uint16_t test, std::uint32_t value) {
  filter.push_back(BPF_JUMP(test, value, 1, 0));
}

void add_row(Filter& filter, const Row& row) {
  load_from(filter, offsetof(seccomp_data, nr));
  filter.push_back(BPF_JUMP(equal, row.call, 0, 3));
  load_from(filter, place_of(row.argument));
  switch (row.when) {
    case Row::When::is: skip_unless(filter, equal, row.value); break;
    case Row::When::has: skip_unless(filter, any_bit, row.value); break;
    case Row::When::lacks: skip_if(filter, any_bit, row.value); break;
  }
  end_with(filter, SECCOMP_RET_ALLOW);
}

Filter make_filter() {
  Filter filter;
  load_from(filter, offsetof(seccomp_data, arch));
  skip_if(filter, equal, processor);
  end_with(filter, SECCOMP_RET_KILL_PROCESS);
  load_from(filter, offsetof(seccomp_data, nr));
  for (const std::uint32_t call : plain_calls) {
    skip_unless(filter, equal, call);
    end_with(filter, SECCOMP_RET_ALLOW);
  }
  for (const Row& row : rows) add_row(filter, row);
  end_with(filter, SECCOMP_RET_ERRNO | ENOSYS);
  return filter;
}

}  // namespace

bool restrict_system_calls() {
  if (processor == 0) return false;
  Filter filter = make_filter();
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
  const long status = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (status == 0) return true;
  if (status < 0 && (errno == ENOSYS || errno == EINVAL)) return false;  // a kernel without filters
  throw std::system_error(status > 0 ? ESRCH : errno, std::generic_category(), "seccomp");
}

}  // namespace postbag::daemon
