// Every rule of HITS 1172 by its number: a correct message keeps it, and a message that is broken
// in that one way is reported under it.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/transport/ebxml/breakages.hpp"
#include "tests/unit/transport/ebxml/drafts.hpp"

namespace budstikke::ebxml::test {

/// Shows a rule in a test's name and messages.
void PrintTo(const Rule* rule, std::ostream* out) {
    *out << "rule " << rule->id;
}

namespace {

std::string name_of(const testing::TestParamInfo<const Rule*>& info) {
    return "rule_" + std::to_string(info.param->id);
}

std::vector<const Rule*> all_rules() {
    std::vector<const Rule*> list;
    for (const auto& rule : rules()) {
        list.push_back(&rule);
    }
    return list;
}

const Draft& draft_of(const Rule& rule) {
    if (rule.clause == "5.12") {
        return acknowledgment_draft();
    }
    return rule.clause == "5.13" ? error_draft() : payload_draft();
}

/// What a breakage of that rule breaks beside it: the specification's rules overlap with the
/// schemas (5.6.1), and a change of the envelope breaks the signature. Anything else is a false
/// report.
std::set<int> companions_of(int rule) {
    static const std::map<int, std::set<int>> others{
        {252, {67, 86}},   {66, {67, 86}},     {67, {86, 255}},     {255, {67}},  {86, {16, 43}},
        {16, {4, 45, 75}}, {43, {86}},         {52, {363, 42, 32}}, {37, {38}},   {36, {38}},
        {35, {38}},        {38, {35, 36, 37}}, {76, {77}},          {85, {40}},   {104, {113}},
        {105, {114}},      {50, {269}},        {267, {270}},        {271, {272}}, {17, {77}},
    };
    std::set<int> allowed{rule, 16, 17, 50};
    if (const auto at = others.find(rule); at != others.end()) {
        allowed.insert(at->second.begin(), at->second.end());
    }
    return allowed;
}

class Kept : public testing::TestWithParam<const Rule*> {};

TEST_P(Kept, ByACorrectMessage) {
    const auto verdict = verdict_of(draft_of(*GetParam()));
    EXPECT_EQ(broken_rules(verdict), std::vector<int>{});
    EXPECT_EQ(std::ranges::count(verdict.not_checked, GetParam()), 0);
}

INSTANTIATE_TEST_SUITE_P(Rules, Kept, testing::ValuesIn(all_rules()), name_of);

class Broken : public testing::TestWithParam<const Rule*> {};

TEST_P(Broken, IsReported) {
    const auto& rule = *GetParam();
    const auto ways = breakages(rule.id);
    ASSERT_FALSE(ways.empty());
    for (const auto& spoil : ways) {
        Draft draft = draft_of(rule);
        spoil(draft);
        const auto verdict = verdict_of(draft);
        const auto at = std::ranges::find(verdict.violations, &rule, &Violation::rule);
        ASSERT_NE(at, verdict.violations.end()) << testing::PrintToString(broken_rules(verdict));
        EXPECT_FALSE(at->location.empty());
        EXPECT_FALSE(at->tolerated);
        const auto companions = companions_of(rule.id);
        EXPECT_TRUE(std::ranges::all_of(broken_rules(verdict), [&companions](int other) {
            return companions.contains(other);
        })) << testing::PrintToString(broken_rules(verdict));
        switch (rule.response) {
            case Response::fault:
                EXPECT_EQ(verdict.answer, Answer::fault);
                break;
            case Response::error:
                EXPECT_GE(verdict.answer, Answer::error);
                break;
            case Response::warning:
                EXPECT_GE(verdict.answer, Answer::warning);
                break;
            case Response::log_only:
                break;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Rules, Broken, testing::ValuesIn(all_rules()), name_of);

TEST(RuleTable, NamesEachRuleOnceInBothLanguagesAndItsAnswer) {
    std::set<int> ids;
    for (const auto& rule : rules()) {
        EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
        EXPECT_EQ(find_rule(rule.id), &rule);
        EXPECT_FALSE(rule.text_no.empty() || rule.text_en.empty() || rule.clause.empty());
        EXPECT_NE(rule.text_no, rule.text_en);
        // A MessageError needs a code of ebMS 4.2.3.4.
        const bool needs_code =
            rule.response == Response::error || rule.response == Response::warning;
        EXPECT_TRUE(!needs_code || !rule.error_code.empty()) << rule.id;
    }
    EXPECT_EQ(ids.size(), 124U);
    EXPECT_EQ(find_rule(1), nullptr);
}

TEST(RuleTable, NamesTestsThatExist) {
    std::set<std::string> names;
    const auto& unit = *testing::UnitTest::GetInstance();
    for (int i = 0; i < unit.total_test_suite_count(); ++i) {
        const auto& suite = *unit.GetTestSuite(i);
        for (int j = 0; j < suite.total_test_count(); ++j) {
            names.insert(
                std::string("unit_ebxml_rules ") + suite.name() + "." + suite.GetTestInfo(j)->name()
            );
        }
    }
    for (const auto& rule : rules()) {
        for (const auto& test : tests_of(rule)) {
            EXPECT_TRUE(names.contains(test)) << test;
        }
    }
}

TEST(RuleTable, ACorrectMessageBreaksNothingAndIsAcknowledged) {
    const auto payload = verdict_of(payload_draft());
    EXPECT_EQ(broken_rules(payload), std::vector<int>{});
    EXPECT_EQ(payload.answer, Answer::acknowledgment);
    for (const auto* draft : {&acknowledgment_draft(), &error_draft()}) {
        const auto verdict = verdict_of(*draft);
        EXPECT_EQ(broken_rules(verdict), std::vector<int>{});
        EXPECT_EQ(verdict.answer, Answer::none);
    }
}

}  // namespace
}  // namespace budstikke::ebxml::test
