// Preloaded into the broker (LD_PRELOAD): moves its wall clock by the seconds that a file says,
// which a test may change while the broker runs. The file is named by BUDSTIKKE_CLOCK_SHIFT and
// holds one 64-bit number. The monotonic clock is left alone, as a step of NTP or of an
// administrator leaves it. May not allocate: it is called from everywhere.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

using Shift = std::atomic<std::int64_t>;

const Shift* map_shift() {
    static const Shift none{0};
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment.
    const char* name = std::getenv("BUDSTIKKE_CLOCK_SHIFT");
    const int file = name == nullptr ? -1 : ::open(name, O_RDONLY | O_CLOEXEC);
    void* const mapped =
        file < 0 ? MAP_FAILED : ::mmap(nullptr, sizeof(Shift), PROT_READ, MAP_SHARED, file, 0);
    if (file >= 0) {
        ::close(file);
    }
    return mapped == MAP_FAILED ? &none : static_cast<const Shift*>(mapped);
}

std::int64_t shift() {
    static const Shift* const seconds = map_shift();
    return seconds->load(std::memory_order_relaxed);
}

bool is_wall_clock(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) {
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
    if (result == 0 && is_wall_clock(clock)) {
        now->tv_sec += shift();
    }
    return result;
}

int gettimeofday(timeval* now, void* /*zone*/) {
    timespec precise{};
    const int result = clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return result;
}

time_t time(time_t* into) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (into != nullptr) {
        *into = now.tv_sec;
    }
    return now.tv_sec;
}

}  // extern "C"
