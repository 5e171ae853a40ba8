// Text without white space at its ends, and numbers of any length.
#include "broker/base/text.hpp"

#include <gtest/gtest.h>

namespace budstikke {
namespace {

TEST(Trim, TakesTheWhiteSpaceOfXmlFromBothEndsAndNoneFromInside) {
    EXPECT_EQ(trim(" \t\r\na  b\n\r\t "), "a  b");
    EXPECT_EQ(trim("a"), "a");
    EXPECT_EQ(trim(" \t\r\n"), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim("\va\f"), "\va\f") << "neither is white space of XML";
}

TEST(CompareDigits, GoesByTheNumberWhateverItsLengthAndItsZeros) {
    EXPECT_TRUE(compare_digits("9", "10") < 0);
    EXPECT_TRUE(compare_digits("10", "9") > 0);
    EXPECT_TRUE(compare_digits("007", "7") == 0);
    EXPECT_TRUE(compare_digits("0", "") == 0);
    EXPECT_TRUE(compare_digits("99999999999999999999998", "99999999999999999999999") < 0);
}

}  // namespace
}  // namespace budstikke
