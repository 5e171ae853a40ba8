// The tests of mail need servers that only root can start: where there are none, this says so, and
// ctest counts the tests as not run.
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

int main(int argc, char** argv) {
    constexpr int not_run = 77;
    ::testing::InitGoogleTest(&argc, argv);
    const char* const servers = std::getenv("BUDSTIKKE_MAIL_SERVERS");
    if (servers == nullptr || *servers == '\0') {
        std::cout << "not run: tests/mail/with-servers.sh did not start the mail servers\n";
        return not_run;
    }
    return RUN_ALL_TESTS();
}
