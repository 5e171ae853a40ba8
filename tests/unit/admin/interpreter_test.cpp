// Lines against the real pipeline: what each command answers, what is recorded, who is refused, and
// that no text of a message's parties gets out.
#include "broker/admin/interpreter.hpp"

#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/admin/tokenizer.hpp"
#include "tests/unit/admin/event_recorder.hpp"
#include "tests/unit/admin/recording_host.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::admin {
namespace {

namespace json = boost::json;
using pipeline::Draftsman;
using testing::HasSubstr;
using testing::Not;

class InterpreterTest : public pipeline::BrokerTest {
 protected:
    void SetUp() override {
        BrokerTest::SetUp();
        interpreter_.emplace(
            Context{
                .broker = *broker_,
                .host = host_,
                .clock = clock_,
                .defer = [](std::move_only_function<void()> function) { function(); },
            },
            events_
        );
    }

    Reply run(std::string_view line, RoleSet roles = with_lower(Role::admin)) {
        const Peer peer{.uid = 1001, .pid = 1, .user = "kari", .groups = {}};
        return await<Reply>([&](auto answer) {
            interpreter_->run(peer, roles, line, std::move(answer));
        });
    }
    json::object result(const std::string& line) {
        const Reply reply = run("--json " + line);
        EXPECT_TRUE(reply.ok()) << line << ": " << reply.body;
        const json::value answer = json::parse(reply.body);
        return reply.ok() ? answer.at("result").as_object() : json::object{};
    }
    std::vector<store::AuditRecord> audit() { return broker_->audit_records(0, 100).value(); }
    DeliveryId dead_letter() {
        const auto receipt = submit(Draftsman{});
        const auto consumer = consume(inbox_, "900000002", "201");
        settle(consumer, inbox_.take(1)[0], pipeline::SettleOutcome::rejected);
        detach(consumer);
        return {.message = receipt.id, .recipient = pipeline::her("201")};
    }

    RecordingHost host_;
    EventRecorder events_;
    pipeline::Inbox inbox_;
    std::optional<Interpreter> interpreter_;
};

TEST_F(InterpreterTest, HelpListsEveryCommandInBothLanguages) {
    const auto english = result("help").at("commands").as_array();
    const auto norwegian = result("help --lang no").at("commands").as_array();
    ASSERT_EQ(english.size(), commands().size());
    for (std::size_t i = 0; i < commands().size(); ++i) {
        EXPECT_EQ(english[i].at("usage"), json::value(usage(commands()[i])));
        EXPECT_EQ(english[i].at("text"), json::value(commands()[i].text_en));
        EXPECT_EQ(norwegian[i].at("text"), json::value(commands()[i].text_no));
        const auto one = result("help " + std::string(commands()[i].name));
        EXPECT_EQ(one.at("changing"), commands()[i].changing);
    }
    EXPECT_EQ(run("help nonsense").code, "not_found");
    EXPECT_EQ(run("help --lang fr").code, "invalid_argument");
}

TEST_F(InterpreterTest, StatusTellsHowTheBrokerIs) {
    submit(Draftsman{.to = {"201", "202"}});
    run("party hold 202 --reason x");
    run("queue pause 201 --reason x");
    const auto status = result("status");
    EXPECT_EQ(status.at("version"), "1.2.3");
    EXPECT_EQ(status.at("accepting"), true);
    EXPECT_EQ(status.at("draining"), false);
    EXPECT_EQ(status.at("sessions"), 4);
    EXPECT_EQ(status.at("open_deliveries"), 2);
    EXPECT_EQ(status.at("held_parties"), (json::array{"202"}));
    EXPECT_EQ(status.at("paused_queues"), (json::array{"201"}));
    EXPECT_EQ(status.at("counters").at("accepted"), 1);
    EXPECT_EQ(status.at("uptime_seconds"), 1000);
    EXPECT_THAT(run("status").body, HasSubstr("held parties:"));
}

TEST_F(InterpreterTest, PartiesAreListedInPages) {
    const auto all = result("parties").at("parties").as_array();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].at("her_id"), "100");
    EXPECT_EQ(all[0].at("kind"), "hospital");
    const auto page = result("parties list --after 100 --limit 2");
    EXPECT_EQ(page.at("parties").as_array().size(), 2U);
    EXPECT_EQ(page.at("parties").at(0).at("her_id"), "201");
    EXPECT_EQ(page.at("more"), true);
    const auto one = result("parties show 301");
    EXPECT_EQ(one.at("apprec_by"), "broker");
    EXPECT_EQ(one.at("acted_for_by"), (json::array{"900000003"}));
    EXPECT_EQ(run("parties show 999").code, "not_found");
    EXPECT_EQ(run("parties show abc").code, "invalid_argument");
}

TEST_F(InterpreterTest, HoldActsSweepsAndIsRecordedOnce) {
    EXPECT_EQ(result("party hold 201 --reason \"stjålet nøkkel\"").at("held"), true);
    EXPECT_TRUE(broker_->is_held(pipeline::her("201")));
    EXPECT_EQ(host_.calls, std::vector<std::string>{"sweep"});
    const auto records = audit();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].who, "kari (uid 1001)");
    EXPECT_EQ(records[0].role, "admin");
    EXPECT_EQ(records[0].command, "party hold 201");
    EXPECT_EQ(records[0].reason, "stjålet nøkkel");
    EXPECT_EQ(result("party release 201 --reason x").at("held"), false);
    EXPECT_FALSE(broker_->is_held(pipeline::her("201")));
}

TEST_F(InterpreterTest, EveryChangeThatReachesTheBrokerIsRecordedAlsoWhenItFails) {
    const std::string missing = MessageId::make(clock_.now(), random_).text() + "/201";
    const std::vector<std::string> lines{
        "party hold 999",
        "party release 999",
        "queue pause 201",
        "queue resume 201",
        "deadletter retry " + missing,
        "deadletter discard " + missing,
        "reload",
        "drain",
        "drain --off",
        "stop",
    };
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const Reply reply = run(lines[i] + " --reason r" + std::to_string(i));
        EXPECT_NE(reply.code, "usage") << reply.body;
        const auto records = audit();
        ASSERT_EQ(records.size(), i + 1) << lines[i];
        EXPECT_TRUE(lines[i].starts_with(records.back().command.substr(0, 5)));
        EXPECT_EQ(records.back().reason, "r" + std::to_string(i));
    }
    EXPECT_EQ(events_.all("admin_command").size(), lines.size());
}

TEST_F(InterpreterTest, ADryRunChangesAndRecordsNothing) {
    const std::string dead = dead_letter().text();
    for (const std::string& line :
         {std::string("party hold 201"), std::string("queue pause 201"), "deadletter retry " + dead,
          "deadletter discard " + dead, std::string("reload"), std::string("drain"),
          std::string("stop")}) {
        EXPECT_EQ(result(line + " --dry-run").at("dry_run"), true) << line;
    }
    EXPECT_EQ(run("party hold 999 --dry-run").code, "not_found");
    EXPECT_EQ(host_.calls, std::vector<std::string>{"reload dry"});
    EXPECT_TRUE(audit().empty());
    EXPECT_FALSE(broker_->is_held(pipeline::her("201")));
    EXPECT_EQ(result("deadletter list").at("dead_letters").as_array().size(), 1U);
}

TEST_F(InterpreterTest, QueuesAreListedAndShown) {
    submit(Draftsman{});
    submit(Draftsman{.msg_id = "m2"});
    const auto queues = result("queue list").at("queues").as_array();
    ASSERT_EQ(queues.size(), 1U);
    EXPECT_EQ(queues[0].at("queue"), "201");
    EXPECT_EQ(queues[0].at("waiting"), 2);
    const auto queue = result("queue show 201 --limit 1");
    EXPECT_EQ(queue.at("waiting"), 2);
    ASSERT_EQ(queue.at("deliveries").as_array().size(), 1U);
    EXPECT_EQ(queue.at("deliveries").at(0).at("sender"), "100");
}

TEST_F(InterpreterTest, AMessageIsShownByEitherIdWithoutItsPartiesTexts) {
    const auto receipt = submit(Draftsman{.to = {"201", "202"}});
    const auto consumer = consume(inbox_, "900000002", "201");
    const auto offers = inbox_.take(1);
    const std::string secret = "13916900216";
    const auto settled = await<Result<DeliveryState>>([&](auto answer) {
        broker_->settle(
            consumer,
            {.delivery = offers[0].id,
             .outcome = pipeline::SettleOutcome::rejected,
             .reason_code = secret,
             .reason = secret},
            std::move(answer)
        );
    });
    ASSERT_TRUE(settled.has_value());
    const auto by_id = result("message show " + receipt.id.text());
    EXPECT_EQ(by_id, result("message show m1 --sender 100"));
    EXPECT_EQ(by_id.at("sender"), "100");
    EXPECT_EQ(by_id.at("message_id"), "m1");
    ASSERT_EQ(by_id.at("deliveries").as_array().size(), 2U);
    const auto& first = by_id.at("deliveries").at(0);
    EXPECT_EQ(first.at("recipient"), "201");
    EXPECT_EQ(first.at("state"), "dead_lettered");
    EXPECT_EQ(first.at("timeline").as_array().back().at("cause"), "settled_rejected");
    EXPECT_THAT(run("message show " + receipt.id.text()).body, Not(HasSubstr(secret)));
    EXPECT_EQ(run("message show m1").code, "invalid_argument");
    EXPECT_EQ(run("message show m9 --sender 100").code, "not_found");
    detach(consumer);
}

TEST_F(InterpreterTest, DeadLettersAreRetriedAndDiscarded) {
    const DeliveryId id = dead_letter();
    const auto letters = result("deadletter list").at("dead_letters").as_array();
    ASSERT_EQ(letters.size(), 1U);
    EXPECT_EQ(letters[0].at("delivery"), json::value(id.text()));
    EXPECT_EQ(letters[0].at("cause"), "settled_rejected");
    EXPECT_EQ(result("deadletter list --after " + id.text()).at("dead_letters"), json::array{});
    result("deadletter retry " + id.text() + " --reason again");
    EXPECT_EQ(state(id.message, "201"), DeliveryState::queued);
    EXPECT_EQ(run("deadletter retry " + id.text() + " --reason again").code, "conflict");
}

TEST_F(InterpreterTest, ReloadDrainAndStopReachTheHostAfterTheyAreRecorded) {
    result("reload --reason a");
    result("drain --reason b");
    result("drain --off --reason c");
    result("stop --reason d");
    EXPECT_EQ(host_.calls, (std::vector<std::string>{"reload", "drain", "drain off", "stop"}));
    host_.report.faults = {{.file = "b.toml", .line = 3, .cause = "wrong"}};
    const Reply refused = run("reload --reason e");
    EXPECT_EQ(refused.code, "invalid_argument");
    EXPECT_THAT(refused.body, HasSubstr("b.toml:3: wrong"));
}

TEST_F(InterpreterTest, TheAuditIsReadInPages) {
    run("drain --reason a");
    run("drain --off --reason b");
    const auto records = result("audit list").at("records").as_array();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].at("reason"), "a");
    const auto after = std::to_string(records[0].at("position").to_number<std::uint64_t>());
    const auto rest = result("audit list --after " + after).at("records").as_array();
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].at("command"), "drain --off");
}

TEST_F(InterpreterTest, OtherFactsOfTheHostAreShown) {
    EXPECT_EQ(result("sessions").at("sessions").at(0).at("organisation"), "900000001");
    EXPECT_EQ(result("keys").at("keys").at(0).at("wraps"), 9);
}

TEST_F(InterpreterTest, WhoeverIsNotAdmittedIsDeniedAndNothingRuns) {
    for (const Role role : {Role::viewer, Role::operator_, Role::auditor}) {
        for (const CommandSpec& spec : commands()) {
            if (with_lower(role).meets(spec.admits)) continue;
            std::string line(spec.name);
            for (std::size_t i = 0; i < spec.arguments_min; ++i)
                line += " 201";
            if (spec.changing) line += " --reason x";
            EXPECT_EQ(run(line, with_lower(role)).code, "denied") << line;
            if (spec.changing) {
                EXPECT_EQ(run(line + " --dry-run", with_lower(role)).code, "denied") << line;
            }
        }
    }
    EXPECT_TRUE(host_.calls.empty());
    EXPECT_TRUE(audit().empty());
    EXPECT_FALSE(events_.all("admin_denied").empty());
    EXPECT_EQ(events_.all("admin_denied")[0].fields.at("who"), "kari (uid 1001)");
}

TEST_F(InterpreterTest, NonsenseIsAUsageError) {
    EXPECT_EQ(run("").code, "usage");
    EXPECT_EQ(run("\"").code, "usage");
    EXPECT_EQ(run("stauts").code, "usage");
    EXPECT_EQ(json::parse(run("stop --json").body).at("error").at("code"), "usage");
}

}  // namespace
}  // namespace budstikke::admin
