// Who prevails: one that sends most while others send some. Nobody who is alone, and nobody among
// several that all send much.
#include "broker/pipeline/prevalence.hpp"

#include <string>

#include <gtest/gtest.h>

namespace budstikke::pipeline {
namespace {

class PrevalenceTest : public testing::Test {
 protected:
    void count(const std::string& organisation, std::uint32_t times) {
        for (std::uint32_t time = 0; time < times; ++time) {
            prevalence_.count(organisation);
        }
    }

    Prevalence prevalence_;
};

TEST_F(PrevalenceTest, BeginsWithItsLead) {
    count("A", 1);
    count("flood", Prevalence::lead_least - 1);
    EXPECT_FALSE(prevalence_.prevails("flood")) << "one below";
    count("flood", 1);
    EXPECT_TRUE(prevalence_.prevails("flood")) << "at";
    EXPECT_FALSE(prevalence_.prevails("A"));
    count("flood", 1);
    EXPECT_TRUE(prevalence_.prevails("flood")) << "above";
}

TEST_F(PrevalenceTest, EndsWhereNobodyElseSends) {
    count("flood", Prevalence::lead_most);
    count("A", 1);
    count("flood", Prevalence::alone_after - 1);
    EXPECT_TRUE(prevalence_.prevails("flood")) << "one below";
    count("flood", 1);
    EXPECT_FALSE(prevalence_.prevails("flood")) << "at";
    count("flood", 1);
    EXPECT_FALSE(prevalence_.prevails("flood")) << "above";
    count("A", 1);
    EXPECT_TRUE(prevalence_.prevails("flood")) << "until somebody does";
}

TEST_F(PrevalenceTest, NeverBeginsAmongSeveralThatSendMuch) {
    for (int round = 0; round < 1000; ++round) {
        // By a connection's window at a time.
        for (const char* const organisation : {"A", "B", "C", "D"}) {
            count(organisation, 64);
            EXPECT_FALSE(prevalence_.prevails(organisation));
        }
    }
}

TEST_F(PrevalenceTest, IsSoonForgottenOfOneWhoStops) {
    count("flood", 1'000'000);
    count("A", Prevalence::lead_most / 2);
    EXPECT_FALSE(prevalence_.prevails("flood"));
}

}  // namespace
}  // namespace budstikke::pipeline
