// What a fuzz target holds the code to.
#pragma once

#include <cstdlib>

namespace budstikke::fuzz {

/// A promise that is not kept ends the process, which is what libFuzzer and the replay look for.
inline void must(bool promise) {
    if (!promise) {
        std::abort();
    }
}

}  // namespace budstikke::fuzz
