// Preloaded into the broker (LD_PRELOAD): no limit of open files can be set, as where a kernel or a
// container forbids it. Every other limit can. May not allocate.
#include <cerrno>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

int set(int resource, const void* limits) {
    if (resource == RLIMIT_NOFILE) {
        errno = EPERM;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_prlimit64, 0, resource, limits, nullptr));
}

}  // namespace

extern "C" {

int setrlimit(__rlimit_resource_t resource, const rlimit* limits) noexcept {
    return set(resource, limits);
}

int setrlimit64(__rlimit_resource_t resource, const rlimit64* limits) noexcept {
    return set(resource, limits);
}

}  // extern "C"
