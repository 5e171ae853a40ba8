// The hcp adapter against any bytes.
#include "tests/fuzz/adapter_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    budstikke::fuzz::decode_with("hcp", data, size);
    return 0;
}
