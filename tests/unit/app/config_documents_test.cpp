// The example files and the reference page are held to what the parser says.
#include <fstream>
#include <iterator>
#include <set>

#include <gmock/gmock.h>

#include "broker/directory/resolve.hpp"
#include "tests/unit/app/config_text.hpp"

namespace budstikke::app {
namespace {

const std::filesystem::path deploy = std::filesystem::path(BUDSTIKKE_SOURCE_DIR) / "deploy";

std::string read_all(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// `section.key` of every table row of the page, under its `## [section]`.
std::vector<std::string> keys_of_page() {
    std::vector<std::string> keys;
    std::string section;
    std::ifstream page(deploy / "doc" / "configuration.md");
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## `[")) {
            section = line.substr(line.find_last_of('[') + 1);
            section.resize(section.find(']'));
        } else if (line.starts_with("| `")) {
            keys.push_back(section + "." + line.substr(3, line.find('`', 3) - 3));
        }
    }
    return keys;
}

/// Of the key in the first table of each list.
std::string place_of(std::string key) {
    if (key == "listener.path") return "listener[1].path";
    for (const std::string_view list :
         {"listener.", "ebxml.identity.", "ebxml.mailbox.", "ebxml.identity[0].decryption."}) {
        if (key.starts_with(list)) {
            key.insert(list.size() - 1, "[0]");
        }
    }
    return key;
}

TEST(ConfigDocuments, the_reference_page_has_every_key_and_no_other) {
    EXPECT_THAT(keys_of_page(), testing::UnorderedElementsAreArray(configuration_keys()));
}

TEST(ConfigDocuments, the_example_is_without_fault_and_shows_every_key) {
    const auto config = load_config(deploy / "budstikked.example.toml");
    ASSERT_TRUE(config) << directory::to_text(config.error().front());
    for (const auto& key : configuration_keys()) {
        // The one or the other, never both.
        if (key == "ebxml.lmtp.socket") continue;
        EXPECT_TRUE(config->places.lines.contains(place_of(key))) << key;
    }
}

TEST(ConfigDocuments, the_example_shows_the_defaults) {
    const auto config = load_config(deploy / "budstikked.example.toml");
    ASSERT_TRUE(config);
    const pipeline::Settings defaults;
    EXPECT_EQ(config->pipeline.retry_ladder, defaults.retry_ladder);
    EXPECT_EQ(config->pipeline.retry_jitter_percent, defaults.retry_jitter_percent);
    EXPECT_EQ(config->pipeline.attempts_max, defaults.attempts_max);
    EXPECT_EQ(config->pipeline.time_to_live, defaults.time_to_live);
    EXPECT_EQ(config->pipeline.apprec_deadline, defaults.apprec_deadline);
    EXPECT_EQ(config->pipeline.duplicate_memory, defaults.duplicate_memory);
    EXPECT_EQ(config->pipeline.payload_retention, defaults.payload_retention);
    EXPECT_EQ(config->pipeline.event_retention, defaults.event_retention);
    EXPECT_EQ(config->pipeline.payload_bytes_max, defaults.payload_bytes_max);
    EXPECT_EQ(config->pipeline.bytes_in_flight_max, defaults.bytes_in_flight_max);
    EXPECT_EQ(config->pipeline.open_deliveries_max, defaults.open_deliveries_max);
    EXPECT_EQ(config->pipeline.disk_free_ratio_min, defaults.disk_free_ratio_min);
    EXPECT_EQ(config->connections.total_max, limits::connections_max);
    EXPECT_EQ(config->connections.per_address_max, limits::connections_per_address_max);
    EXPECT_EQ(config->connections.per_organisation_max, limits::connections_per_organisation_max);
    EXPECT_EQ(
        config->connections.handshakes_per_second_per_address,
        limits::handshakes_per_second_per_address
    );
    ASSERT_TRUE(config->ebxml);
    EXPECT_EQ(config->ebxml->retries, limits::ebxml_retries_default);
    EXPECT_EQ(config->ebxml->retry_interval, limits::ebxml_retry_interval_default);
    EXPECT_EQ(config->ebxml->senders, EbxmlConfig().senders);
    ASSERT_EQ(config->ebxml->mailboxes.size(), 1U);
    EXPECT_EQ(config->ebxml->mailboxes[0].interval, limits::mailbox_interval_default);
}

TEST(ConfigDocuments, the_example_directory_is_without_fault_and_does_what_its_comments_say) {
    const auto loaded = directory::Directory::load(deploy / "directory.example");
    ASSERT_TRUE(loaded) << directory::to_text(loaded.error().front());
    const auto now = Timestamp(std::chrono::sys_days(std::chrono::year(2026) / 6 / 1));
    const auto merged = directory::resolve(*loaded, HerId::parse("1002").value(), now);
    EXPECT_EQ(merged.outcome, directory::ResolutionOutcome::found);
    EXPECT_EQ(merged.path.back().text(), "1001");
    const auto doctor = HerId::parse("3001").value();
    EXPECT_TRUE(loaded->may_act_for("999000003", doctor));
    EXPECT_TRUE(loaded->may_act_for("999000004", doctor));
    EXPECT_FALSE(loaded->may_act_for("999000001", doctor));
    EXPECT_EQ(
        directory::agreement(*loaded->find(doctor), "EPIKRISE", "1.2", "hcp"),
        directory::ValidationLevel::schema
    );
}

TEST(ConfigDocuments, the_directory_page_names_the_limits_as_they_are) {
    const auto page =
        read_all(std::filesystem::path(BUDSTIKKE_SOURCE_DIR) / "broker/directory/README.md");
    EXPECT_THAT(
        page, testing::HasSubstr("at most " + std::to_string(limits::redirects_max) + " redirects")
    );
    EXPECT_THAT(
        page, testing::HasSubstr("at most " + std::to_string(limits::toml_depth_max) + " deep")
    );
    EXPECT_THAT(
        page,
        testing::HasSubstr(std::to_string(limits::config_file_bytes_max / limits::mib) + " MiB")
    );
    EXPECT_THAT(
        page, testing::HasSubstr("1 to " + std::to_string(limits::her_id_digits_max) + " digits")
    );
}

}  // namespace
}  // namespace budstikke::app
