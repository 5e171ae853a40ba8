// A thread that yields does so alone: the others stay as they are.
#include "broker/base/background.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

namespace budstikke {
namespace {

int own_nice() {
    return ::getpriority(PRIO_PROCESS, 0);  // in Linux, of the thread
}

class Background : public testing::Test {
 protected:
    void SetUp() override {
        if (::sched_getscheduler(0) != SCHED_OTHER) {
            GTEST_SKIP() << "started with another policy, which is left alone";
        }
    }
};

TEST_F(Background, LeavesTheOtherThreadsAsTheyAre) {
    const int before = own_nice();
    int behind = 0;
    int policy = -1;
    std::thread([&] {
        compute_behind_others();
        behind = own_nice();
        policy = ::sched_getscheduler(0);
    }).join();
    EXPECT_EQ(behind, std::min(before + 5, 19));
    EXPECT_EQ(policy, SCHED_OTHER);
    EXPECT_EQ(own_nice(), before);
}

TEST_F(Background, InterruptsOthersWithoutTakingMoreThanItsShare) {
    const int before = own_nice();
    std::thread([before] {
        interrupt_others();
        EXPECT_EQ(own_nice(), before);
        EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
    }).join();
}

TEST_F(Background, GoesNoFurtherBackThanTheSystemDoes) {
    std::thread([] {
        for (int i = 0; i < 8; ++i) {
            compute_behind_others();
        }
        EXPECT_EQ(own_nice(), 19);
    }).join();
}

}  // namespace
}  // namespace budstikke
