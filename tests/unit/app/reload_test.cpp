// What a reload can change, what needs a restart, and when dates raise an alarm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/app/caretaker.hpp"
#include "broker/app/loaded_state.hpp"
#include "tests/unit/app/config_text.hpp"

namespace budstikke::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RestartNeeded, IsEmptyForWhatAReloadReplaces) {
    Config next = parsed(minimal_config);
    next.directory = "/elsewhere";
    next.master_keys = "/elsewhere/keys";
    next.log_level = LogLevel::error;
    next.listeners[0].tls.certificate_chain_file = "/elsewhere/server.crt";
    next.listeners[0].tls.allow_tls_1_2 = true;
    EXPECT_THAT(restart_needed(parsed(minimal_config), next), IsEmpty());
}

TEST(RestartNeeded, NamesEverySettingThatIsReadAtTheStartOnly) {
    const Config running = parsed(minimal_config);
    Config next = running;
    next.data = "/elsewhere";
    next.schemas = "/schemas";
    next.listeners[0].port = 7443;
    next.admin.mode = 0600;
    next.pipeline.attempts_max = 3;
    next.connections.total_max = 1;
    next.threads.workers = 1;
    EXPECT_THAT(
        restart_needed(running, next),
        ElementsAre(
            "broker.data", "broker.schemas", "listener", "admin",
            "delivery, retention, apprec, limits", "limits (connections)", "threads"
        )
    );
}

TEST(RestartNeeded, NamesEveryLimitOnConnections) {
    const Config running = parsed(minimal_config);
    for (const auto limit :
         {&ConnectionLimits::total_max, &ConnectionLimits::per_address_max,
          &ConnectionLimits::per_organisation_max,
          &ConnectionLimits::handshakes_per_second_per_address}) {
        Config next = running;
        --(next.connections.*limit);
        EXPECT_THAT(restart_needed(running, next), ElementsAre("limits (connections)"));
    }
}

TEST(RestartNeeded, NamesWhatOfEbxmlIsReadAtTheStartOnly) {
    const Config running = parsed(minimal_config + minimal_ebxml);
    EXPECT_THAT(restart_needed(parsed(minimal_config), running), ElementsAre("ebxml"));
    EXPECT_THAT(restart_needed(running, parsed(minimal_config)), ElementsAre("ebxml"));
    Config next = running;
    next.ebxml->retries = 1;
    next.ebxml->identities[0].signing.key = "/elsewhere/signing.key";
    next.ebxml->https = EbxmlHttpsConfig{.ca_file = "/ca.crt", .client = {}};
    next.ebxml->smtp = MailServerConfig{.url = "smtp://mail.example"};
    EXPECT_THAT(restart_needed(running, next), IsEmpty());
    next.ebxml->mail_domain = "ebxml.example";
    next.ebxml->senders = 1;
    next.ebxml->mailboxes.emplace_back();
    next.ebxml->lmtp = LmtpConfig{.socket = "/run/lmtp.sock"};
    EXPECT_THAT(
        restart_needed(running, next),
        ElementsAre("ebxml.mail_domain", "ebxml.senders", "ebxml.mailbox", "ebxml.lmtp")
    );
}

TEST(AlarmDays, StepsCloserAndCloser) {
    const Timestamp now{std::chrono::hours(24 * 20'000)};
    const auto days_before = [&](int days, std::chrono::milliseconds more = {}) {
        return alarm_days(now, now + std::chrono::days(days) + more);
    };
    EXPECT_EQ(days_before(61), std::nullopt);
    EXPECT_EQ(days_before(60, std::chrono::milliseconds(1)), std::nullopt);
    EXPECT_EQ(days_before(60), 60);
    EXPECT_EQ(days_before(31), 60);
    EXPECT_EQ(days_before(30), 30);
    EXPECT_EQ(days_before(14), 14);
    EXPECT_EQ(days_before(7), 7);
    EXPECT_EQ(days_before(1), 1);
    EXPECT_EQ(days_before(0), 0);
    EXPECT_EQ(days_before(-5), 0);
}

}  // namespace
}  // namespace budstikke::app
