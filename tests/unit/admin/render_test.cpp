// Answers for people and programs come from the same values, and no value reaches a terminal as a
// control character.
#include "broker/admin/render.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace budstikke::admin {
namespace {

namespace json = boost::json;

json::object sample() {
    return {
        {"accepting", true},
        {"open_deliveries", 12},
        {"held_parties", json::array{"1", "2"}},
        {"paused_queues", json::array{}},
        {"oldest", nullptr},
        {"disk", json::object{{"free_bytes", 7}}},
        {"queues",
         json::array{
             json::object{{"queue", "8094866"}, {"name", "Ås"}, {"waiting", 3}},
             json::object{{"queue", "1"}, {"name", "Bergen"}, {"waiting", 10}},
         }},
    };
}

TEST(RenderText, ShowsFieldsBlocksAndTables) {
    EXPECT_EQ(
        render_text(sample()),
        "accepting:       yes\n"
        "open deliveries: 12\n"
        "held parties:    1, 2\n"
        "paused queues:   none\n"
        "oldest:          -\n"
        "disk:\n"
        "  free bytes: 7\n"
        "queues:\n"
        "  queue    name    waiting\n"
        "  8094866  Ås      3\n"
        "  1        Bergen  10\n"
    );
}

TEST(RenderText, ShowsDeeperListsAsBlocks) {
    const json::object values{
        {"deliveries",
         json::array{
             json::object{
                 {"recipient", "1"}, {"timeline", json::array{json::object{{"state", "queued"}}}}
             },
             json::object{{"recipient", "2"}, {"timeline", json::array{}}},
         }}
    };
    EXPECT_EQ(
        render_text(values),
        "deliveries:\n"
        "  recipient: 1\n"
        "  timeline:\n"
        "    state\n"
        "    queued\n"
        "\n"
        "  recipient: 2\n"
        "  timeline:  none\n"
    );
}

TEST(RenderText, DisarmsControlCharacters) {
    const std::string text = render_text({{"reason", "a\x1b[2J\r\nfake: 1\x7f"}});
    EXPECT_EQ(text, "reason: a?[2J??fake: 1?\n");
    const Reply reply = render("x", fail(Errc::io, "a\x1b"), false);
    EXPECT_EQ(reply.body, "a?\n");
}

TEST(RenderJson, CarriesSchemaCommandAndResult) {
    const Reply reply = render("queue list", sample(), true);
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply.body.find('\n'), reply.body.size() - 1);
    const json::object answer = json::parse(reply.body).as_object();
    EXPECT_EQ(answer.at("schema"), "budstikke.admin/1");
    EXPECT_EQ(answer.at("command"), "queue list");
    EXPECT_EQ(answer.at("ok"), true);
    EXPECT_EQ(answer.at("result"), json::value(sample()));
}

TEST(RenderJson, CarriesErrorsToo) {
    const Reply reply = render("queue show", fail(Errc::not_found, "no such party"), true);
    EXPECT_EQ(reply.code, "not_found");
    const json::object answer = json::parse(reply.body).as_object();
    EXPECT_EQ(answer.at("ok"), false);
    EXPECT_EQ(answer.at("error").at("code"), "not_found");
    EXPECT_EQ(answer.at("error").at("detail"), "no such party");
    EXPECT_EQ(render_usage_error({Errc::malformed, "x"}, true).code, "usage");
}

TEST(Reply, SaysHowManyBytesFollow) {
    EXPECT_EQ((Reply{.code = "", .body = "på\n"}.framed()), "ok 4\npå\n");
    EXPECT_EQ((Reply{.code = "denied", .body = ""}.framed()), "error denied 0\n");
}

}  // namespace
}  // namespace budstikke::admin
