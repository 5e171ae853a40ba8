// What `budstikke ebxml check` promises its caller: a line for every file, the exit status, nothing
// where schemas or directory cannot be used, and what the directory adds.
#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "broker/tools/ebxml/check.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::tools {
namespace {

namespace json = boost::json;

struct Run {
    int status = 0;
    std::vector<json::value> lines;
    std::string text;
    std::string errors;
};

Run check(EbxmlCheckOptions options, std::vector<std::filesystem::path> files) {
    std::ostringstream out;
    std::ostringstream err;
    options.json = true;
    options.files = std::move(files);
    Run run;
    run.status = run_ebxml_check(options, out, err);
    run.text = out.str();
    run.errors = err.str();
    std::istringstream lines(run.text);
    for (std::string line; std::getline(lines, line);) {
        run.lines.push_back(json::parse(line));
    }
    return run;
}

std::filesystem::path example(const std::string& name) {
    return ebxml::standards() / "ebms-2.0/examples" / name;
}

const std::string capture = "nav-BehandlerKrav-OppgjorsMelding-smtp-multipart.msg";

bool has(const json::value& answer, std::string_view list, int rule) {
    for (const auto& one : answer.at(list).as_array()) {
        const auto& number = one.is_object() ? one.at("rule") : one;
        if (number.as_int64() == rule) {
            return true;
        }
    }
    return false;
}

TEST(EbxmlCheck, TheStatusSaysWhetherSomeFileHasAnError) {
    EXPECT_EQ(check({}, {example(capture)}).status, 0);
    EXPECT_EQ(check({}, {example(capture), example("nav-messageerror.xml")}).status, 1);
    EXPECT_EQ(check({}, {}).status, 2);
    const auto missing = check({}, {example("no-such-file"), example(capture)});
    EXPECT_EQ(missing.status, 2);
    ASSERT_EQ(missing.lines.size(), 2U);
    EXPECT_TRUE(missing.lines[0].at("kind").is_null());
    EXPECT_EQ(missing.lines[0].at("error"), "no such file");
    EXPECT_EQ(missing.lines[1].at("signature").at("status"), "valid");
}

TEST(EbxmlCheck, ChecksNothingWhereSchemasOrDirectoryCannotBeUsed) {
    const crypto::test::TempFolder folder;
    std::ofstream(folder.path("parties.toml")) << "[[party]]\n";
    for (const auto& options :
         {EbxmlCheckOptions{.directory = folder.path(""), .schemas = {}, .files = {}},
          EbxmlCheckOptions{.directory = {}, .schemas = folder.path("x"), .files = {}}}) {
        const auto run = check(options, {example(capture)});
        EXPECT_EQ(run.status, 2);
        EXPECT_TRUE(run.lines.empty());
        EXPECT_FALSE(run.errors.empty());
    }
}

TEST(EbxmlCheck, TheDirectoryAndTheSchemasAddTheirRules) {
    const crypto::test::TempFolder folder;
    std::ofstream(folder.path("parties.toml")) << R"(
[[organisation]]
number = "999000001"
name = "Nordvik kommune"
[[party]]
her_id = "79768"
organisation = "999000001"
name = "Registeret"
kind = "register"
)";
    const auto without = check({}, {example(capture)}).lines.at(0);
    EXPECT_TRUE(has(without, "not_checked", 29) && has(without, "not_checked", 17));
    EbxmlCheckOptions options;
    options.directory = folder.path("");
    options.schemas = ebxml::standards() / "ebms-2.0/schema";
    const auto with = check(options, {example(capture)});
    EXPECT_EQ(with.status, 1);
    const auto& answer = with.lines.at(0);
    EXPECT_FALSE(has(answer, "not_checked", 29) || has(answer, "not_checked", 17));
    EXPECT_TRUE(has(answer, "violations", 29));
    EXPECT_FALSE(has(answer, "violations", 54) || has(answer, "violations", 17));
    // It names no certificate of anybody.
    EXPECT_TRUE(has(answer, "not_checked", 44));
    EXPECT_EQ(answer.at("response"), "fault");
}

TEST(EbxmlCheck, OfWhatCannotBeTakenApartTheRulesThatNeedMoreAreNamed) {
    const crypto::test::TempFolder folder;
    // A boundary that is given twice: nobody can say where the parts are.
    std::ofstream(folder.path("x"))
        << "Content-Type: multipart/related; boundary=a; boundary=b\r\n\r\n";
    const auto bare = check({}, {folder.path("x")}).lines.at(0);
    EXPECT_TRUE(has(bare, "violations", 66));
    for (const int rule : {16, 17, 29, 44, 110}) {
        EXPECT_TRUE(has(bare, "not_checked", rule)) << rule;
    }
    EbxmlCheckOptions options;
    options.schemas = ebxml::standards() / "ebms-2.0/schema";
    const auto with = check(options, {folder.path("x")}).lines.at(0);
    EXPECT_FALSE(has(with, "not_checked", 16) || has(with, "not_checked", 17));
    EXPECT_TRUE(has(with, "not_checked", 29));
}

TEST(EbxmlCheck, ACaptureOfHttpMayNameTheVersionOfMime) {
    const crypto::test::TempFolder folder;
    const auto text = ebxml::file_text(example("nav-HarBorgerEgenandelFritak-response.mime"));
    std::ofstream(folder.path("capture")) << "MIME-Version: 1.0\r\n" << text;
    const auto answer = check({}, {folder.path("capture")}).lines.at(0);
    for (const int rule : {18, 19, 20, 250}) {
        EXPECT_FALSE(has(answer, "violations", rule)) << rule;
    }
}

/// The SOAP part of a capture, as a vendor keeps it in a file: without its attachment.
std::string envelope_of(const std::string& name) {
    const auto message = ebxml::read_message(ebxml::file_text(example(name))).value();
    EXPECT_EQ(message.attachments().size(), 1U) << name;
    return message.soap;
}

TEST(EbxmlCheck, AnEnvelopeWithoutItsAttachmentIsJudgedAsFarAsItGoes) {
    const crypto::test::TempFolder folder;
    for (const auto& name : {capture, std::string("nav-HarBorgerEgenandelFritak-response.mime")}) {
        std::ofstream(folder.path("envelope.xml")) << envelope_of(name);
        const auto run = check({}, {folder.path("envelope.xml")});
        EXPECT_EQ(run.status, 0) << name;
        const auto& answer = run.lines.at(0);
        EXPECT_EQ(answer.at("signature").at("status"), "valid") << name;
        EXPECT_TRUE(answer.at("signature").at("subject").is_string()) << name;
        for (const int rule : {50, 23, 27, 259, 260, 263}) {
            EXPECT_TRUE(has(answer, "not_checked", rule)) << name << ' ' << rule;
            EXPECT_FALSE(has(answer, "violations", rule)) << name << ' ' << rule;
        }
        // With the attachment nothing of it stays open.
        const auto whole = check({}, {example(name)}).lines.at(0);
        for (const int rule : {50, 23, 27, 259, 260, 263}) {
            EXPECT_FALSE(has(whole, "not_checked", rule)) << name << ' ' << rule;
        }
    }
}

TEST(EbxmlCheck, AnEnvelopeThatWasChangedIsInvalidWithoutItsAttachmentToo) {
    const crypto::test::TempFolder folder;
    std::ofstream(folder.path("envelope.xml"))
        << ebxml::changed(envelope_of(capture), "eb:Action>O", "eb:Action>o");
    const auto run = check({}, {folder.path("envelope.xml")});
    EXPECT_EQ(run.status, 1);
    const auto& answer = run.lines.at(0);
    EXPECT_EQ(answer.at("signature").at("status"), "invalid");
    EXPECT_TRUE(has(answer, "violations", 50));
    EXPECT_FALSE(has(answer, "not_checked", 50));
    EXPECT_TRUE(has(answer, "not_checked", 263));
    EXPECT_EQ(answer.at("response"), "error");
}

TEST(EbxmlCheck, APackageThatLostItsAttachmentIsInvalid) {
    const crypto::test::TempFolder folder;
    std::ofstream(folder.path("message.msg"))
        << "Content-Type: text/xml; charset=UTF-8\r\nSOAPAction: \"ebXML\"\r\n"
           "Content-Transfer-Encoding: 8bit\r\n\r\n"
        << envelope_of(capture);
    const auto answer = check({}, {folder.path("message.msg")}).lines.at(0);
    EXPECT_EQ(answer.at("signature").at("status"), "invalid");
    EXPECT_TRUE(has(answer, "violations", 50));
}

TEST(EbxmlCheck, NothingOfAPayloadIsShown) {
    const auto run = check({}, {example("nav-HarBorgerEgenandelFritak-response.mime")});
    ASSERT_EQ(run.lines.size(), 1U);
    EXPECT_EQ(run.text.find("Svarmelding"), std::string::npos);
    std::ostringstream out;
    std::ostringstream err;
    EbxmlCheckOptions options;
    options.files = {example("nav-HarBorgerEgenandelFritak-response.mime")};
    EXPECT_EQ(run_ebxml_check(options, out, err), 0);
    EXPECT_NE(out.str().find("signature: valid"), std::string::npos);
    EXPECT_EQ(out.str().find("Svarmelding"), std::string::npos);
}

TEST(EbxmlRules, AreListedAsJsonAndAsText) {
    std::ostringstream out;
    EXPECT_EQ(run_ebxml_rules(true, out), 0);
    const auto list = json::parse(out.str()).as_array();
    EXPECT_EQ(list.size(), 124U);
    EXPECT_EQ(list.at(0).at("rule").as_int64(), 18);
    EXPECT_EQ(list.at(0).at("response"), "log_only");
    EXPECT_EQ(list.at(0).at("tests").as_array().size(), 2U);
    std::ostringstream text;
    EXPECT_EQ(run_ebxml_rules(false, text), 0);
    EXPECT_NE(text.str().find("18  log_only"), std::string::npos);
}

}  // namespace
}  // namespace budstikke::tools
