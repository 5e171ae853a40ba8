// Facts and schemas in one pass give what two passes give, and a sender whose messages are always
// checked is foreseen.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "adapters/register.hpp"
#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/pipeline/stages.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::pipeline {
namespace {

namespace fs = std::filesystem;

fs::path standards() {
    const char* chosen = std::getenv("BUDSTIKKE_STANDARDS");
    return chosen != nullptr ? fs::path(chosen)
                             : fs::path(BUDSTIKKE_SOURCE_DIR) / "../shared/standards";
}

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class SchemaCheck : public testing::Test {
 protected:
    void SetUp() override {
        ASSERT_TRUE(register_adapters(adapters_));
        auto schemas = xml::SchemaSet::load(standards() / "_all/schema");
        ASSERT_TRUE(schemas) << schemas.error().detail;
        schemas_ = *std::move(schemas);
    }
    View view() {
        return {adapters_, schemas_.get(), forecast_, nullptr, nullptr, settings_, Timestamp{}};
    }
    static Draft draft_of(const std::string& bytes) {
        Draft draft;
        draft.submission.organisation = "900000001";
        draft.submission.payload = Payload(bytes);
        return draft;
    }
    void foresee(const std::string& bytes) {
        const auto kind = SchemaForecast::kind("900000001", bytes);
        forecast_.learn(kind, true);
        forecast_.learn(kind, true);
    }
    static auto listed(const Findings& findings) {
        std::vector<std::pair<std::string_view, Location>> all;
        for (const Finding& finding : findings)
            all.emplace_back(finding.spec->code, finding.location);
        return all;
    }
    /// Both ways over one message; false where only a break of its XML was found.
    bool agree(const std::string& bytes, const std::string& name) {
        forecast_.learn(SchemaForecast::kind("900000001", bytes), false);
        forecast_.learn(SchemaForecast::kind("900000001", bytes), false);
        Draft two = draft_of(bytes);
        const auto facts = decode_payload(view(), two);
        EXPECT_FALSE(two.schema_findings) << name;

        foresee(bytes);
        Draft one = draft_of(bytes);
        const auto both = decode_payload(view(), one);
        EXPECT_EQ(facts.well_formed, both.well_formed) << name;
        EXPECT_EQ(facts.envelope, both.envelope) << name;
        EXPECT_EQ(listed(facts.findings), listed(both.findings)) << name;
        if (!facts.well_formed) return false;
        EXPECT_TRUE(one.schema_findings) << name;
        EXPECT_EQ(listed(check_schemas(view(), two)), listed(check_schemas(view(), one))) << name;
        return true;
    }

    AdapterRegistry adapters_;
    std::unique_ptr<xml::SchemaSet> schemas_;
    SchemaForecast forecast_;
    const Settings settings_{};
};

TEST_F(SchemaCheck, OnePassAgreesWithTwoOnEveryOfficialExample) {
    std::size_t seen = 0;
    for (const auto& entry : fs::recursive_directory_iterator(standards())) {
        if (entry.path().extension() != ".xml") continue;
        seen += agree(read(entry.path()), entry.path().filename().string()) ? 1 : 0;
    }
    EXPECT_GT(seen, 400U);
}

TEST_F(SchemaCheck, OnePassAgreesWithTwoWhereThereIsMoreToSayThanTheListHolds) {
    std::string note = read(standards() / "epikrise-1.2/examples/epikrise_v1.2_m.xml");
    ASSERT_TRUE(agree(note, "as it is"));
    const auto end = note.find("<ServRprt>");
    ASSERT_NE(end, std::string::npos);
    std::string unknown;
    for (std::size_t i = 0; i <= limits::findings_max; ++i)
        unknown += "\n<Unknown" + std::to_string(i) + "/>";
    std::string crowded = note;
    crowded.insert(end, unknown);
    std::string twice = crowded;
    twice.insert(twice.find("<GenDate"), "<GenDate V=\"2026-01-01T00:00:00\"/>");
    EXPECT_TRUE(agree(crowded, "many errors"));
    EXPECT_TRUE(agree(twice, "many errors, and a date twice"));
    EXPECT_FALSE(agree(crowded.substr(0, crowded.size() / 2), "broken off"));
    EXPECT_FALSE(agree(note.substr(0, note.size() / 2), "broken off"));
}

TEST(SchemaForecast, NeedsTwoOfAKindToTurn) {
    SchemaForecast forecast;
    const auto kind = SchemaForecast::kind("900000001", "<A><Type V=\"EPIKRISE\"/></A>");
    forecast.learn(kind, true);
    EXPECT_FALSE(forecast.expects(kind));
    forecast.learn(kind, true);
    EXPECT_TRUE(forecast.expects(kind));
    forecast.learn(kind, true);
    forecast.learn(kind, true);
    forecast.learn(kind, false);
    EXPECT_TRUE(forecast.expects(kind)) << "one that is otherwise does not turn it";
    forecast.learn(kind, false);
    EXPECT_FALSE(forecast.expects(kind));
    forecast.learn(kind, false);
    forecast.learn(kind, false);
    forecast.learn(kind, true);
    forecast.learn(kind, true);
    EXPECT_TRUE(forecast.expects(kind));
}

TEST(SchemaForecast, TellsSendersFormatsAndTypesApart) {
    const std::string note = "<A xmlns=\"urn:a\"><Type V=\"EPIKRISE\"/></A>";
    const auto kind = SchemaForecast::kind("900000001", note);
    EXPECT_EQ(kind, SchemaForecast::kind("900000001", note + "<!-- more -->"));
    EXPECT_NE(kind, SchemaForecast::kind("900000002", note));
    EXPECT_NE(
        kind, SchemaForecast::kind("900000001", "<A xmlns=\"urn:b\"><Type V=\"EPIKRISE\"/></A>")
    );
    EXPECT_NE(
        kind, SchemaForecast::kind("900000001", "<A xmlns=\"urn:a\"><Type V=\"HENVISNING\"/></A>")
    );
}

}  // namespace
}  // namespace budstikke::pipeline
