// The facts that the HCP adapter takes, trap by trap (adapters/hcp/README.md).
#include <gtest/gtest.h>

#include "tests/unit/adapters/ambiguous.hpp"
#include "tests/unit/adapters/messages.hpp"

namespace budstikke::adapters {
namespace {

HcpMessage referral() {
    HcpMessage message;
    message.xml_namespace = "http://www.kith.no/xmlstds/henvisning/2012-02-15";
    message.body = "ServReq";
    message.type = "<Type V=\"HENVISNING\"/>";
    message.ids = "<Id>req-1</Id>";
    return message;
}

TEST(Hcp, FactsOfADischargeNote) {
    const auto result = decoded(HcpMessage{}.xml());
    const auto& envelope = result.envelope;
    EXPECT_TRUE(result.well_formed);
    EXPECT_TRUE(result.findings.empty()) << result.findings.at(0).spec->code;
    EXPECT_EQ(envelope.format, "hcp");
    EXPECT_EQ(envelope.standard, "epikrise");
    EXPECT_EQ(envelope.version, "1.2");
    EXPECT_EQ(envelope.apprec_version, "1.1");
    EXPECT_EQ(envelope.type, "EPIKRISE");
    EXPECT_EQ(envelope.action, "EPIKRISE");
    EXPECT_EQ(envelope.generated_at, "2026-03-01T08:30:00");
    EXPECT_EQ(envelope.document_id, "doc-1");
    EXPECT_EQ(envelope.conversation(), "doc-1");
}

TEST(Hcp, RequesterAndProviderSwapBetweenRequestAndAnswer) {
    const auto answer = decoded(HcpMessage{}.xml()).envelope;
    EXPECT_EQ(answer.sender.her_id, "101");
    EXPECT_EQ(answer.sender.parent_her_id, "100");
    EXPECT_EQ(answer.receivers.at(0).party.her_id, "201");
    EXPECT_EQ(answer.receivers.at(0).party.parent_her_id, "200");
    const auto request = decoded(referral().xml()).envelope;
    EXPECT_EQ(request.sender.her_id, "201");
    EXPECT_EQ(request.receivers.at(0).party.her_id, "101");
    EXPECT_EQ(request.document_id, "req-1");
}

TEST(Hcp, ThePrimaryReceiverGoesFirstWhereverItStands) {
    HcpMessage message;
    message.copies = "<CopyDest>" + hcp("300", "", "") + "</CopyDest><CopyDest>" +
                     hcp("400", "Dept", "401") + "</CopyDest>";
    const auto& receivers = decoded(message.xml()).envelope.receivers;
    ASSERT_EQ(receivers.size(), 3U);
    EXPECT_EQ(receivers[0].role, ReceiverRole::primary);
    EXPECT_EQ(receivers[0].party.her_id, "201");
    EXPECT_EQ(receivers[1].party.her_id, "300");
    EXPECT_EQ(receivers[1].party.parent_her_id, std::nullopt);
    EXPECT_EQ(receivers[2].party.her_id, "401");
}

TEST(Hcp, AHerIdMayBeAnAdditionalIdAndAServiceGoesBeforeAPerson) {
    HcpMessage message;
    message.requester =
        "<HCP><Inst><Id>999888777</Id><TypeId V=\"ENH\"/><HCPerson><Id>9000001</Id>"
        "<TypeId V=\"HPR\"/><AdditionalId><Id>201</Id><Type V=\"HER\"/></AdditionalId></HCPerson>"
        "<AdditionalId><Id>200</Id><Type V=\"HER\"/></AdditionalId></Inst></HCP>";
    message.provider =
        "<HCP><Inst><HCPerson><Id>102</Id><TypeId V=\"HER\"/></HCPerson><Dept><Id>L1</Id>"
        "<TypeId V=\"LAV\"/></Dept><Dept><Id>101</Id><TypeId V=\"HER\"/></Dept></Inst></HCP>";
    const auto envelope = decoded(message.xml()).envelope;
    EXPECT_EQ(envelope.receivers.at(0).party.her_id, "201");
    EXPECT_EQ(envelope.receivers.at(0).party.parent_her_id, "200");
    EXPECT_EQ(envelope.sender.her_id, "101");
    EXPECT_EQ(envelope.sender.parent_her_id, std::nullopt);
}

TEST(Hcp, PartiesOfOtherPlacesAreNotTheMessages) {
    HcpMessage message;
    message.patient =
        "<Patient><Name>Prove</Name><OffId>01410199999</OffId><TypeOffId V=\"FNR\"/>"
        "<PatRelHCP>" +
        hcp("900", "Dept", "901") + "</PatRelHCP></Patient>";
    message.more = "<RelServProvider>" + hcp("902", "Dept", "903") + "</RelServProvider>";
    const auto envelope = decoded(message.xml()).envelope;
    EXPECT_EQ(envelope.sender.her_id, "101");
    EXPECT_EQ(envelope.receivers.size(), 1U);
}

TEST(Hcp, OldTypesAreMappedToTheActionsOfToday) {
    const auto action = [](std::string_view standard, std::string_view body, std::string_view type,
                           std::string_view description) {
        HcpMessage message;
        message.xml_namespace = "http://www.kith.no/xmlstds/" + std::string(standard);
        message.body = body;
        message.type = "<Type V=\"" + std::string(type) + "\"/>";
        message.description = "<MsgDescr V=\"" + std::string(description) + "\"/>";
        const auto result = decoded(message.xml());
        EXPECT_EQ(result.envelope.type, type);
        EXPECT_EQ(has(result, finding::type_unknown), result.envelope.action.empty());
        return result.envelope.action;
    };
    EXPECT_EQ(action("epikrise/2006-09-23", "ServRprt", "E", "x"), "EPIKRISE");
    EXPECT_EQ(action("henvisning/2005-07-08", "ServReq", "H", "10"), "HENVISNING");
    EXPECT_EQ(action("rekvisisjon/2008-12-01", "ServReq", "R", "LAB"), "REQ_LAB");
    EXPECT_EQ(action("rekvisisjon/2008-12-01", "ServReq", "R", "CLIN"), "REQ_KKL");
    EXPECT_EQ(action("rekvisisjon/2008-12-01", "ServReq", "R", "CT"), "REQ_RTG");
    EXPECT_EQ(action("rekvisisjon/2008-12-01", "ServReq", "R", "AN"), "");
    EXPECT_EQ(action("labsvar/2008-12-01", "ServReport", "S", "CYTO"), "SVAR_CYT");
    EXPECT_EQ(action("labsvar/2012-02-15", "ServReport", "SVAR_HIST", "HIST"), "SVAR_HIST");
    EXPECT_EQ(action("labsvar/2012-02-15", "ServReport", "REQ_LAB", "HIST"), "");
    EXPECT_EQ(action("epikrise/2012-02-15", "ServRprt", "NOE", "x"), "");
}

TEST(Hcp, OfSeveralReportsTheFirstIsTheMessage) {
    HcpMessage message;
    message.xml_namespace = "http://www.kith.no/xmlstds/labsvar/2008-12-01";
    message.body = "ServReport";
    message.type = "<Type V=\"S\"/>";
    message.description = "<MsgDescr V=\"MBIO\"/>";
    auto bytes = message.xml();
    const std::string second =
        "<ServReport><MsgDescr V=\"HIST\"/><ServProvId>doc-2</ServProvId>"
        "<ServProvider>" +
        hcp("900", "", "") + "</ServProvider><Requester>" + hcp("901", "", "") +
        "</Requester></ServReport></Message>";
    bytes.replace(bytes.find("</Message>"), std::string::npos, second);
    const auto result = decoded(bytes);
    EXPECT_EQ(ambiguous_at(result), "");
    const auto& envelope = result.envelope;
    EXPECT_EQ(envelope.action, "SVAR_MBIO");
    EXPECT_EQ(envelope.document_id, "doc-1");
    EXPECT_EQ(envelope.sender.her_id, "101");
    EXPECT_EQ(envelope.receivers.size(), 1U);
}

TEST(Hcp, AttachmentsAreReferencesOfThatKind) {
    HcpMessage message;
    message.more = "<RefDoc><MsgType V=\"A\"/></RefDoc><RefDoc><MsgType V=\"XML\"/></RefDoc>";
    EXPECT_EQ(decoded(message.xml()).envelope.attachments, 1U);
}

TEST(Hcp, AMessageWithoutABodySaysWhatIsMissing) {
    const auto result = decoded(
        "<Message xmlns=\"http://www.kith.no/xmlstds/epikrise/2012-02-15\">"
        "<MsgId>0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e</MsgId></Message>"
    );
    EXPECT_TRUE(has(result, finding::field_missing));
    EXPECT_TRUE(has(result, finding::receiver_missing));
    EXPECT_TRUE(result.envelope.receivers.empty());
}

TEST(Hcp, TheRootIsFoundBehindALongPrologAndInOtherEncodings) {
    const auto plain = HcpMessage{}.xml();
    const auto late = "<!-- " + std::string(10'000, '.') + " -->" + plain;
    EXPECT_EQ(decoded(late).envelope.standard, "epikrise");
    EXPECT_EQ(
        decoded("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><!-- \xE6 -->" + plain)
            .envelope.standard,
        "epikrise"
    );
    std::string wide = "\xFF\xFE";
    for (const char c : plain) {
        wide += c;
        wide += '\0';
    }
    const auto result = decoded(wide);
    EXPECT_TRUE(result.well_formed);
    EXPECT_EQ(result.envelope.receivers.at(0).party.her_id, "201");
}

TEST(Hcp, WhatMayStandOnceCountsTheFirstTimeAndIsRefusedTheSecond) {
    const auto original = HcpMessage{}.xml();
    EXPECT_EQ(ambiguous_at(decoded(original)), "");
    const auto forged = hcp("900", "Dept", "901");
    const auto provider = "<ServProvider>" + forged + "</ServProvider>";
    const std::string body = "/Message/ServRprt";
    expect_ambiguous(original, "</ServProvider>", provider, body + "/ServProvider");
    expect_ambiguous(
        original, "</Requester>", "<Requester>" + forged + "</Requester>", body + "/Requester"
    );
    expect_ambiguous(original, "</ServRprt>", "<ServRprt>" + provider + "</ServRprt>", body);
    expect_ambiguous(
        original, "</ServRprt>", "<ServReq>" + provider + "</ServReq>", "/Message/ServReq"
    );
    expect_ambiguous(original, "</MsgId>", "<MsgId>other</MsgId>", "/Message/MsgId");
    expect_ambiguous(original, "</MsgId>", "<Type V=\"HENVISNING\"/>", "/Message/Type");
    expect_ambiguous(original, "</HCP>", forged, body + "/ServProvider/HCP");
    expect_ambiguous(
        original, "<Id>101</Id>", "<Id>900</Id>", body + "/ServProvider/HCP/Inst/Dept/Id"
    );
}

}  // namespace
}  // namespace budstikke::adapters
