// What a key may be set to, one below, at and one above each bound, and the bounds of names, paths
// and quotations in the file.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/unit/app/config_text.hpp"

namespace budstikke::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

std::string with_key(std::string_view section, std::string_view key, const std::string& value) {
    return minimal_config + "[" + std::string(section) + "]\n" + std::string(key) + " = " + value;
}

std::string milliseconds(Duration time) {
    return '"' + std::to_string(time.count()) + "ms\"";
}

struct Bound {
    std::string_view section;
    std::string_view key;
    std::string allowed;   ///< one inside the bound
    std::string at_limit;  ///< allowed too
    std::string beyond;
    std::string more;  ///< what else the section needs then
};

void PrintTo(const Bound& bound, std::ostream* out) {
    *out << bound.key;
}

Bound most(std::string_view section, std::string_view key, std::uint64_t limit) {
    return {
        section, key, std::to_string(limit - 1), std::to_string(limit), std::to_string(limit + 1),
        {}
    };
}

Bound least(std::string_view section, std::string_view key, std::uint64_t limit) {
    return {
        section, key, std::to_string(limit + 1), std::to_string(limit), std::to_string(limit - 1),
        {}
    };
}

Bound longest(std::string_view section, std::string_view key, Duration limit, std::string more) {
    return {section,
            key,
            milliseconds(limit - 1ms),
            milliseconds(limit),
            milliseconds(limit + 1ms),
            std::move(more)};
}

Bound shortest(std::string_view section, std::string_view key, Duration limit) {
    return {section, key, milliseconds(limit + 1ms), milliseconds(limit), milliseconds(limit - 1ms),
            {}};
}

class ConfigBound : public testing::TestWithParam<Bound> {
 protected:
    static std::vector<std::string> faults_with(const std::string& value) {
        const Bound& bound = GetParam();
        return faults_of(with_key(bound.section, bound.key, value) + "\n" + bound.more);
    }
};

TEST_P(ConfigBound, is_held) {
    EXPECT_THAT(faults_with(GetParam().allowed), IsEmpty());
    EXPECT_THAT(faults_with(GetParam().at_limit), IsEmpty());
    const auto faults = faults_with(GetParam().beyond);
    ASSERT_EQ(faults.size(), 1U) << testing::PrintToString(faults);
    EXPECT_THAT(faults[0], HasSubstr("14: `" + std::string(GetParam().key) + "` must be"));
}

INSTANTIATE_TEST_SUITE_P(
    Most, ConfigBound,
    testing::Values(
        most("delivery", "attempts_max", limits::attempts_configurable_max),
        most("delivery", "jitter_percent", limits::retry_jitter_percent_max),
        most("delivery", "bytes_in_flight_max", limits::bytes_in_flight_configurable_max),
        most("limits", "payload_bytes_max", limits::payload_bytes_max),
        most("limits", "open_deliveries_max", limits::open_deliveries_max),
        most("limits", "disk_free_percent_min", limits::disk_free_percent_max),
        most("limits", "connections_max", limits::connections_max),
        most("limits", "handshakes_per_second_per_address", limits::handshakes_per_second_max),
        most("threads", "io", limits::threads_max), most("threads", "workers", limits::threads_max)
    ),
    [](const auto& instance) { return std::string(instance.param.key); }
);

INSTANTIATE_TEST_SUITE_P(
    Least, ConfigBound,
    testing::Values(
        least("limits", "handshakes_per_second_per_address", limits::handshakes_per_second_min)
    ),
    [](const auto& instance) { return std::string(instance.param.key); }
);

INSTANTIATE_TEST_SUITE_P(
    Longest, ConfigBound,
    testing::Values(
        longest(
            "delivery", "time_to_live", limits::time_to_live_max, "[retention]\npayload = \"91d\"\n"
        ),
        longest("retention", "events", limits::retention_max, {}),
        longest("retention", "duplicates", limits::retention_max, {})
    ),
    [](const auto& instance) { return std::string(instance.param.key); }
);

// The others have the lives of deliveries below them, which are longer.
INSTANTIATE_TEST_SUITE_P(
    Shortest, ConfigBound, testing::Values(shortest("apprec", "deadline", limits::retention_min)),
    [](const auto& instance) { return std::string(instance.param.key); }
);

TEST(ConfigLimits, a_wait_between_attempts_has_two_bounds) {
    const auto faults_with = [](Duration first, Duration second) {
        const std::string waits = "[" + milliseconds(first) + ", " + milliseconds(second) + "]";
        return faults_of(with_key("delivery", "retry", waits));
    };
    EXPECT_THAT(faults_with(limits::retry_wait_min + 1ms, limits::retry_wait_max - 1ms), IsEmpty());
    EXPECT_THAT(faults_with(limits::retry_wait_min, limits::retry_wait_max), IsEmpty());
    const auto refused = testing::Contains(HasSubstr("`retry` must be from 1s to 30d"));
    EXPECT_THAT(faults_with(limits::retry_wait_min - 1ms, limits::retry_wait_max), refused);
    EXPECT_THAT(faults_with(limits::retry_wait_min, limits::retry_wait_max + 1ms), refused);
}

TEST(ConfigLimits, a_duration_that_is_too_long_is_none) {
    const auto fault_of = [](Duration time) {
        const auto faults = faults_of(with_key("apprec", "deadline", milliseconds(time)));
        return faults.size() == 1 ? faults[0] : "not one fault";
    };
    EXPECT_THAT(fault_of(limits::duration_max - 1ms), HasSubstr("`deadline` must be from 1s"));
    EXPECT_THAT(fault_of(limits::duration_max), HasSubstr("`deadline` must be from 1s"));
    EXPECT_THAT(fault_of(limits::duration_max + 1ms), HasSubstr("but must be a duration like"));
}

TEST(ConfigLimits, names_are_as_long_as_the_limit_allows) {
    for (const std::string_view key : {"group", "roles"}) {
        const auto faults_with = [&](std::size_t bytes) {
            const std::string name(bytes, 'n');
            return key == "group"
                       ? faults_of(with_key("admin", key, '"' + name + '"'))
                       : faults_of(with_key("admin.roles", "viewer", "[\"user:" + name + "\"]"));
        };
        EXPECT_THAT(faults_with(limits::name_bytes_max - 1), IsEmpty()) << key;
        EXPECT_THAT(faults_with(limits::name_bytes_max), IsEmpty()) << key;
        EXPECT_EQ(faults_with(limits::name_bytes_max + 1).size(), 1U) << key;
    }
}

TEST(ConfigLimits, paths_are_as_long_as_the_limit_allows) {
    const auto faults_with = [](std::size_t bytes) {
        std::string text = minimal_config;
        const std::string_view short_path = "\"directory\"";
        return faults_of(text.replace(
            text.find(short_path), short_path.size(), '"' + std::string(bytes, 'd') + '"'
        ));
    };
    EXPECT_THAT(faults_with(limits::config_path_bytes_max - 1), IsEmpty());
    EXPECT_THAT(faults_with(limits::config_path_bytes_max), IsEmpty());
    EXPECT_EQ(faults_with(limits::config_path_bytes_max + 1).size(), 1U);
}

TEST(ConfigLimits, the_file_is_as_large_as_the_limit_allows) {
    std::string pattern = (std::filesystem::temp_directory_path() / "config-XXXXXX").string();
    const std::filesystem::path folder = ::mkdtemp(pattern.data());
    const auto load_with = [&](std::size_t bytes) {
        const auto file = folder / "budstikked.toml";
        std::ofstream(file) << minimal_config << std::string(bytes - minimal_config.size(), '\n');
        return load_config(file);
    };
    EXPECT_TRUE(load_with(limits::config_file_bytes_max - 1));
    EXPECT_TRUE(load_with(limits::config_file_bytes_max));
    EXPECT_FALSE(load_with(limits::config_file_bytes_max + 1));
    std::filesystem::remove_all(folder);
}

TEST(ConfigLimits, the_admin_socket_fits_into_its_address) {
    const auto faults_with = [](std::size_t bytes) {
        return faults_of(with_key("admin", "socket", "\"/" + std::string(bytes - 1, 's') + '"'));
    };
    EXPECT_THAT(faults_with(limits::socket_path_bytes_max - 1), IsEmpty());
    EXPECT_THAT(faults_with(limits::socket_path_bytes_max), IsEmpty());
    EXPECT_EQ(faults_with(limits::socket_path_bytes_max + 1).size(), 1U);
}

TEST(ConfigLimits, a_fault_quotes_no_more_than_the_limit) {
    const auto quoted = [](std::size_t bytes) {
        const auto faults =
            faults_of(with_key("log", "level", '"' + std::string(bytes, 'x') + '"'));
        const auto from = faults.at(0).find("is `") + 4;
        return faults[0].substr(from, faults[0].find('`', from) - from);
    };
    const std::string at_limit(limits::quoted_bytes_max, 'x');
    EXPECT_EQ(quoted(limits::quoted_bytes_max - 1), at_limit.substr(1));
    EXPECT_EQ(quoted(limits::quoted_bytes_max), at_limit);
    EXPECT_EQ(quoted(limits::quoted_bytes_max + 1), at_limit + "...");
}

TEST(ConfigLimits, what_is_left_out_has_the_defaults_of_the_header) {
    const pipeline::Settings settings = parsed(minimal_config).pipeline;
    EXPECT_EQ(settings.time_to_live, Duration(limits::time_to_live_default));
    EXPECT_EQ(settings.apprec_deadline, Duration(limits::apprec_deadline_default));
    EXPECT_EQ(settings.duplicate_memory, Duration(limits::duplicate_memory_default));
    EXPECT_EQ(settings.payload_retention, Duration(limits::payload_retention_default));
    EXPECT_EQ(settings.event_retention, Duration(limits::event_retention_default));
    EXPECT_EQ(settings.disk_free_ratio_min, limits::disk_free_ratio_min);
    EXPECT_EQ(settings.operations_waiting_max, limits::operations_waiting_max);
}

}  // namespace
}  // namespace budstikke::app
