// The table of commands and the parser: every row is complete, every fault is a usage error that
// helps, reasons are demanded and limited.
#include "broker/admin/parse.hpp"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/admin/tokenizer.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<Invocation> parse_line(std::string_view line) {
    return parse(tokenize(line).value());
}

std::string refusal_of(std::string_view line) {
    const auto invocation = parse_line(line);
    if (invocation) return "understood";
    EXPECT_EQ(invocation.error().code, Errc::invalid_argument);
    return invocation.error().detail;
}

TEST(CommandTable, EveryCommandIsComplete) {
    std::set<std::string_view> names;
    for (const CommandSpec& spec : commands()) {
        EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
        EXPECT_FALSE(spec.text_en.empty()) << spec.name;
        EXPECT_FALSE(spec.text_no.empty()) << spec.name;
        EXPECT_FALSE(spec.admits.empty()) << spec.name;
        EXPECT_NE(spec.run, nullptr) << spec.name;
        EXPECT_LE(spec.arguments_min, spec.arguments_max) << spec.name;
        EXPECT_EQ(spec.arguments.empty(), spec.arguments_max == 0) << spec.name;
        EXPECT_EQ(find_command(spec.name), &spec);
        EXPECT_EQ(usage(spec).find("--reason") != std::string::npos, spec.changing) << spec.name;
    }
    EXPECT_EQ(find_command("no such"), nullptr);
}

TEST(Parser, UnderstandsArgumentsAndOptionsInAnyPlace) {
    const auto invocation = parse_line(R"(party hold --reason "bad certificate" 8094866 --json)");
    ASSERT_TRUE(invocation.has_value());
    EXPECT_EQ(invocation->spec->name, "party hold");
    EXPECT_EQ(invocation->arguments, std::vector<std::string>{"8094866"});
    EXPECT_EQ(invocation->reason, "bad certificate");
    EXPECT_FALSE(invocation->dry_run);
    EXPECT_EQ(invocation->text(), "party hold 8094866");
}

TEST(Parser, TakesOptionsWithEqualsSign) {
    const auto invocation = parse_line("--json deadletter list --limit=5");
    ASSERT_TRUE(invocation.has_value());
    ASSERT_NE(invocation->option("--limit"), nullptr);
    EXPECT_EQ(*invocation->option("--limit"), "5");
    EXPECT_EQ(invocation->text(), "deadletter list --limit 5");
}

TEST(Parser, TheLongerNameWins) {
    EXPECT_EQ(parse_line("parties")->spec->name, "parties");
    EXPECT_EQ(parse_line("parties list")->spec->name, "parties list");
    EXPECT_EQ(parse_line("help queue list")->arguments.size(), 2U);
}

TEST(Parser, NamesNoMoreThanTheLimitAndNothingTooFarAway) {
    const std::string many = refusal_of("queue");
    EXPECT_EQ(
        std::ranges::count(many.substr(many.find("did you mean")), ','),
        std::ptrdiff_t{limits::suggestions_max} - 1
    );
    const std::string word = "reload";
    for (std::size_t wrong = 1; wrong <= limits::suggestion_distance_max + 1; ++wrong) {
        std::string given = word;
        given.replace(given.size() - wrong, wrong, wrong, 'x');
        EXPECT_EQ(refusal_of(given).contains("reload"), wrong <= limits::suggestion_distance_max)
            << given;
    }
}

TEST(Parser, NamesWhatComesNearest) {
    EXPECT_THAT(refusal_of("stauts"), HasSubstr("did you mean: status?"));
    EXPECT_THAT(refusal_of("queue lst"), HasSubstr("queue list"));
    EXPECT_THAT(refusal_of("queue"), HasSubstr("queue list, queue show, queue pause"));
    EXPECT_THAT(refusal_of("party hld 1"), HasSubstr("party hold"));
    EXPECT_THAT(refusal_of("stop --resaon x"), HasSubstr("--reason"));
    EXPECT_THAT(refusal_of("status --dry-run"), HasSubstr("unknown option"));
}

TEST(Parser, NeverQuotesWhatItRefuses) {
    EXPECT_THAT(refusal_of("13916900216"), Not(HasSubstr("13916900216")));
    EXPECT_THAT(refusal_of("status --13916900216"), Not(HasSubstr("13916900216")));
    EXPECT_THAT(refusal_of("status 13916900216"), Not(HasSubstr("13916900216")));
    EXPECT_THAT(refusal_of("stop --dry-run=13916900216"), Not(HasSubstr("13916900216")));
}

TEST(Parser, RefusesWrongNumbersOfArguments) {
    EXPECT_THAT(refusal_of(""), HasSubstr("no command"));
    EXPECT_THAT(refusal_of("--json"), HasSubstr("no command"));
    EXPECT_THAT(refusal_of("queue show"), HasSubstr("usage: queue show HER-ID"));
    EXPECT_THAT(refusal_of("queue show 1 2"), HasSubstr("too many"));
    EXPECT_THAT(refusal_of("stop --reason"), HasSubstr("needs a value"));
    EXPECT_THAT(refusal_of("queue pause 3001 --reason --dry-run"), HasSubstr("needs a value"));
    EXPECT_THAT(refusal_of("drain --reason --json"), HasSubstr("needs a value"));
    EXPECT_THAT(refusal_of("stop --reason a --reason b"), HasSubstr("twice"));
    EXPECT_THAT(refusal_of("stop --reason="), HasSubstr("empty"));
    EXPECT_THAT(refusal_of("deadletter list --limit 1 --limit 2"), HasSubstr("twice"));
}

TEST(Parser, EveryChangingCommandNeedsAReason) {
    for (const CommandSpec& spec : commands()) {
        std::string line(spec.name);
        for (std::size_t i = 0; i < spec.arguments_min; ++i)
            line += " 1";
        if (!spec.changing) {
            EXPECT_TRUE(parse_line(line).has_value()) << line;
            EXPECT_THAT(refusal_of(line + " --reason x"), HasSubstr("unknown option")) << line;
            continue;
        }
        EXPECT_THAT(refusal_of(line), HasSubstr("--reason")) << line;
        EXPECT_TRUE(parse_line(line + " --dry-run").has_value()) << line;
        EXPECT_TRUE(parse_line(line + " --reason x").has_value()) << line;
    }
}

TEST(Parser, LimitsTheReason) {
    constexpr std::size_t most = limits::reason_bytes_max;
    EXPECT_EQ(parse_line("stop --reason x")->reason.size(), 1U);
    for (const std::size_t size : {most - 1, most}) {
        EXPECT_EQ(parse_line("stop --reason " + std::string(size, 'r'))->reason.size(), size);
    }
    EXPECT_THAT(refusal_of("stop --reason " + std::string(most + 1, 'r')), HasSubstr("longer"));
}

TEST(Arguments, AreCheckedAsValues) {
    EXPECT_EQ(her_id_of("8094866")->text(), "8094866");
    EXPECT_FALSE(her_id_of("80 94"));
    EXPECT_FALSE(delivery_id_of("8094866"));
    EXPECT_EQ(number_of("10", 10), 10U);
    EXPECT_FALSE(number_of("11", 10));
    EXPECT_FALSE(number_of("-1", 10));
    EXPECT_FALSE(number_of("1x", 10));
    EXPECT_FALSE(number_of("", 10));
    const auto limit = [](std::size_t rows) {
        return rows_of(*parse_line("deadletter list --limit " + std::to_string(rows)));
    };
    EXPECT_EQ(limit(limits::listing_rows_max - 1), limits::listing_rows_max - 1);
    EXPECT_EQ(limit(limits::listing_rows_max), limits::listing_rows_max);
    EXPECT_FALSE(limit(limits::listing_rows_max + 1).has_value());
    EXPECT_EQ(rows_of(*parse_line("deadletter list")), limits::listing_rows_max);
}

}  // namespace
}  // namespace budstikke::admin
