// What the log says of refused connections: one line in a time for an address and a reason, and
// every refusal counted in one of them.
#include "broker/transport/door_log.hpp"

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

/// Every line as text.
class Lines final : public EventLog {
 public:
    void write(EventLevel level, std::string_view id, std::initializer_list<EventField> fields)
        override {
        EXPECT_EQ(level, EventLevel::warning);
        std::string line(id);
        for (const EventField& field : fields) {
            line += " " + std::string(field.value);
        }
        all.push_back(std::move(line));
    }
    std::vector<std::string> all;
};

class DoorLogTest : public testing::Test {
 protected:
    using Said = std::vector<std::string>;

    void note(const std::string& address, int times = 1) {
        for (int i = 0; i < times; ++i) {
            log_.note("connection_refused_address", address);
        }
    }
    Said said() { return std::exchange(lines_.all, {}); }
    static std::string line(const std::string& address, int count) {
        return "connection_refused_address " + address + " " + std::to_string(count);
    }

    Lines lines_;
    crypto::test::SettableClock clock_;
    DoorLog log_{lines_, clock_, limits::refusal_log_time_min, EventLevel::warning};
};

TEST_F(DoorLogTest, SaysTheFirstAtOnceAndCountsTheOthersUntilItsTimeHasCome) {
    note("192.0.2.1", 1000);
    EXPECT_EQ(said(), Said{line("192.0.2.1", 1)});
    clock_.advance_steady(limits::refusal_log_time_min - 1ms);
    note("192.0.2.1");
    log_.tick();
    EXPECT_EQ(said(), Said{}) << "one below";
    clock_.advance_steady(1ms);
    note("192.0.2.1");
    EXPECT_EQ(said(), Said{line("192.0.2.1", 1001)}) << "at";
    clock_.advance_steady(limits::refusal_log_time_min + 1ms);
    note("192.0.2.1");
    EXPECT_EQ(said(), Said{line("192.0.2.1", 1)}) << "one above";
}

TEST_F(DoorLogTest, TellsTheEndOfAFloodThoughNobodyComesAnyMore) {
    note("192.0.2.1", 6);
    EXPECT_EQ(said(), Said{line("192.0.2.1", 1)});
    clock_.advance_steady(limits::refusal_log_time_min);
    log_.tick();
    EXPECT_EQ(said(), Said{line("192.0.2.1", 5)});
    clock_.advance_steady(limits::refusal_log_time_min);
    log_.tick();
    EXPECT_EQ(said(), Said{}) << "nothing was left to say";
}

TEST_F(DoorLogTest, SaysAllThatWasCountedAtTheEnd) {
    note("192.0.2.1", 3);
    note("192.0.2.2", 1);
    EXPECT_EQ(said(), (Said{line("192.0.2.1", 1), line("192.0.2.2", 1)}));
    log_.flush();
    log_.flush();
    EXPECT_EQ(said(), Said{line("192.0.2.1", 2)});
}

TEST_F(DoorLogTest, KeepsReasonsAndAddressesApart) {
    note("192.0.2.1", 2);
    log_.note("connection_refused_total", "192.0.2.1");
    note("192.0.2.2", 2);
    EXPECT_EQ(
        said(),
        (Said{line("192.0.2.1", 1), "connection_refused_total 192.0.2.1 1", line("192.0.2.2", 1)})
    );
}

TEST_F(DoorLogTest, LetsAddressesBeyondItsLimitShareALine) {
    for (std::size_t i = 0; i < limits::refusal_log_addresses_max - 1; ++i) {
        note("a" + std::to_string(i));
    }
    said();
    note("at");
    EXPECT_EQ(said(), Said{line("at", 1)}) << "the last that has a line of its own";
    note("above");
    note("far above");
    EXPECT_EQ(said(), Said{line("others", 1)});
    note("at");
    EXPECT_EQ(said(), Said{}) << "a known one is counted as itself";
    clock_.advance_steady(limits::refusal_log_time_min);
    log_.tick();
    EXPECT_EQ(said(), (Said{line("at", 1), line("others", 1)}));
    clock_.advance_steady(limits::refusal_log_time_min);
    log_.tick();
    note("above");
    EXPECT_EQ(said(), Said{line("above", 1)}) << "there is room again";
}

}  // namespace
}  // namespace budstikke::transport
