// E36: which patients are sufficiently identified, in both families, and the exception for
// emergency referrals (HIS 80415).
#include <gtest/gtest.h>

#include "tests/unit/adapters/messages.hpp"

namespace budstikke::adapters {
namespace {

struct Case {
    std::string_view what;
    std::string msghead;
    std::string hcp;
    bool sufficient;
};

const std::string person = "<FamilyName>Prove</FamilyName>";
const std::string birth = "<DateOfBirth>1990-01-01</DateOfBirth>";
const std::string hcp_name = "<Name>Prove</Name>";
const std::string hcp_birth = "<DateOfBirth V=\"1990-01-01\"/>";

std::string hcp_id(std::string_view type, std::string_view id) {
    return "<OffId>" + std::string(id) + "</OffId><TypeOffId V=\"" + std::string(type) + "\"/>";
}

std::vector<Case> cases() {
    const std::string sex = "<Sex V=\"2\"/>";
    const std::string unknown_sex = "<Sex V=\"0\"/>";
    const std::string number = "01410199999";
    std::vector<Case> all{
        {"a name alone", person, hcp_name, false},
        {"a number alone", ident(number, "FNR"), hcp_id("FNR", number), false},
        {"name, birth, sex", person + birth + sex, sex + hcp_birth + hcp_name, true},
        {"name, birth", person + birth, hcp_birth + hcp_name, false},
        {"name, birth, unknown sex", person + birth + unknown_sex,
         unknown_sex + hcp_birth + hcp_name, false},
        {"a number that is empty", person + ident("", "FNR"), hcp_name + hcp_id("FNR", ""), false},
        {"a number too short", person + ident("0141", "FNR"), hcp_name + hcp_id("FNR", "0141"),
         false},
        {"a number in two groups", person + ident("014101 99999", "FNR"),
         hcp_name + hcp_id("FNR", "014101 99999"), true},
        {"no data at all", "", "", false},
    };
    for (const auto& [type, counts] : std::initializer_list<std::pair<std::string_view, bool>>{
             {"FNR", true}, {"DNR", true}, {"FHN", true}, {"HNR", false}, {"PNR", false}
         }) {
        all.push_back({type, person + ident(number, type), hcp_name + hcp_id(type, number), counts}
        );
    }
    return all;
}

TEST(PatientIdentity, IsJudgedAlikeInBothFamilies) {
    for (const auto& [what, msghead, hcp_patient, sufficient] : cases()) {
        MsgHead message;
        message.patient = "<Patient>" + msghead + "</Patient>";
        HcpMessage hcp_message;
        hcp_message.patient = "<Patient>" + hcp_patient + "</Patient>";
        for (const auto& bytes : {message.xml(), hcp_message.xml()}) {
            const auto result = decoded(bytes);
            EXPECT_EQ(result.envelope.patient_identity == PatientIdentity::sufficient, sufficient)
                << what;
            EXPECT_EQ(has(result, finding::patient_insufficient), !sufficient) << what;
        }
    }
}

TEST(PatientIdentity, ADialogueMayBeAboutNobodyACareMessageNever) {
    MsgHead message;
    message.patient.clear();
    EXPECT_EQ(decoded(message.xml()).envelope.patient_identity, PatientIdentity::not_applicable);
    message.type = "LOG_DOD";
    message.content =
        "<Pasientlogistikk xmlns=\"http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01\"/>";
    EXPECT_TRUE(has(decoded(message.xml()), finding::patient_insufficient));
}

TEST(PatientIdentity, ASampleOfAnAnimalHasNoPatient) {
    HcpMessage message;
    message.xml_namespace = "http://www.kith.no/xmlstds/labsvar/2012-02-15";
    message.body = "ServReport";
    message.type = "<Type V=\"SVAR_MBIO\"/>";
    message.patient.clear();
    EXPECT_TRUE(has(decoded(message.xml()), finding::patient_insufficient));
    message.more = "<Animal/>";
    EXPECT_EQ(decoded(message.xml()).envelope.patient_identity, PatientIdentity::not_applicable);
}

TEST(PatientIdentity, AnEmergencyReferralIsNeverRefusedForIt) {
    HcpMessage old_referral;
    old_referral.xml_namespace = "http://www.kith.no/xmlstds/henvisning/2012-02-15";
    old_referral.body = "ServReq";
    old_referral.type = "<Type V=\"HENVISNING\"/>";
    old_referral.patient = "<Patient/>";
    MsgHead referral;
    referral.type = "HENVISNING_NYTILSTAND";
    referral.patient = "<Patient/>";
    for (const bool emergency : {true, false}) {
        const std::string service =
            std::string("<ReqServ><Priority V=\"") + (emergency ? "0" : "3") + "\"/></ReqServ>";
        old_referral.more = service;
        referral.content = "<Henvisning xmlns=\"http://ehelse.no/xmlstds/henvisning/2017-11-30\">" +
                           service + "</Henvisning>";
        for (const auto& bytes : {old_referral.xml(), referral.xml()}) {
            const auto result = decoded(bytes);
            EXPECT_EQ(result.envelope.emergency, emergency);
            EXPECT_EQ(result.envelope.patient_identity, PatientIdentity::insufficient);
            EXPECT_EQ(has(result, finding::patient_insufficient), !emergency);
        }
    }
}

TEST(PatientIdentity, NothingOfThePatientIsKept) {
    MsgHead message;
    message.patient =
        "<Patient><FamilyName>CanaryName</FamilyName>" + ident("01410199999", "FNR") + "</Patient>";
    const auto envelope = decoded(message.xml()).envelope;
    for (const auto& kept :
         {envelope.type, envelope.action, envelope.message_id, envelope.document_id,
          envelope.ref_to_parent, envelope.ref_to_conversation, envelope.original_message_id}) {
        EXPECT_EQ(kept.find("Canary"), std::string::npos);
        EXPECT_EQ(kept.find("01410199999"), std::string::npos);
    }
}

}  // namespace
}  // namespace budstikke::adapters
