// The commands about the ebXML message service: what each shows of what the host knows, in pages.
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/admin/interpreter.hpp"
#include "tests/unit/admin/event_recorder.hpp"
#include "tests/unit/admin/recording_host.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::admin {
namespace {

namespace json = boost::json;
using pipeline::her;
using testing::HasSubstr;

class FakeEbxml final : public EbxmlHost {
 public:
    EbxmlStatus status() override {
        return {
            .agreements_read_at = read_at,
            .agreements = 2,
            .partners = 3,
            .attempts = 7,
            .faults = {{.fault = "unreachable", .attempts = 4}},
        };
    }
    EbxmlAgreements agreements() override {
        return {.read_at = read_at, .agreements = {agreement("b.xml", 5), agreement("a.xml", -5)}};
    }
    Result<EbxmlWay> way(const HerId& from, const HerId& to, std::string_view type, bool apprec)
        override {
        if (type == "TULL") return fail(Errc::invalid_argument, "no such type");
        EbxmlWay way{.service = "S-EPIKRISE", .action = apprec ? "APPREC" : std::string(type)};
        way.agreement = from.text() + "_" + to.text();
        if (to == her("201")) {
            way.code = "no_endpoint";
            way.text_en = "it has no address";
            way.text_no = "den har ingen adresse";
        }
        way.inward = from == her("202");
        return way;
    }
    Result<std::vector<EbxmlWaiting>> waiting(std::string_view after, std::size_t rows_max)
        override {
        std::vector<EbxmlWaiting> rows;
        for (const std::string id : {"m1", "m2", "m3"}) {
            if (id > after && rows.size() < rows_max) {
                rows.push_back({.message_id = id, .to = her("201"), .attempts = 2, .failed = 1});
            }
        }
        return rows;
    }
    std::vector<EbxmlPartner> partners() override {
        return {
            {.her_id = her("201"), .reported_at = read_at, .software = "EPJ 4"},
            {.her_id = her("202")},
        };
    }

    Timestamp read_at{};

 private:
    EbxmlAgreement agreement(std::string file, int days) const {
        return {
            .id = "100_201",
            .parties = {"100", "201"},
            .end = read_at + std::chrono::days(days),
            .file = std::move(file),
        };
    }
};

class EbxmlCommands : public pipeline::BrokerTest {
 protected:
    void SetUp() override {
        BrokerTest::SetUp();
        ebxml_.read_at = clock_.now() - std::chrono::seconds(90);
        host_.ebxml_host = &ebxml_;
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
    Reply run(std::string_view line) {
        const Peer peer{.uid = 1001, .pid = 1, .user = "kari", .groups = {}};
        return await<Reply>([&](auto answer) {
            interpreter_->run(peer, with_lower(Role::viewer), line, std::move(answer));
        });
    }
    json::object result(const std::string& line) {
        const Reply reply = run("--json " + line);
        EXPECT_TRUE(reply.ok()) << line << ": " << reply.body;
        const json::value answer = json::parse(reply.body);
        return reply.ok() ? answer.at("result").as_object() : json::object{};
    }

    FakeEbxml ebxml_;
    RecordingHost host_;
    EventRecorder events_;
    std::optional<Interpreter> interpreter_;
};

TEST_F(EbxmlCommands, SayThatABrokerWithoutEbxmlHasNone) {
    host_.ebxml_host = nullptr;
    for (const std::string line :
         {"ebxml status", "ebxml agreements", "ebxml way 100 201 EPIKRISE", "ebxml waiting",
          "ebxml partners"}) {
        EXPECT_EQ(run(line).code, "unavailable") << line;
    }
}

TEST_F(EbxmlCommands, StatusTellsTheAgeOfAgreementsAndWhatFailed) {
    const auto status = result("ebxml status");
    EXPECT_EQ(status.at("agreements"), 2);
    EXPECT_EQ(status.at("agreements_age_seconds"), 90);
    EXPECT_EQ(status.at("partners"), 3);
    EXPECT_EQ(status.at("attempts_done"), 7);
    EXPECT_EQ(status.at("attempts_failed").at(0).at("fault"), "unreachable");
    EXPECT_EQ(status.at("attempts_failed").at(0).at("attempts"), 4);
}

TEST_F(EbxmlCommands, AgreementsAreListedByFileWithTheirPeriod) {
    const auto all = result("ebxml agreements");
    EXPECT_EQ(all.at("age_seconds"), 90);
    ASSERT_EQ(all.at("agreements").as_array().size(), 2U);
    EXPECT_EQ(all.at("agreements").at(0).at("file"), "a.xml");
    EXPECT_EQ(all.at("agreements").at(0).at("valid"), false);
    EXPECT_EQ(all.at("agreements").at(1).at("valid"), true);
    EXPECT_EQ(all.at("agreements").at(1).at("parties"), (json::array{"100", "201"}));
    EXPECT_EQ(result("ebxml agreements --limit 1").at("more"), true);
    const auto rest = result("ebxml agreements --after a.xml");
    ASSERT_EQ(rest.at("agreements").as_array().size(), 1U);
    EXPECT_EQ(rest.at("agreements").at(0).at("file"), "b.xml");
    EXPECT_EQ(rest.at("more"), false);
}

TEST_F(EbxmlCommands, AWayIsOpenOrHasItsReasonInBothLanguages) {
    const auto inward = result("ebxml way 202 100 EPIKRISE");
    EXPECT_EQ(inward.at("direction"), "in");
    EXPECT_FALSE(inward.contains("endpoint_host"));
    const auto open = result("ebxml way 100 202 EPIKRISE");
    EXPECT_EQ(open.at("direction"), "out");
    EXPECT_EQ(open.at("may"), true);
    EXPECT_EQ(open.at("action"), "EPIKRISE");
    EXPECT_EQ(open.at("agreement"), "100_202");
    EXPECT_EQ(result("ebxml way 100 202 EPIKRISE --apprec").at("action"), "APPREC");
    const auto closed = result("ebxml way 100 201 EPIKRISE");
    EXPECT_EQ(closed.at("may"), false);
    EXPECT_EQ(closed.at("code"), "no_endpoint");
    EXPECT_EQ(closed.at("text_en"), "it has no address");
    EXPECT_EQ(closed.at("text_no"), "den har ingen adresse");
    EXPECT_FALSE(closed.contains("agreement"));
    EXPECT_EQ(run("ebxml way 100 201 TULL").code, "invalid_argument");
    EXPECT_EQ(run("ebxml way abc 201 EPIKRISE").code, "invalid_argument");
    EXPECT_EQ(run("ebxml way 100 abc EPIKRISE").code, "invalid_argument");
    EXPECT_EQ(run("ebxml way 100 201").code, "usage");
}

TEST_F(EbxmlCommands, WhatWaitsIsListedInPages) {
    const auto page = result("ebxml waiting --limit 2");
    ASSERT_EQ(page.at("waiting").as_array().size(), 2U);
    EXPECT_EQ(page.at("waiting").at(0).at("message_id"), "m1");
    EXPECT_EQ(page.at("waiting").at(0).at("attempts"), 2);
    EXPECT_EQ(page.at("waiting").at(0).at("failed"), 1);
    EXPECT_EQ(page.at("more"), true);
    const auto rest = result("ebxml waiting --after m2");
    ASSERT_EQ(rest.at("waiting").as_array().size(), 1U);
    EXPECT_EQ(rest.at("more"), false);
}

TEST_F(EbxmlCommands, PartnersAreListedWithWhatTheyRun) {
    const auto all = result("ebxml partners").at("partners").as_array();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].at("software"), "EPJ 4");
    EXPECT_TRUE(all[1].at("reported_at").is_null());
    EXPECT_EQ(result("ebxml partners --after 201").at("partners").as_array().size(), 1U);
    EXPECT_EQ(run("ebxml partners --after abc").code, "invalid_argument");
    EXPECT_THAT(run("ebxml partners").body, HasSubstr("EPJ 4"));
}

}  // namespace
}  // namespace budstikke::admin
