// Feeds every file of the folders and files named on the command line to a fuzz target, so that the
// corpus is replayed in each test run, also where libFuzzer is not to be had: as it is or, with
// --jail, in a process that can open no file and no socket.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>

#include "tests/fuzz/jail.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
/// What a target makes before its first input, as a broker does when it starts; most make nothing.
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace {

using Input = std::vector<char>;

Input read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Input> read_all(int argc, char** argv) {
    std::vector<Input> inputs;
    for (int i = 1; i < argc; ++i) {
        const std::filesystem::path path(argv[i]);
        if (!std::filesystem::is_directory(path)) {
            inputs.push_back(read(path));
            continue;
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
            if (entry.is_regular_file()) {
                inputs.push_back(read(entry.path()));
            }
        }
    }
    return inputs;
}

void replay(const std::vector<Input>& inputs) {
    for (const Input& input : inputs) {
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    }
}

/// A jail that lets out proves nothing.
bool jail_holds() {
    const bool opened = budstikke::fuzz::ends_in_jail([] {
        if (::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) {
            std::puts("a file was opened in the jail");
        }
    });
    const bool connected = budstikke::fuzz::ends_in_jail([] {
        if (::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0) {
            std::puts("a socket was opened in the jail");
        }
    });
    return !opened && !connected;
}

}  // namespace

int main(int argc, char** argv) {
    const bool in_jail = argc > 1 && std::string_view(argv[1]) == "--jail";
    const int skipped = in_jail ? 1 : 0;
    if (LLVMFuzzerInitialize != nullptr) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    const auto inputs = read_all(argc - skipped, argv + skipped);
    if (inputs.empty() || (in_jail && !jail_holds())) {
        return 1;
    }
    // Not after the other: what that one opened at the first use would be open here already.
    if (in_jail && !budstikke::fuzz::ends_in_jail([&inputs] { replay(inputs); })) {
        return 1;
    }
    if (!in_jail) {
        replay(inputs);
    }
    std::printf("replayed %zu inputs%s\n", inputs.size(), in_jail ? " in the jail" : "");
    return 0;
}
