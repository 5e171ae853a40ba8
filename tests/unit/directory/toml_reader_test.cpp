// Reading TOML: types, ranges, durations, sizes, depth, unknown keys.
#include "broker/directory/toml_reader.hpp"

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"

namespace budstikke::directory {
namespace {

using namespace std::chrono_literals;

/// Runs `read` on the root table of a text and gives `line: cause` of each fault.
template <typename Read>
std::vector<std::string> faults_of(std::string_view text, Read read) {
    const auto root = parse_toml(text, "a.toml");
    if (!root) {
        return {"syntax"};
    }
    Faults faults;
    TomlReader reader(*root, "table", "a.toml", faults);
    read(reader);
    std::vector<std::string> result;
    for (const auto& fault : faults) {
        result.push_back(std::to_string(fault.line) + ": " + fault.cause);
    }
    return result;
}

using Strings = std::vector<std::string>;

TEST(Durations, are_read_in_every_unit_and_in_falling_order) {
    EXPECT_EQ(parse_duration("90d"), 90 * 24h);
    EXPECT_EQ(parse_duration("12h"), 12h);
    EXPECT_EQ(parse_duration("1h30m"), 90min);
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("250ms"), 250ms);
    EXPECT_EQ(parse_duration("0s"), 0s);
    for (const auto* wrong :
         {"", "15", "m", "15 m", "15M", "-1m", "+1m", "1.5h", "30m1h", "1h1h", "1w", "h1",
          "99999999999999999999d", "36501d"}) {
        EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
    }
    EXPECT_EQ(parse_duration("36500d"), Duration(36500 * 24h));
}

TEST(Durations, are_written_as_they_are_read) {
    EXPECT_EQ(duration_text(90min), "1h30m");
    EXPECT_EQ(duration_text(0s), "0s");
    EXPECT_EQ(duration_text(1min + 5ms), "1m5ms");
}

TEST(Sizes, are_bytes_or_carry_a_binary_unit) {
    EXPECT_EQ(parse_size("4096"), 4096U);
    EXPECT_EQ(parse_size("35MiB"), 35U * 1024 * 1024);
    EXPECT_EQ(parse_size("2 GiB"), 2ULL << 30);
    EXPECT_EQ(parse_size("1KiB"), 1024U);
    for (const auto* wrong :
         {"", "MiB", "35MB", "35mib", "-1", "1.5MiB", "99999999999999GiB", "18446744073709551616"
         }) {
        EXPECT_EQ(parse_size(wrong), std::nullopt) << wrong;
    }
}

TEST(TomlReader, a_wrong_type_says_what_was_wanted_and_what_is_there) {
    EXPECT_EQ(
        faults_of(
            "a = 1\nb = \"x\"\nc = 1.5\nd = [1]\ne = true\nf = \"2027-01-01\"\ng = 5",
            [](TomlReader& reader) {
                EXPECT_EQ(reader.text("a", "z"), "z");
                EXPECT_EQ(reader.integer("b", 0, 9, 7), 7);
                EXPECT_TRUE(reader.boolean("c", true));
                EXPECT_TRUE(reader.texts("d").empty());
                EXPECT_EQ(reader.duration("e", 0s, 1h, 1min), 1min);
                EXPECT_EQ(reader.time("f"), std::nullopt);
                EXPECT_EQ(reader.table("g"), nullptr);
            }
        ),
        (Strings{
            "1: `a` must be text in quotes, not a whole number",
            "2: `b` must be a whole number, without quotes, not text",
            "3: `c` must be true or false, without quotes, not a decimal number",
            "4: `d` must be a list of texts in quotes, not a whole number",
            "5: `e` must be a duration in quotes, like `15m`, not true or false",
            "6: `f` must be a date without quotes, like 2027-01-01, not text",
            "7: `g` must be a table, not a whole number",
        })
    );
}

TEST(TomlReader, a_number_is_accepted_at_its_bounds_and_refused_beyond_them) {
    const auto read = [](TomlReader& reader) { reader.integer("n", 1, 100, 5); };
    EXPECT_EQ(faults_of("n = 1", read), Strings{});
    EXPECT_EQ(faults_of("n = 100", read), Strings{});
    EXPECT_EQ(faults_of("n = 0", read), Strings{"1: `n` must be from 1 to 100"});
    EXPECT_EQ(faults_of("n = 101", read), Strings{"1: `n` must be from 1 to 100"});
}

TEST(TomlReader, a_duration_is_accepted_at_its_bounds_and_refused_beyond_them) {
    const auto read = [](TomlReader& reader) { reader.duration("d", 1s, 1h, 1min); };
    EXPECT_EQ(faults_of("d = \"1s\"", read), Strings{});
    EXPECT_EQ(faults_of("d = \"1h\"", read), Strings{});
    EXPECT_EQ(faults_of("d = \"999ms\"", read), Strings{"1: `d` must be from 1s to 1h"});
    EXPECT_EQ(faults_of("d = \"1h1ms\"", read), Strings{"1: `d` must be from 1s to 1h"});
    EXPECT_EQ(
        faults_of("d = \"soon\"", read), Strings{"1: `d` is `soon`, but must be a duration like "
                                                 "`90d`, `12h`, `15m`, `30s` or `250ms`"}
    );
}

TEST(TomlReader, a_size_is_accepted_at_its_bounds_and_refused_beyond_them) {
    const auto read = [](TomlReader& reader) { reader.size("s", 10, 1024, 20); };
    const Strings refused{"1: `s` must be bytes, or text like `35MiB`, from 10 to 1024 bytes"};
    EXPECT_EQ(faults_of("s = 10", read), Strings{});
    EXPECT_EQ(faults_of("s = \"1KiB\"", read), Strings{});
    EXPECT_EQ(faults_of("s = 9", read), refused);
    EXPECT_EQ(faults_of("s = 1025", read), refused);
    EXPECT_EQ(faults_of("s = -1", read), refused);
    EXPECT_EQ(faults_of("s = \"many\"", read), refused);
}

TEST(TomlReader, a_label_is_short_text_without_control_characters) {
    const auto read = [](TomlReader& reader) { reader.label("l", 4); };
    const Strings refused{"1: `l` must have 1 to 4 bytes and no control characters"};
    EXPECT_EQ(faults_of("l = \"abcd\"", read), Strings{});
    EXPECT_EQ(faults_of("l = \"abcde\"", read), refused);
    EXPECT_EQ(faults_of("l = \"\"", read), refused);
    EXPECT_EQ(faults_of("l = \"a\\nb\"", read), refused);
}

TEST(TomlReader, an_unknown_key_is_found_on_its_line_with_the_one_that_was_meant) {
    const auto read = [](TomlReader& reader) {
        reader.text("address");
        reader.finish();
    };
    EXPECT_EQ(
        faults_of("\nadress = \"x\"\nport = 1", read),
        (Strings{
            "2: table: unknown key `adress`; did you mean `address`?",
            "3: table: unknown key `port`"
        })
    );
}

TEST(TomlReader, a_missing_key_is_told_at_the_table) {
    EXPECT_EQ(
        faults_of("a = 1", [](TomlReader& reader) { EXPECT_FALSE(reader.require("b")); }),
        Strings{"1: table: the key `b` is missing"}
    );
}

TEST(TomlReader, times_without_offset_are_norwegian) {
    faults_of(
        "a = 2027-01-01\nb = 2027-07-01T12:00:00\nc = 2027-07-01T12:00:00+05:30\n"
        "d = 2027-07-01T12:00:00.25Z",
        [](TomlReader& reader) {
            EXPECT_EQ(to_rfc3339(reader.time("a").value()), "2026-12-31T23:00:00.000Z");
            EXPECT_EQ(to_rfc3339(reader.time("b").value()), "2027-07-01T10:00:00.000Z");
            EXPECT_EQ(to_rfc3339(reader.time("c").value()), "2027-07-01T06:30:00.000Z");
            EXPECT_EQ(to_rfc3339(reader.time("d").value()), "2027-07-01T12:00:00.250Z");
        }
    );
}

std::string dotted(std::size_t parts) {
    std::string key = "a";
    for (std::size_t i = 1; i < parts; ++i) {
        key += i % 2 == 0 ? ".a" : " . \"b.c\"";
    }
    return key;
}

TEST(Toml, a_key_has_no_more_dotted_parts_than_the_limit) {
    const std::size_t most = limits::toml_depth_max;
    EXPECT_TRUE(parse_toml(dotted(most - 1) + " = 1", "a"));
    EXPECT_TRUE(parse_toml(dotted(most) + " = 1", "a"));
    const auto above = parse_toml("x = 1\n\n" + dotted(most + 1) + " = 1", "a");
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error(), (Fault{"a", 3, "a key has more than 16 dotted parts"}));
    EXPECT_FALSE(parse_toml("[" + dotted(most + 1) + "]", "a"));
    EXPECT_FALSE(parse_toml("x = { " + dotted(most + 1) + " = 1 }", "a"));
}

TEST(Toml, dots_in_texts_and_comments_are_no_depth) {
    const std::string dots(100, '.');
    for (const auto& text :
         {"# " + dots, "a = \"" + dots + "\"", "a = '" + dots + "'",
          "a = \"\"\"\n" + dots + "\"\"\"", "a = '''" + dots + "'''", "a = \"\\\"" + dots + "\"",
          "a = \"\"\"\\\n" + dots + "\"\"\" # " + dots}) {
        EXPECT_TRUE(parse_toml(text, "a")) << text;
    }
}

TEST(Toml, values_nest_to_the_limit_and_no_deeper) {
    const auto nested = [](std::size_t depth) {
        return "a = " + std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(parse_toml(nested(limits::toml_depth_max - 1), "a"));
    EXPECT_FALSE(parse_toml(nested(limits::toml_depth_max + 1), "a"));
    EXPECT_FALSE(parse_toml(nested(100'000), "a"));
}

TEST(Toml, a_syntax_error_names_its_line_and_is_one_printable_line) {
    const auto result = parse_toml("a = 1\nb = \x01\xff\n", "a.toml");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().line, 2U);
    EXPECT_TRUE(result.error().cause.starts_with("not valid TOML: "));
    for (const char c : result.error().cause) {
        EXPECT_TRUE(c >= ' ' && c <= '~');
    }
}

}  // namespace
}  // namespace budstikke::directory
