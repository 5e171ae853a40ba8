// Opens the store that its only argument names: the other process of a test. Its exit status is
// the number of the Errc, or one that no Errc has where the store opened. May not know the test.
#include "broker/store/store.hpp"

int main(int argc, char** argv) {
    constexpr int usage = 64;   // EX_USAGE of sysexits.h
    constexpr int opened = 65;  // no Errc, one of which is 0
    if (argc != 2) {
        return usage;
    }
    const auto store = budstikke::store::open_rocksdb({.path = argv[1]});
    return store ? opened : static_cast<int>(store.error().code);
}
