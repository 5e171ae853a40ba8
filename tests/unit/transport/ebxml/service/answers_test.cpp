// The pieces that the inbox's answers are made of.
#include <condition_variable>
#include <map>
#include <mutex>

#include <gmock/gmock.h>

#include "broker/message/finding_catalogue.hpp"
#include "broker/transport/ebxml/message/monitoring.hpp"
#include "broker/transport/ebxml/service/refusals.hpp"
#include "broker/transport/ebxml/service/signal_queue.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"
#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> codes{
    "ValueNotRecognized", "NotSupported",    "Inconsistent", "OtherXml", "DeliveryFailure",
    "TimeToLiveExpired",  "SecurityFailure", "MimeProblem",  "Unknown",
};

TEST(Refusals, EveryFindingHasACodeOfEbmsAndATextInBothLanguages) {
    for (const auto* spec : finding_catalogue()) {
        if (spec->severity != Severity::error) {
            continue;
        }
        pipeline::Receipt receipt;
        receipt.findings.push_back({.spec = spec, .location = {.line = 3, .path = "/MsgHead"}});
        const auto errors = errors_of(receipt);
        ASSERT_EQ(errors.size(), 1U) << spec->code;
        EXPECT_THAT(codes, Contains(errors[0].code)) << spec->code;
        EXPECT_EQ(errors[0].severity, ErrorSeverity::error);
        EXPECT_FALSE(errors[0].location.empty()) << spec->code;
        EXPECT_THAT(errors[0].description, HasSubstr(" / ")) << spec->code;
    }
}

TEST(Refusals, WarningsAreNoReasonAndWhatIsSaidTwiceIsSaidOnce) {
    pipeline::Receipt receipt;
    receipt.findings.push_back({.spec = &finding::schema_missing, .location = {}});
    receipt.findings.push_back({.spec = &finding::format_unknown, .location = {}});
    auto& recipient = receipt.recipients.emplace_back();
    recipient.her_id = "3001";
    recipient.findings = receipt.findings;
    const auto errors = errors_of(receipt);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].code, "NotSupported");
    EXPECT_EQ(errors_of(pipeline::Receipt{})[0].code, "DeliveryFailure");
}

TEST(Refusals, EveryRuleIsReportedByItsNumber) {
    for (const auto& rule : rules()) {
        const auto error = error_of(Violation{.rule = &rule, .location = "here"});
        EXPECT_THAT(codes, Contains(error.code)) << rule.id;
        EXPECT_THAT(error.description, HasSubstr("regel " + std::to_string(rule.id) + ":"));
        EXPECT_EQ(error.severity == ErrorSeverity::error, rule.response >= Response::error)
            << rule.id;
    }
}

TEST(Refusals, NothingTellsAStrangerWhatWasInside) {
    using enum crypto::cms::Fault;
    for (const auto fault : {inflation, too_large_inside, content_unknown, transfer_encoding}) {
        EXPECT_EQ(error_of(fault, "part").description, error_of(not_decrypted, "part").description);
    }
    EXPECT_EQ(error_of(no_key, "part").location, "cid:part");
}

TEST(Monitoring, WhatIsWrittenIsRead) {
    const auto text = write_description("Budstikke \"x\"", "1.2");
    EXPECT_THAT(
        read_description(text),
        ElementsAre(std::pair("MSH-system", "Budstikke \"x\""), std::pair("MSH-versjon", "1.2"))
    );
}

TEST(Monitoring, AllSixKeysAreReadInTheirOrderAndNoOther) {
    const auto read = read_description(
        R"({"mellomvare-versjon":"6","mellomvare":"5","fagsystem-versjon":"4","fagsystem":"3",)"
        R"("MSH-versjon":"2","MSH-system":"1","other":"7"})"
    );
    ASSERT_EQ(read.size(), 6U);
    for (std::size_t i = 0; i < read.size(); ++i) {
        EXPECT_EQ(read[i].second, std::to_string(i + 1));
    }
}

TEST(Monitoring, WhatIsNoJsonOrNoTextSaysNothing) {
    for (const auto* text :
         {"", "free text", "[]", "{", R"({"MSH-system":1})", R"({"MSH-system":""})"}) {
        EXPECT_THAT(read_description(text), IsEmpty()) << text;
    }
}

TEST(Monitoring, ValuesAreCutAndCarryNoControlCharacters) {
    const auto value = [](const std::string& text) {
        return read_description("{\"MSH-system\":\"" + text + "\"}").at(0).second;
    };
    EXPECT_EQ(
        value(std::string(limits::name_bytes_max - 1, 'a')).size(), limits::name_bytes_max - 1
    );
    EXPECT_EQ(value(std::string(limits::name_bytes_max, 'a')).size(), limits::name_bytes_max);
    EXPECT_EQ(value(std::string(limits::name_bytes_max + 1, 'a')).size(), limits::name_bytes_max);
    EXPECT_EQ(value("a\\nb\\u001bc"), "abc");
    // Not in the middle of a letter.
    const auto cut = value(std::string(limits::name_bytes_max - 1, 'a') + "\u00e6");
    EXPECT_EQ(cut, std::string(limits::name_bytes_max - 1, 'a'));
}

WaitingSignal waiting(const std::string& id, const std::string& line = "999000001") {
    return {
        .line = line,
        .endpoint = "https://msh.example/" + line,
        .package = package_signal(id),
        .from_address = {},
        .mail_id = id,
        .in_reply_to = {},
    };
}

TEST(SignalQueue, HoldsNoMoreThanItMay) {
    KeepingCarrier carrier;
    carrier.hold();
    admin::EventRecorder events;
    const SystemClock clock;
    SignalQueue queue(carrier, events, clock, 1, 8);
    EXPECT_TRUE(queue.push(waiting("under way", "a")));
    carrier.wait_for_held();
    // A quarter of them of each line, and of all no more than that.
    for (const std::string line : {"a", "b", "c", "d"}) {
        EXPECT_TRUE(queue.push(waiting("1", line)));
        EXPECT_TRUE(queue.push(waiting("2", line)));
        EXPECT_FALSE(queue.push(waiting("3", line)));
    }
    EXPECT_FALSE(queue.push(waiting("1", "e")));
    EXPECT_EQ(queue.waiting(), 8U);
    carrier.release();
    EXPECT_EQ(carrier.take(9).back().mail_id, "2");
    // There is room again.
    EXPECT_TRUE(queue.push(waiting("3", "a")));
    EXPECT_EQ(carrier.take(1).back().mail_id, "3");
    queue.stop();
    EXPECT_FALSE(queue.push(waiting("4")));
}

/// A partner that never answers.
class SilentCarrier final : public Carrier {
 public:
    std::expected<std::string, CarrierFault> send(const Outgoing& outgoing) override {
        std::unique_lock lock(mutex_);
        ++begun_;
        begun_.notify_all();
        changed_.wait(lock, outgoing.stop, [] { return false; });
        return std::unexpected(CarrierFault::interrupted);
    }
    void wait_for(int begun) {
        for (int now = begun_; now < begun; now = begun_) {
            begun_.wait(now);
        }
    }

 private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::atomic<int> begun_ = 0;
};

TEST(SignalQueue, EndsWithoutTheAnswerOfAnyPartner) {
    SilentCarrier carrier;
    admin::EventRecorder events;
    const SystemClock clock;
    SignalQueue queue(carrier, events, clock, 2);
    for (const auto* id : {"1", "2", "3"}) {
        ASSERT_TRUE(queue.push(waiting(id, id)));
    }
    carrier.wait_for(2);
    queue.stop();
    EXPECT_EQ(events.all("ebxml_signal_not_sent").size(), 2U);
}

TEST(SignalQueue, HoldsWhatTheLimitSaysAndNotOneMore) {
    KeepingCarrier carrier;
    admin::EventRecorder events;
    const SystemClock clock;
    SignalQueue queue(carrier, events, clock, 0);
    const auto empty_of = [](std::string line) {
        WaitingSignal signal;
        signal.line = std::move(line);
        return signal;
    };
    for (std::size_t i = 0; i < limits::ebxml_signals_waiting_max; ++i) {
        ASSERT_TRUE(queue.push(empty_of(std::to_string(i % 5))));
    }
    EXPECT_EQ(queue.waiting(), limits::ebxml_signals_waiting_max);
    EXPECT_FALSE(queue.push(empty_of("another")));
}

/// Of one partner it waits until the test says so, with the answer that the test gives.
class HangingCarrier final : public Carrier {
 public:
    explicit HangingCarrier(pipeline::TestClock& clock) : clock_(clock) {}

    std::expected<std::string, CarrierFault> send(const Outgoing& outgoing) override {
        std::unique_lock lock(mutex_);
        ++begun_[std::string(outgoing.endpoint)];
        changed_.notify_all();
        if (outgoing.endpoint != "https://msh.example/hanging") {
            return std::string{};
        }
        changed_.wait(lock, outgoing.stop, [this] { return open_; });
        return std::unexpected(CarrierFault::unreachable);
    }
    /// Those that hang have hung so long, and end.
    void end_after(Duration time) {
        clock_.advance(time);
        {
            const std::scoped_lock lock(mutex_);
            open_ = true;
        }
        changed_.notify_all();
    }
    /// Waits until so many have begun.
    void wait_for(const std::string& line, std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return begun_["https://msh.example/" + line] >= count; });
    }
    std::size_t begun(const std::string& line) {
        const std::scoped_lock lock(mutex_);
        return begun_["https://msh.example/" + line];
    }

 private:
    pipeline::TestClock& clock_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, std::size_t> begun_;
    bool open_ = false;
};

TEST(SignalQueue, APartnerThatHangsDelaysNoOtherOne) {
    pipeline::TestClock clock;
    HangingCarrier carrier(clock);
    admin::EventRecorder events;
    SignalQueue queue(carrier, events, clock, 4);
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(queue.push(waiting("1", "hanging")));
    }
    carrier.wait_for("hanging", 2);
    ASSERT_TRUE(queue.push(waiting("1", "other")));
    carrier.wait_for("other", 1);
    EXPECT_EQ(carrier.begun("hanging"), 2U);
}

TEST(SignalQueue, WhoCouldNotBeReachedRestsAsLongAsThatTook) {
    pipeline::TestClock clock;
    HangingCarrier carrier(clock);
    admin::EventRecorder events;
    SignalQueue queue(carrier, events, clock, 1);
    ASSERT_TRUE(queue.push(waiting("1", "hanging")));
    ASSERT_TRUE(queue.push(waiting("2", "hanging")));
    carrier.wait_for("hanging", 1);
    carrier.end_after(std::chrono::seconds(20));
    // There is one thread: the other's signal goes when that attempt is over.
    ASSERT_TRUE(queue.push(waiting("1", "other")));
    carrier.wait_for("other", 1);
    EXPECT_EQ(events.all("ebxml_signal_not_sent").size(), 1U);
    EXPECT_EQ(carrier.begun("hanging"), 1U);
    clock.advance(std::chrono::seconds(20) - Duration(1));
    queue.tick();
    ASSERT_TRUE(queue.push(waiting("2", "other")));
    carrier.wait_for("other", 2);
    EXPECT_EQ(carrier.begun("hanging"), 1U);
    clock.advance(Duration(1));
    queue.tick();
    carrier.wait_for("hanging", 2);
}

}  // namespace
}  // namespace budstikke::ebxml::test
