// The documentation of the findings is complete: every code, both texts, one table per group.
#include "broker/tools/inspect/findings_page.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/message/finding_catalogue.hpp"

namespace budstikke::tools {
namespace {

using testing::HasSubstr;

TEST(FindingsPage, HasARowForEveryCodeOfTheCatalogue) {
    const std::string page = findings_page();
    ASSERT_FALSE(finding_catalogue().empty());
    for (const FindingSpec* spec : finding_catalogue()) {
        EXPECT_THAT(page, HasSubstr("\n| `" + std::string(spec->code) + "` | "));
    }
}

TEST(FindingsPage, HasOneHeadingPerGroup) {
    std::set<std::string> groups;
    for (const FindingSpec* spec : finding_catalogue()) {
        groups.emplace(spec->code.substr(0, spec->code.find('.')));
    }
    const std::string page = findings_page();
    for (const std::string& group : groups) {
        const std::string heading = "\n## " + group + "\n";
        const auto first = page.find(heading);
        ASSERT_NE(first, std::string::npos) << group;
        EXPECT_EQ(page.find(heading, first + 1), std::string::npos) << group << " comes twice";
    }
}

}  // namespace
}  // namespace budstikke::tools
