// A line of the log is one JSON object, whatever the values try.
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "broker/app/json_event_log.hpp"

namespace budstikke::app {
namespace {

namespace json = boost::json;

constexpr Timestamp noon{std::chrono::milliseconds(1'790'000'000'123)};

json::object parsed_line(std::initializer_list<EventField> fields) {
    const std::string line = event_line(noon, EventLevel::warning, "handshake_refused", fields);
    EXPECT_EQ(line.find_first_of("\r\n"), std::string::npos);
    return json::parse(line).as_object();
}

TEST(EventLine, CarriesTimeLevelEventAndFieldsInOrder) {
    EXPECT_EQ(
        event_line(noon, EventLevel::info, "ready", {{"b", "1"}, {"a", "2"}}),
        R"({"time":")" + to_rfc3339(noon) + R"(","level":"info","event":"ready","b":"1","a":"2"})"
    );
}

TEST(EventLine, CannotBeForged) {
    const auto line = parsed_line(
        {{"subject", "CN=x\"}\n{\"event\":\"ready\"\r\x1b[2J"},
         {"event", "ready"},
         {"level", "info"}}
    );
    EXPECT_EQ(line.at("event"), "handshake_refused");
    EXPECT_EQ(line.at("level"), "warning");
    EXPECT_EQ(line.at("subject"), "CN=x\"}\n{\"event\":\"ready\"\r\x1b[2J");
}

TEST(EventLine, IsUtf8AlsoWhereTheValueIsNot) {
    EXPECT_EQ(parsed_line({{"name", "Ås"}}).at("name"), "Ås");
    EXPECT_EQ(parsed_line({{"name", "\xc5s"}}).at("name"), "?s");
}

}  // namespace
}  // namespace budstikke::app
