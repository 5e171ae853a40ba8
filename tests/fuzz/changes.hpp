// Bytes of ours with some of them changed as an input says: so a fuzzer finds its way behind what
// it could never write by itself.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace budstikke::fuzz {

/// Three bytes each: where, and what to turn over.
inline std::string changed(std::string bytes, std::string_view changes) {
    while (changes.size() >= 3) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(changes[i]); };
        const std::size_t at = (byte(0) * 256U + byte(1)) % bytes.size();
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ byte(2));
        changes.remove_prefix(3);
    }
    return bytes;
}

}  // namespace budstikke::fuzz
