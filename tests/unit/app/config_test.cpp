// What a configuration without fault says, and what it says where the operator said nothing.
#include "broker/app/config.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/unit/app/config_text.hpp"

namespace budstikke::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(Config, a_minimal_one_has_the_documented_defaults) {
    const Config config = parsed(minimal_config);
    EXPECT_EQ(config.schemas, "");
    ASSERT_EQ(config.listeners.size(), 1U);
    EXPECT_EQ(config.listeners[0].protocol, "exchange");
    EXPECT_EQ(config.listeners[0].tls.stale_lists, crypto::StaleListPolicy::fail_closed);
    EXPECT_FALSE(config.listeners[0].tls.allow_tls_1_2);
    EXPECT_THAT(config.listeners[0].tls.alpn, ElementsAre("budstikke/1"));
    EXPECT_EQ(config.admin.socket, "/etc/b/data/admin.sock");
    EXPECT_EQ(config.admin.group, "");
    EXPECT_EQ(config.admin.mode, 0660U);
    EXPECT_THAT(config.pipeline.retry_ladder, ElementsAre(1min, 5min, 15min, 1h, 6h, 24h));
    EXPECT_EQ(config.pipeline.retry_jitter_percent, 20U);
    EXPECT_EQ(config.pipeline.attempts_max, 50U);
    EXPECT_EQ(config.pipeline.time_to_live, 14 * 24h);
    EXPECT_EQ(config.pipeline.bytes_in_flight_max, 512 * limits::mib);
    EXPECT_EQ(config.pipeline.payload_retention, 30 * 24h);
    EXPECT_EQ(config.pipeline.event_retention, 365 * 24h);
    EXPECT_EQ(config.pipeline.duplicate_memory, 90 * 24h);
    EXPECT_EQ(config.pipeline.payload_bytes_max, 35 * limits::mib);
    EXPECT_EQ(config.pipeline.apprec_deadline, 96h);
    EXPECT_EQ(config.pipeline.disk_free_ratio_min, 0.05);
    EXPECT_EQ(config.connections.total_max, 10'000U);
    EXPECT_EQ(config.log_level, LogLevel::info);
    EXPECT_EQ(config.threads.io, 0U);
}

TEST(Config, the_user_that_runs_the_broker_is_admin_where_nobody_else_is) {
    const auto own = std::to_string(::geteuid());
    const Config config = parsed(minimal_config + "[admin.roles]\nviewer = [\"user:kari\"]\n");
    ASSERT_EQ(config.admin.roles.size(), 2U);
    EXPECT_EQ(config.admin.roles[1].role, admin::Role::admin);
    EXPECT_THAT(config.admin.roles[1].users, ElementsAre(own));
    const Config named = parsed(minimal_config + "[admin.roles]\nadmin = [\"user:kari\"]\n");
    ASSERT_EQ(named.admin.roles.size(), 1U);
    EXPECT_THAT(named.admin.roles[0].users, ElementsAre("kari"));
}

TEST(Config, relative_paths_start_from_the_folder_of_the_file) {
    const Config config = parsed(minimal_config);
    EXPECT_EQ(config.data, "/etc/b/data");
    EXPECT_EQ(config.directory, "/etc/b/directory");
    EXPECT_EQ(config.master_keys, "/etc/b/master-keys");
    EXPECT_EQ(config.listeners[0].tls.certificate_chain_file, "/etc/b/server.crt");
    EXPECT_EQ(config.listeners[0].tls.key_file, "/etc/b/server.key");
    EXPECT_THAT(config.listeners[0].tls.ca_files, ElementsAre("/etc/b/ca.crt"));
    EXPECT_THAT(
        config.listeners[0].tls.crl_files, ElementsAre("/etc/b/root.crl", "/etc/b/issuing.crl")
    );
    const Config absolute =
        parsed(minimal_config + "[admin]\nsocket = \"/run/b/../budstikke/admin.sock\"\n");
    EXPECT_EQ(absolute.admin.socket, "/run/budstikke/admin.sock");
}

TEST(Config, every_key_is_taken) {
    const Config config = parsed(minimal_config + R"(
stale_crl = "use"
tls12 = true
[[listener]]
address = "::1"
port = 5671
protocol = "exchange"
tls = { certificate = "c", key = "k", client_ca = ["a"], crl = ["l"] }
[admin]
socket = "a.sock"
group = "drift"
mode = "0600"
[admin.roles]
viewer = ["group:vakt", "gid:012"]
operator = ["user:kari"]
admin = ["uid:1001"]
auditor = ["user:ola", "group:revisjon"]
[delivery]
retry = ["1s", "2m"]
jitter_percent = 0
attempts_max = 3
time_to_live = "1h"
bytes_in_flight_max = "64 MiB"
[retention]
payload = "2h"
events = "100d"
duplicates = "3h"
[limits]
payload_bytes_max = 1048576
open_deliveries_max = 10
disk_free_percent_min = 12
connections_max = 100
connections_per_address_max = 20
connections_per_organisation_max = 30
handshakes_per_second_per_address = 40
[apprec]
deadline = "5h"
[log]
level = "debug"
[threads]
io = 2
workers = 3
)");
    ASSERT_EQ(config.listeners.size(), 2U);
    EXPECT_EQ(config.listeners[0].tls.stale_lists, crypto::StaleListPolicy::use_stale);
    EXPECT_TRUE(config.listeners[0].tls.allow_tls_1_2);
    EXPECT_EQ(config.listeners[1].address, "::1");
    EXPECT_EQ(config.listeners[1].port, 5671);
    EXPECT_EQ(config.listeners[1].tls.key_file, "/etc/b/k");
    EXPECT_EQ(config.admin.socket, "/etc/b/a.sock");
    EXPECT_EQ(config.admin.group, "drift");
    EXPECT_EQ(config.admin.mode, 0600U);
    ASSERT_EQ(config.admin.roles.size(), 4U);
    EXPECT_EQ(config.admin.roles[0].role, admin::Role::viewer);
    EXPECT_THAT(config.admin.roles[0].groups, ElementsAre("vakt", "12"));
    EXPECT_EQ(config.admin.roles[1].role, admin::Role::operator_);
    EXPECT_THAT(config.admin.roles[2].users, ElementsAre("1001"));
    EXPECT_EQ(config.admin.roles[3].role, admin::Role::auditor);
    EXPECT_THAT(config.pipeline.retry_ladder, ElementsAre(1s, 2min));
    EXPECT_EQ(config.pipeline.retry_jitter_percent, 0U);
    EXPECT_EQ(config.pipeline.attempts_max, 3U);
    EXPECT_EQ(config.pipeline.time_to_live, 1h);
    EXPECT_EQ(config.pipeline.bytes_in_flight_max, 64 * limits::mib);
    EXPECT_EQ(config.pipeline.payload_retention, 2h);
    EXPECT_EQ(config.pipeline.event_retention, 100 * 24h);
    EXPECT_EQ(config.pipeline.duplicate_memory, 3h);
    EXPECT_EQ(config.pipeline.payload_bytes_max, limits::mib);
    EXPECT_EQ(config.pipeline.open_deliveries_max, 10U);
    EXPECT_EQ(config.pipeline.disk_free_ratio_min, 0.12);
    EXPECT_EQ(config.connections.total_max, 100U);
    EXPECT_EQ(config.connections.per_address_max, 20U);
    EXPECT_EQ(config.connections.per_organisation_max, 30U);
    EXPECT_EQ(config.connections.handshakes_per_second_per_address, 40U);
    EXPECT_EQ(config.pipeline.apprec_deadline, 5h);
    EXPECT_EQ(config.log_level, LogLevel::debug);
    EXPECT_EQ(config.threads.io, 2U);
    EXPECT_EQ(config.threads.workers, 3U);
}

TEST(Config, knows_where_its_keys_stand) {
    const auto places = parsed(minimal_config + "\n[log]\nlevel = \"info\"\n").places;
    EXPECT_EQ(places.file, "b.toml");
    EXPECT_EQ(places.line("broker.data"), 2U);
    EXPECT_EQ(places.line("listener[0].tls.key"), 10U);
    EXPECT_EQ(places.line("listener[0].tls.crl[1]"), 12U);
    EXPECT_EQ(places.line("listener[0].tls.stale_crl"), 8U) << "absent: its table";
    EXPECT_EQ(places.line("log.level"), 15U);
    EXPECT_EQ(places.line("admin.group"), 0U) << "no such table: the whole file";
}

TEST(Config, a_file_that_cannot_be_read_is_a_fault_of_the_whole_file) {
    const auto result = load_config("/nowhere/b.toml");
    ASSERT_FALSE(result);
    EXPECT_EQ(
        result.error(), (directory::Faults{{"/nowhere/b.toml", 0, "the file does not exist"}})
    );
}

}  // namespace
}  // namespace budstikke::app
