// What `budstikke inspect` promises whatever the formats are: keys, order, exit statuses, limits,
// languages. The adapter here is invented; the official examples are tests/conformance.
#include "broker/tools/inspect/inspect.hpp"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"

namespace budstikke::tools {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

/// Calls everything its own. Bytes that start with `bad` have an error, with `full` all the facts.
class InventedAdapter : public Adapter {
 public:
    std::string_view name() const override { return "invented"; }
    int recognise(std::string_view) const override { return 100; }
    Decoded decode(std::string_view bytes, const xml::SchemaSet*) const override {
        Decoded decoded;
        decoded.well_formed = true;
        decoded.envelope.format = "invented";
        decoded.envelope.generated_at = std::to_string(bytes.size());
        if (bytes.starts_with("bad")) {
            decoded.findings.push_back({&finding::xml_not_well_formed, {7, "/Message/MsgId"}});
        }
        if (bytes.starts_with("warn")) decoded.findings.push_back({&finding::schema_missing, {}});
        if (bytes.starts_with("full")) fill(decoded.envelope);
        return decoded;
    }

 private:
    static void fill(Envelope& envelope) {
        envelope.standard = "epikrise";
        envelope.version = "1.2";
        envelope.message_id = "id\x1b[2J";
        envelope.sender = {.her_id = "12", .parent_her_id = "1"};
        envelope.receivers = {
            {.party = {.her_id = "34", .parent_her_id = {}}, .role = ReceiverRole::primary},
            {.party = {}, .role = ReceiverRole::copy},
        };
        envelope.apprec_status = AppRecStatus::rejected;
        envelope.attachments = 3;
    }
};

class InspectTest : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "inspect.XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        ASSERT_TRUE(adapters_.add(std::make_unique<InventedAdapter>()).has_value());
        options_.json = true;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path file(const std::string& name, const std::string& bytes) {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
        options_.files.push_back(folder_ / name);
        return folder_ / name;
    }
    int run() { return run_inspect(options_, adapters_, out_, err_); }
    std::vector<json::object> lines() const {
        std::vector<json::object> objects;
        std::istringstream stream(out_.str());
        for (std::string line; std::getline(stream, line);) {
            objects.push_back(json::parse(line).as_object());
        }
        return objects;
    }

    std::filesystem::path folder_;
    AdapterRegistry adapters_;
    InspectOptions options_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(InspectTest, AnswersEveryFileInTheOrderGivenAndSucceedsWithoutErrors) {
    const auto second = file("2.xml", "two");
    const auto first = file("1.xml", "one");
    EXPECT_EQ(run(), inspect_ok);
    const auto objects = lines();
    ASSERT_EQ(objects.size(), 2u);
    EXPECT_EQ(objects[0].at("file").as_string(), second.string());
    EXPECT_EQ(objects[1].at("file").as_string(), first.string());
    EXPECT_EQ(err_.str(), "");
}

TEST_F(InspectTest, HasEveryKeyAndNullWhereTheMessageHasNothing) {
    file("1.xml", "one");
    ASSERT_EQ(run(), inspect_ok);
    const json::object object = lines().at(0);
    for (const char* key :
         {"standard", "version", "namespace", "type", "action", "message_id", "ref_to_parent",
          "ref_to_conversation", "original_message_id", "apprec_status", "schema_valid"}) {
        ASSERT_TRUE(object.contains(key)) << key;
        EXPECT_TRUE(object.at(key).is_null()) << key;
    }
    EXPECT_EQ(object.at("format").as_string(), "invented");
    EXPECT_TRUE(object.at("sender").at("her_id").is_null());
    EXPECT_TRUE(object.at("sender").at("parent_her_id").is_null());
    EXPECT_TRUE(object.at("receivers").as_array().empty());
    EXPECT_EQ(object.at("attachments").as_int64(), 0);
    EXPECT_TRUE(object.at("well_formed").as_bool());
    EXPECT_TRUE(object.at("findings").as_array().empty());
}

TEST_F(InspectTest, StatesPartiesRolesAndTheStatusOfAReceipt) {
    file("1.xml", "full");
    ASSERT_EQ(run(), inspect_ok);
    const json::object object = lines().at(0);
    EXPECT_EQ(object.at("sender").at("her_id").as_string(), "12");
    EXPECT_EQ(object.at("sender").at("parent_her_id").as_string(), "1");
    const json::array& receivers = object.at("receivers").as_array();
    ASSERT_EQ(receivers.size(), 2u);
    EXPECT_EQ(receivers[0].at("role").as_string(), "primary");
    EXPECT_EQ(receivers[0].at("her_id").as_string(), "34");
    EXPECT_TRUE(receivers[0].at("parent_her_id").is_null());
    EXPECT_EQ(receivers[1].at("role").as_string(), "copy");
    EXPECT_TRUE(receivers[1].at("her_id").is_null());
    EXPECT_EQ(object.at("apprec_status").as_string(), "2");
    EXPECT_EQ(object.at("attachments").as_int64(), 3);
}

TEST_F(InspectTest, StatesAFindingWithItsPlaceItsTextsAndItsAppRecCodeAndFails) {
    file("1.xml", "bad");
    EXPECT_EQ(run(), inspect_found_errors);
    const json::object found = lines().at(0).at("findings").at(0).as_object();
    EXPECT_EQ(found.at("code").as_string(), "xml.not_well_formed");
    EXPECT_EQ(found.at("severity").as_string(), "error");
    EXPECT_EQ(found.at("location").at("line").as_int64(), 7);
    EXPECT_EQ(found.at("location").at("path").as_string(), "/Message/MsgId");
    EXPECT_EQ(found.at("text_no").as_string(), finding::xml_not_well_formed.text_no);
    EXPECT_EQ(found.at("text_en").as_string(), finding::xml_not_well_formed.text_en);
    EXPECT_EQ(found.at("apprec_code").as_string(), "T01");
}

TEST_F(InspectTest, AWarningIsNoError) {
    file("1.xml", "warn");
    EXPECT_EQ(run(), inspect_ok);
    const json::object found = lines().at(0).at("findings").at(0).as_object();
    EXPECT_TRUE(found.at("location").at("line").is_null());
    EXPECT_TRUE(found.at("location").at("path").is_null());
    EXPECT_TRUE(found.at("apprec_code").is_null());
}

TEST_F(InspectTest, AFileThatCannotBeReadGetsItsLineAndTheOthersAreAnswered) {
    options_.files.push_back(folder_ / "missing.xml");
    file("2.xml", "bad");
    options_.files.push_back(folder_);
    EXPECT_EQ(run(), inspect_usage);
    const auto objects = lines();
    ASSERT_EQ(objects.size(), 3u);
    EXPECT_EQ(objects[0].at("error").as_string(), "no such file");
    EXPECT_TRUE(objects[0].at("well_formed").is_null());
    EXPECT_EQ(objects[1].at("findings").as_array().size(), 1u);
    EXPECT_FALSE(objects[1].contains("error"));
    EXPECT_EQ(objects[2].at("error").as_string(), "is a folder");
    EXPECT_THAT(err_.str(), HasSubstr("missing.xml: no such file"));
}

TEST_F(InspectTest, WithoutAFileItSaysHowItIsUsed) {
    EXPECT_EQ(run(), inspect_usage);
    EXPECT_EQ(out_.str(), "");
    EXPECT_THAT(err_.str(), HasSubstr("at least one file"));
}

TEST_F(InspectTest, InspectsNothingWhereTheSchemasDoNotLoad) {
    file("1.xml", "one");
    options_.schemas = folder_ / "no-such-pack";
    EXPECT_EQ(run(), inspect_usage);
    EXPECT_EQ(out_.str(), "");
    EXPECT_THAT(err_.str(), HasSubstr("the schemas cannot be used"));
}

TEST_F(InspectTest, AnEmptyFileIsAFinding) {
    file("1.xml", "");
    EXPECT_EQ(run(), inspect_found_errors);
    const json::object object = lines().at(0);
    EXPECT_EQ(object.at("findings").at(0).at("code").as_string(), finding::payload_empty.code);
    EXPECT_FALSE(object.at("well_formed").as_bool());
}

TEST_F(InspectTest, ReadsUpToTheLimitAndRefusesOneByteMore) {
    for (const std::uintmax_t more : {0u, 1u, 2u}) {
        const auto path = file("size" + std::to_string(more), "");
        std::filesystem::resize_file(path, limits::payload_bytes_max - 1 + more);
    }
    EXPECT_EQ(run(), inspect_found_errors);
    const auto objects = lines();
    ASSERT_EQ(objects.size(), 3u);
    for (const std::size_t at : {0u, 1u}) {
        const std::string size = std::to_string(limits::payload_bytes_max - 1 + at);
        EXPECT_EQ(objects[at].at("generated_at").as_string(), size);
        EXPECT_TRUE(objects[at].at("findings").as_array().empty());
    }
    EXPECT_EQ(objects[2].at("findings").at(0).at("code").as_string(), "payload.too_large");
    EXPECT_TRUE(objects[2].at("well_formed").is_null());
    EXPECT_TRUE(objects[2].at("format").is_null());
}

TEST_F(InspectTest, StaysJsonWhateverTheFileIsCalled) {
    file("\xff\"\n.xml", "one");
    EXPECT_EQ(run(), inspect_ok);
    EXPECT_THAT(std::string(lines().at(0).at("file").as_string()), HasSubstr("\xEF\xBF\xBD\"\n"));
}

TEST_F(InspectTest, TheTextIsInTheLanguageAskedFor) {
    options_.json = false;
    file("1.xml", "bad");
    const std::string norwegian(finding::xml_not_well_formed.text_no);
    const std::string english(finding::xml_not_well_formed.text_en);

    EXPECT_EQ(run(), inspect_found_errors);
    EXPECT_THAT(out_.str(), testing::AllOf(HasSubstr(norwegian), HasSubstr(english)));
    EXPECT_THAT(out_.str(), HasSubstr("xml.not_well_formed (AppRec T01) at line 7"));

    out_.str("");
    options_.language = Language::norwegian;
    EXPECT_EQ(run(), inspect_found_errors);
    EXPECT_THAT(out_.str(), testing::AllOf(HasSubstr(norwegian), Not(HasSubstr(english))));

    out_.str("");
    options_.language = Language::english;
    EXPECT_EQ(run(), inspect_found_errors);
    EXPECT_THAT(out_.str(), testing::AllOf(HasSubstr(english), Not(HasSubstr(norwegian))));
}

TEST_F(InspectTest, TheTextNamesThePartiesAndCannotSteerATerminal) {
    options_.json = false;
    file("1\x1b.xml", "full");
    EXPECT_EQ(run(), inspect_ok);
    EXPECT_THAT(out_.str(), HasSubstr("epikrise 1.2 (invented)"));
    EXPECT_THAT(out_.str(), HasSubstr("HER-id 12 of 1"));
    EXPECT_THAT(out_.str(), HasSubstr("no HER-id"));
    EXPECT_THAT(out_.str(), Not(HasSubstr("\x1b")));
}

TEST_F(InspectTest, AnOutputThatFailsIsNotASuccess) {
    file("1.xml", "one");
    out_.setstate(std::ios::badbit);
    EXPECT_EQ(run(), inspect_usage);
    EXPECT_THAT(err_.str(), HasSubstr("could not be written"));
}

}  // namespace
}  // namespace budstikke::tools
