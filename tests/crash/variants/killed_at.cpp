#include "tests/crash/variants/killed_at.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace budstikke::crash {

void step(std::string_view name) {
    // Nobody changes the environment of a broker while it runs.
    const char* const path =
        std::getenv("BUDSTIKKE_TEST_KILL_AT");  // NOLINT(concurrency-mt-unsafe)
    if (path == nullptr) {
        return;
    }
    std::string wanted;
    std::ifstream(path) >> wanted;
    std::error_code failed;
    if (wanted == name && std::filesystem::remove(path, failed)) {
        ::raise(SIGKILL);
    }
}

}  // namespace budstikke::crash
