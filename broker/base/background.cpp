// The system call of background.hpp. It cannot make anything wrong, only others wait less, so that
// a system which refuses it is met with silence.
#include "broker/base/background.hpp"

#include <algorithm>
#include <cstdint>

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace budstikke {

namespace {

/// `struct sched_attr` in its first version; older C libraries have neither it nor the call.
struct SchedulingAttributes {
    std::uint32_t size = sizeof(SchedulingAttributes);
    std::uint32_t policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime_ns = 0;  ///< SCHED_OTHER: the slice
    std::uint64_t deadline_ns = 0;
    std::uint64_t period_ns = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48, "as the kernel reads it");

// What the kernel gives at most, and at least.
constexpr std::uint64_t longest_slice_ns = 100'000'000;
constexpr std::uint64_t shortest_slice_ns = 100'000;
constexpr int behind = 5;  // more, and whoever waits for a lock of such a thread waited long
constexpr int last = 19;

void ask_for(int nice, std::uint64_t slice_ns) {
    if (::sched_getscheduler(0) != SCHED_OTHER) {
        return;
    }
    SchedulingAttributes wanted;
    wanted.nice = nice;
    wanted.runtime_ns = slice_ns;
    static_cast<void>(::syscall(SYS_sched_setattr, 0, &wanted, 0));
}

}  // namespace

void compute_behind_others() {
    ask_for(std::min(::getpriority(PRIO_PROCESS, 0) + behind, last), longest_slice_ns);
}

void interrupt_others() {
    ask_for(::getpriority(PRIO_PROCESS, 0), shortest_slice_ns);
}

}  // namespace budstikke
