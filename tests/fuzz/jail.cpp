// The filter of jail.hpp: an explicit list of what is allowed.
#include "tests/fuzz/jail.hpp"

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace budstikke::fuzz {

namespace {

#if defined(__x86_64__)
constexpr unsigned our_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned our_architecture = AUDIT_ARCH_AARCH64;
#else
#error "name the architecture for seccomp"
#endif

constexpr int exit_broke_out = 3;

/// Memory and how much there is (qsort of glibc asks), time, random numbers, locks, signals to
/// itself, who it is, words on an open descriptor, and the end.
constexpr std::array allowed{
    SYS_brk,          SYS_mmap,         SYS_munmap,    SYS_mremap,         SYS_mprotect,
    SYS_madvise,      SYS_futex,        SYS_getrandom, SYS_clock_gettime,  SYS_gettimeofday,
    SYS_rt_sigaction, SYS_rt_sigreturn, SYS_getpid,    SYS_rt_sigprocmask, SYS_sigaltstack,
    SYS_gettid,       SYS_tgkill,       SYS_write,     SYS_writev,         SYS_sched_yield,
    SYS_exit,         SYS_exit_group,   SYS_geteuid,   SYS_sysinfo,
#ifdef __SANITIZE_ADDRESS__
    SYS_pipe2,        SYS_close,  // through a pipe the sanitizers try whether memory can be read
#endif
};

void broke_out(int /*signal*/, siginfo_t* info, void* /*context*/) {
    std::fprintf(stderr, "in the jail: forbidden system call %d\n", info->si_syscall);
    ::_exit(exit_broke_out);
}

sock_filter load(std::size_t offset) {
    return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<unsigned>(offset)};
}

sock_filter end_with(unsigned action) {
    return {BPF_RET | BPF_K, 0, 0, action};
}

/// Goes on with the next line where the loaded value is this one, else with the one behind it.
sock_filter skip_next_unless(unsigned value) {
    return {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value};
}

bool lock_in() {
    std::vector<sock_filter> lines{load(offsetof(seccomp_data, arch))};
    lines.push_back({BPF_JMP | BPF_JEQ | BPF_K, 1, 0, our_architecture});
    lines.push_back(end_with(SECCOMP_RET_KILL_PROCESS));
    lines.push_back(load(offsetof(seccomp_data, nr)));
    for (const long call : allowed) {
        lines.push_back(skip_next_unless(static_cast<unsigned>(call)));
        lines.push_back(end_with(SECCOMP_RET_ALLOW));
    }
    lines.push_back(end_with(SECCOMP_RET_TRAP));
    const sock_fprog program{
        .len = static_cast<unsigned short>(lines.size()), .filter = lines.data()
    };
    struct sigaction action{};
    action.sa_sigaction = broke_out;
    action.sa_flags = SA_SIGINFO;
    return ::sigaction(SIGSYS, &action, nullptr) == 0 &&
           ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

bool ends_in_jail(const std::function<void()>& work) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        if (!lock_in()) {
            std::perror("no jail");
            ::_exit(EXIT_FAILURE);
        }
        work();
        // Without exit handlers: the leak check of a sanitizer, for one, opens files.
        ::_exit(EXIT_SUCCESS);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) {
        std::perror("no jail");
        return false;
    }
    if (WIFSIGNALED(status)) {
        std::fprintf(stderr, "in the jail: died of signal %d\n", WTERMSIG(status));
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

}  // namespace budstikke::fuzz
