// The catalogue of findings: unique, in both languages, mapped to codes that exist.
#include "broker/message/finding_catalogue.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace budstikke {
namespace {

TEST(FindingCatalogue, HasEachCodeOnce) {
    std::set<std::string_view> codes;
    for (const auto* const row : finding_catalogue()) {
        EXPECT_TRUE(codes.insert(row->code).second) << row->code;
        EXPECT_EQ(find_finding(row->code), row);
    }
    EXPECT_GT(codes.size(), 40U);
    EXPECT_EQ(find_finding("no.such_code"), nullptr);
}

TEST(FindingCatalogue, SaysInBothLanguagesWhatToDo) {
    for (const auto* const row : finding_catalogue()) {
        EXPECT_GT(row->text_no.size(), 20U) << row->code;
        EXPECT_GT(row->text_en.size(), 20U) << row->code;
        EXPECT_NE(row->text_no, row->text_en) << row->code;
    }
}

TEST(FindingCatalogue, WritesCodesInOneForm) {
    for (const auto* const row : finding_catalogue()) {
        EXPECT_EQ(std::ranges::count(row->code, '.'), 1) << row->code;
        EXPECT_TRUE(std::ranges::all_of(row->code, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        })) << row->code;
    }
}

TEST(FindingCatalogue, MapsOnlyToCodesOf8221) {
    const std::set<std::string_view> known{"",    "T01", "T02", "T10", "T99", "S01", "S02", "S03",
                                           "S99", "E10", "E20", "E21", "E30", "E31", "E32", "E33",
                                           "E34", "E35", "E36", "E53", "E54", "X99"};
    for (const auto* const row : finding_catalogue()) {
        EXPECT_TRUE(known.contains(row->apprec_code)) << row->code << " " << row->apprec_code;
    }
}

TEST(Findings, AnErrorAmongThemIsFound) {
    EXPECT_FALSE(has_error(Findings{}));
    EXPECT_FALSE(has_error(Findings{{.spec = &finding::schema_missing, .location = {}}}));
    EXPECT_TRUE(has_error(Findings{
        {.spec = &finding::schema_missing, .location = {}},
        {.spec = &finding::receiver_missing, .location = {}},
    }));
}

TEST(Location, NamesLineAndPath) {
    EXPECT_EQ((Location{.line = 0, .path = "sender"}).text(), "sender");
    EXPECT_EQ((Location{.line = 3, .path = ""}).text(), "line 3");
    EXPECT_EQ((Location{.line = 3, .path = "/A/B"}).text(), "line 3, /A/B");
}

}  // namespace
}  // namespace budstikke
