// A signature with one thing in it spoiled, and what it is refused for. The test itself is in
// xmldsig_refusal_test.cpp; any file of its program may bring cases.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace budstikke::crypto::test {

struct Spoiled {
    const char* what;
    std::string from;
    std::string to;
    std::vector<std::string> faults;
};

inline void PrintTo(const Spoiled& spoiled, std::ostream* out) {
    *out << spoiled.what;
}

class Refusal : public testing::TestWithParam<Spoiled> {};

inline const std::string part_reference = "<ds:Reference URI=\"cid:one@test\">";

}  // namespace budstikke::crypto::test
