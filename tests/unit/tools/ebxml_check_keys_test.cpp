// `budstikke ebxml check` with the recipient's keys: what stands inside the encryption is held
// against the rules for it, and without keys that fit those rules are named as not checked.
#include <fstream>
#include <map>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "broker/crypto/cms/cms.hpp"
#include "broker/tools/ebxml/check.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/service/partner.hpp"

namespace budstikke::tools {
namespace {

using crypto::test::PartyPki;
using ebxml::test::PartnerMessage;

class EbxmlCheckKeys : public testing::Test {
 protected:
    /// The answer to a message to the clinic, for somebody who has these keys.
    boost::json::value check(const PartnerMessage& message, const std::vector<std::string>& keys) {
        const auto file = folder_.path("message.mime");
        std::ofstream(file, std::ios::binary) << message.bytes();
        EbxmlCheckOptions options;
        options.json = true;
        options.files = {file};
        for (const auto& name : keys) {
            options.certificates.push_back(PartyPki::instance().certificate(name));
            options.keys.push_back(PartyPki::instance().key(name));
        }
        std::ostringstream out;
        status_ = run_ebxml_check(options, out, errors_);
        return boost::json::parse(out.str());
    }
    static bool has(const boost::json::value& answer, std::string_view list, int rule) {
        for (const auto& one : answer.at(list).as_array()) {
            if ((one.is_object() ? one.at("rule") : one).as_int64() == rule) {
                return true;
            }
        }
        return false;
    }

    crypto::test::TempFolder folder_;
    std::ostringstream errors_;
    int status_ = 0;
};

TEST_F(EbxmlCheckKeys, AddTheRulesOfWhatIsEncrypted) {
    const auto answer = check({}, {"clinic-crypt"});
    for (const int rule : {264, 270}) {
        EXPECT_FALSE(has(answer, "not_checked", rule)) << rule;
        EXPECT_FALSE(has(answer, "violations", rule)) << rule;
    }
    EXPECT_EQ(status_, 0) << answer;
}

TEST_F(EbxmlCheckKeys, OfAnotherTheRulesStayUnchecked) {
    for (const auto& keys :
         {std::vector<std::string>{}, std::vector<std::string>{"hospital-crypt"}}) {
        const auto answer = check({}, keys);
        EXPECT_TRUE(has(answer, "not_checked", 264) && has(answer, "not_checked", 270));
    }
}

TEST_F(EbxmlCheckKeys, OfTheRolloverTimeOpenToo) {
    const auto answer = check({}, {"hospital-crypt", "clinic-crypt"});
    EXPECT_FALSE(has(answer, "not_checked", 264) || has(answer, "not_checked", 270));
}

TEST_F(EbxmlCheckKeys, ShowContentWithoutAnEncoding) {
    PartnerMessage message;
    message.pack = [](const std::string& payload) {
        const auto clinic = PartyPki::instance().pair("clinic-crypt").certificate();
        return crypto::cms::encrypt(payload, clinic).value();
    };
    const auto answer = check(message, {"clinic-crypt"});
    EXPECT_TRUE(has(answer, "violations", 264));
    EXPECT_FALSE(has(answer, "violations", 270));
}

TEST_F(EbxmlCheckKeys, ShowAnotherDocumentThanTheManifestNames) {
    PartnerMessage message;
    message.before_signing = [](ebxml::EnvelopeText& text) {
        constexpr std::string_view location = "eb:location=\"";
        const auto at = text.after.find(location);
        ASSERT_NE(at, std::string::npos);
        text.after.insert(at + location.size(), "urn:other:");
    };
    const auto answer = check(message, {"clinic-crypt"});
    EXPECT_TRUE(has(answer, "violations", 270));
    EXPECT_FALSE(has(answer, "violations", 264));
}

TEST_F(EbxmlCheckKeys, ShowAnEncodingThatIsNotOfTheFour) {
    const std::map<std::string, std::pair<bool, std::string>> expected{
        {"7bit", {true, "acknowledgment"}},
        {"x-foo", {true, "error"}},
        {"8bit", {false, "acknowledgment"}},
    };
    for (const auto& [encoding, broken] : expected) {
        PartnerMessage message;
        message.pack = [&encoding = encoding](const std::string& payload) {
            const auto clinic = PartyPki::instance().pair("clinic-crypt").certificate();
            const auto head =
                "Content-Type: application/xml\r\nContent-Transfer-Encoding: " + encoding +
                "\r\n\r\n";
            return crypto::cms::encrypt(head + payload, clinic).value();
        };
        const auto answer = check(message, {"clinic-crypt"});
        EXPECT_EQ(has(answer, "violations", 259), broken.first) << encoding;
        EXPECT_FALSE(has(answer, "violations", 264)) << encoding;
        EXPECT_EQ(answer.at("response").as_string(), broken.second) << encoding;
    }
}

TEST_F(EbxmlCheckKeys, ThatDoNotFitAreAUsageError) {
    std::ostringstream out;
    EbxmlCheckOptions options;
    options.files = {"any"};
    options.keys = {PartyPki::instance().key("clinic-crypt")};
    EXPECT_EQ(run_ebxml_check(options, out, errors_), 2);
    options.certificates = {PartyPki::instance().certificate("hospital-crypt")};
    EXPECT_EQ(run_ebxml_check(options, out, errors_), 2);
    EXPECT_TRUE(out.str().empty());
    EXPECT_NE(errors_.str().find("key cannot be used"), std::string::npos);
}

}  // namespace
}  // namespace budstikke::tools
