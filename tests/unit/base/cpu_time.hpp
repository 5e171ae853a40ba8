// The processor time of a thread, for tests of what something may cost: what else the machine does
// meanwhile does not count. A cap on it still is of a machine: it stands far above what is usual.
#pragma once

#include <chrono>
#include <ctime>

namespace budstikke {

/// That the calling thread has used so far.
inline std::chrono::nanoseconds cpu_time() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace budstikke
