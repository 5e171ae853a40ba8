// The facts that the MsgHead adapter takes, trap by trap (adapters/msghead/README.md).
#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "tests/unit/adapters/ambiguous.hpp"
#include "tests/unit/adapters/messages.hpp"

namespace budstikke::adapters {
namespace {

TEST(MsgHead, FactsOfAnOrdinaryMessage) {
    MsgHead message;
    message.conversation =
        "<ConversationRef><RefToParent> p-1 </RefToParent>"
        "<RefToConversation>c-1</RefToConversation></ConversationRef>";
    const auto result = decoded(message.xml());
    const auto& envelope = result.envelope;
    EXPECT_TRUE(result.well_formed);
    EXPECT_TRUE(result.findings.empty()) << result.findings.at(0).spec->code;
    EXPECT_EQ(envelope.format, "msghead");
    EXPECT_EQ(envelope.standard, "dialogmelding");
    EXPECT_EQ(envelope.version, "1.1");
    EXPECT_EQ(envelope.xml_namespace, "http://www.kith.no/xmlstds/dialog/2013-01-23");
    EXPECT_EQ(envelope.type, "DIALOG_NOTAT");
    EXPECT_EQ(envelope.action, "DIALOG_NOTAT");
    EXPECT_EQ(envelope.message_id, message.id);
    EXPECT_EQ(envelope.generated_at, message.generated);
    EXPECT_EQ(envelope.ref_to_parent, "p-1");
    EXPECT_EQ(envelope.ref_to_conversation, "c-1");
    EXPECT_EQ(envelope.apprec_version, "1.1");
    EXPECT_EQ(envelope.patient_identity, PatientIdentity::sufficient);
    EXPECT_FALSE(envelope.is_apprec);
}

TEST(MsgHead, AddressesAreOfTheServiceOrPersonWithTheOrganisationAsParent) {
    const auto envelope = decoded(MsgHead{}.xml()).envelope;
    EXPECT_EQ(envelope.sender.her_id, "101");
    EXPECT_EQ(envelope.sender.parent_her_id, "100");
    ASSERT_EQ(envelope.receivers.size(), 1U);
    EXPECT_EQ(envelope.receivers[0].party.her_id, "201");
    EXPECT_EQ(envelope.receivers[0].party.parent_her_id, "200");
    EXPECT_EQ(envelope.receivers[0].role, ReceiverRole::primary);
}

TEST(MsgHead, WithoutAHerIdOfLevelTwoTheOrganisationIsTheAddress) {
    MsgHead message;
    message.receiver = "<Organisation>" + ident(" 200 ", "HER") + "<HealthcareProfessional>" +
                       ident("9000001", "HPR") + "</HealthcareProfessional></Organisation>";
    message.sender = "<Organisation>" + ident("999888777", "ENH") + "</Organisation>";
    const auto result = decoded(message.xml());
    EXPECT_EQ(result.envelope.receivers.at(0).party.her_id, "200");
    EXPECT_EQ(result.envelope.receivers.at(0).party.parent_her_id, std::nullopt);
    EXPECT_EQ(result.envelope.sender.her_id, std::nullopt);
    EXPECT_TRUE(has(result, finding::address_unroutable));
    EXPECT_FALSE(has_error(result.findings)) << "routing refuses it, the message is valid";
}

TEST(MsgHead, CopiesFollowInDocumentOrderAlsoPersonsAlone) {
    const auto copy = [](std::string_view party) {
        return "<OtherReceiver><RoleReceiver V=\"COP\"/>" + std::string(party) + "</OtherReceiver>";
    };
    MsgHead message;
    message.copies =
        copy(
            "<Organisation>" + ident("300", "HER") + "<Organisation>" + ident("301", "HER") +
            "</Organisation></Organisation>"
        ) +
        copy("<HealthcareProfessional>" + ident("369.767", "HER") + "</HealthcareProfessional>") +
        copy("<Patient><FamilyName>Prove</FamilyName></Patient>") +
        copy("<Organisation>" + ident("201", "HER") + "</Organisation>");
    const auto result = decoded(message.xml());
    const auto& receivers = result.envelope.receivers;
    ASSERT_EQ(receivers.size(), 5U);
    EXPECT_EQ(receivers[1].party.her_id, "301");
    EXPECT_EQ(receivers[1].role, ReceiverRole::copy);
    EXPECT_EQ(receivers[2].party.her_id, "369.767") << "as written, dots and all";
    EXPECT_EQ(receivers[2].party.parent_her_id, std::nullopt);
    EXPECT_EQ(receivers[3].party.her_id, std::nullopt);
    EXPECT_TRUE(has(result, finding::address_unroutable));
    EXPECT_TRUE(has(result, finding::copy_her_missing));
    EXPECT_TRUE(has(result, finding::receiver_duplicate));
}

TEST(MsgHead, ReceiversAreLimited) {
    MsgHead message;
    const std::string copy = "<OtherReceiver/>";
    for (std::size_t i = 1; i < limits::receivers_max; ++i) {
        message.copies += copy;
    }
    EXPECT_FALSE(has(decoded(message.xml()), finding::receivers_too_many));
    message.copies += copy;
    const auto beyond = decoded(message.xml());
    EXPECT_TRUE(has(beyond, finding::receivers_too_many));
    EXPECT_EQ(beyond.envelope.receivers.size(), limits::receivers_max);
    EXPECT_EQ(beyond.envelope.receivers[0].role, ReceiverRole::primary);
}

TEST(MsgHead, TheFiveLogisticsMessagesAreToldApartByType) {
    MsgHead message;
    message.content =
        "<Pasientlogistikk xmlns=\"http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01\"/>";
    for (const auto* type :
         {"LOG_INNLAGT", "LOG_UTSKRIVNINGSKLAR", "LOG_AVMELDING", "LOG_UTSKREVET", "LOG_DOD"}) {
        message.type = type;
        const auto result = decoded(message.xml());
        EXPECT_EQ(result.envelope.action, type);
        EXPECT_EQ(result.envelope.standard + result.envelope.version, "plo1.6");
        EXPECT_TRUE(result.findings.empty());
    }
}

TEST(MsgHead, TheTypesOfPlo20StandForThemselvesThoughNoListHasThem) {
    MsgHead message;
    message.type = "SAMMENFATNING";
    message.content =
        "<Sammenfatning xmlns=\"http://ehelse.no/xmlstds/po/Sammenfatning/2016-05-30\"/>";
    const auto piloted = decoded(message.xml());
    EXPECT_EQ(piloted.envelope.action, "SAMMENFATNING");
    EXPECT_TRUE(piloted.findings.empty());
    message.content =
        "<Pasientlogistikk xmlns=\"http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01\"/>";
    EXPECT_TRUE(has(decoded(message.xml()), finding::type_unknown));
}

TEST(MsgHead, NamesThatDoNotMatchAreGroupedByNamespace) {
    MsgHead message;
    const auto standard_of = [&](std::string_view type, std::string_view xml_namespace) {
        message.type = type;
        message.content = "<x xmlns=\"" + std::string(xml_namespace) + "\"/>";
        const auto result = decoded(message.xml());
        return result.envelope.standard + " " + result.envelope.version + " " +
               result.envelope.apprec_version + (result.findings.empty() ? "" : " faulty");
    };
    const std::string kith = "http://www.kith.no/xmlstds/";
    EXPECT_EQ(
        standard_of("HELSEOPPL_SOKNAD", kith + "po/HelseopplysningerVedSoknad/2012-04-01"),
        "plo 1.6 1.1"
    );
    EXPECT_EQ(
        standard_of("HELSEOPPLYSNINGER_LEGE", kith + "po/Konsultasjon/2009-06-30"), "plo 1.5 1.0"
    );
    EXPECT_EQ(
        standard_of("HENVISNING_VIDERE", "http://ehelse.no/xmlstds/henvisning/2017-11-30"),
        "henvisning 2.0 1.1"
    );
    EXPECT_EQ(standard_of("EPJ-EKSTRAKT", kith + "dialog/2006-10-11"), "dialogmelding 1.0 1.0");
    EXPECT_EQ(
        standard_of("EPJ-EKSTRAKT", kith + "epj/EPJEkstrakt/2008-02-20"), "epj-ekstrakt 1.4 1.0"
    );
    EXPECT_EQ(
        standard_of("DIALOG_INNBYGGER_NOE_NYTT", kith + "dialog/2013-01-23"),
        "dialogmelding 1.1 1.1"
    );
    EXPECT_EQ(
        standard_of("EgenandelForesporselV2", kith + "nav/egenandel/2016-06-10"),
        "egenandel 2.0 1.0"
    );
}

TEST(MsgHead, ASettlementHasTheActionOfItsProcess) {
    MsgHead message;
    message.type = "LOM";
    message.patient.clear();
    message.content = "<BehandlerKrav xmlns=\"http://www.kith.no/xmlstds/bkm/2006-12-20\"/>";
    const auto result = decoded(message.xml());
    EXPECT_EQ(result.envelope.type, "LOM");
    EXPECT_EQ(result.envelope.action, "OppgjorsMelding");
    EXPECT_TRUE(result.findings.empty());
}

TEST(MsgHead, TypeAndContentMustBelongTogether) {
    MsgHead message;
    message.type = "LOG_DOD";
    EXPECT_TRUE(has(decoded(message.xml()), finding::type_mismatch));
    message.type = "NOE_ANNET";
    EXPECT_TRUE(has(decoded(message.xml()), finding::type_unknown));
    EXPECT_EQ(decoded(message.xml()).envelope.action, "");
    message.type = "DIALOG_NOTAT";
    message.content = "<x xmlns=\"urn:unknown\"/>";
    EXPECT_TRUE(has(decoded(message.xml()), finding::standard_unknown));
    EXPECT_EQ(decoded(message.xml()).envelope.xml_namespace, "urn:unknown");
}

TEST(MsgHead, AttachmentsAreTheDocumentsOfThatKind) {
    MsgHead message;
    const std::string attachment =
        "<Document><RefDoc><MsgType V=\"A\"/><Content><Base64Container "
        "xmlns=\"http://www.kith.no/xmlstds/base64container\">QUJD</Base64Container></Content>"
        "</RefDoc></Document>";
    message.more_documents = attachment + attachment;
    const auto envelope = decoded(message.xml()).envelope;
    EXPECT_EQ(envelope.attachments, 2U);
    EXPECT_EQ(envelope.standard, "dialogmelding") << "the first document names the standard";
}

TEST(MsgHead, AttachmentsAreLimited) {
    MsgHead message;
    const std::string attachment = "<Document><RefDoc><MsgType V=\"A\"/></RefDoc></Document>";
    for (std::size_t i = 0; i < limits::attachments_max; ++i) {
        message.more_documents += attachment;
    }
    EXPECT_FALSE(has(decoded(message.xml()), finding::attachments_too_many));
    message.more_documents += attachment;
    EXPECT_TRUE(has(decoded(message.xml()), finding::attachments_too_many));
}

TEST(MsgHead, TheMessageIdIsAUuid) {
    MsgHead message;
    message.id = "4c661458-c412-4c14-baae-8f092g54f6e2";
    const auto result = decoded(message.xml());
    ASSERT_TRUE(has(result, finding::message_id_not_uuid));
    EXPECT_EQ(result.findings.at(0).location.text(), "line 6, /MsgHead/MsgInfo/MsgId");
    message.id = " ";
    EXPECT_TRUE(has(decoded(message.xml()), finding::message_id_missing));
}

TEST(MsgHead, FactsHaveALength) {
    MsgHead message;
    for (const std::size_t size :
         {limits::msg_id_bytes_max - 1, limits::msg_id_bytes_max, limits::msg_id_bytes_max + 1,
          limits::fact_bytes_max - 1, limits::fact_bytes_max, limits::fact_bytes_max + 1}) {
        message.id = "\n " + std::string(size, 'x') + std::string(300, ' ');
        const auto result = decoded(message.xml());
        const bool fits = size <= limits::msg_id_bytes_max;
        EXPECT_EQ(has(result, finding::field_too_long), !fits) << size;
        EXPECT_EQ(result.envelope.message_id.size(), fits ? size : 0) << size;
    }
    message = {};
    message.type = std::string(limits::type_code_bytes_max, 'T');
    EXPECT_FALSE(has(decoded(message.xml()), finding::field_too_long));
    message.type += "T";
    EXPECT_TRUE(has(decoded(message.xml()), finding::field_too_long));
    message = {};
    message.sender = "<Organisation>" + ident(std::string(limits::fact_bytes_max + 1, '1'), "HER") +
                     "</Organisation>";
    const auto result = decoded(message.xml());
    EXPECT_TRUE(has(result, finding::field_too_long));
    EXPECT_EQ(result.envelope.sender.her_id, std::nullopt);
}

TEST(MsgHead, TheTimeIsATime) {
    MsgHead message;
    for (const auto* good :
         {"2026-01-31T12:00:00", "2026-01-31T12:00:00.125Z", "2026-01-31T12:00:00+01:00",
          "2026-01-31"}) {
        message.generated = good;
        EXPECT_FALSE(has_error(decoded(message.xml()).findings)) << good;
    }
    for (const auto* bad :
         {"31.01.2026", "2026-01-31T12:00", "2026-01-31T12:00:00,5", "2026-01-31T12:00:00.",
          "2026-01-31 12:00:00", "x"}) {
        message.generated = bad;
        EXPECT_TRUE(has(decoded(message.xml()), finding::generated_at_invalid)) << bad;
    }
    message.generated.clear();
    EXPECT_TRUE(has(decoded(message.xml()), finding::field_missing));
}

TEST(MsgHead, FactsInsideMarkupCommentsAndCdataAreRead) {
    MsgHead message;
    const auto id = message.id;
    message.id =
        "\n" + id.substr(0, 4) + "<!-- not this -->" + "<![CDATA[" + id.substr(4) + "]]>\t";
    EXPECT_EQ(decoded(message.xml()).envelope.message_id, id);
}

TEST(MsgHead, ABrokenMessageGivesTheFactsBeforeTheErrorAndOneFinding) {
    auto bytes = MsgHead{}.xml();
    bytes.resize(bytes.find("</Sender>") + 9);
    const auto result = decoded(bytes);
    EXPECT_FALSE(result.well_formed);
    EXPECT_EQ(result.envelope.sender.her_id, "101");
    ASSERT_EQ(result.findings.size(), 1U);
    EXPECT_EQ(result.findings[0].spec, &finding::xml_not_well_formed);
}

TEST(MsgHead, WhatMayStandOnceCountsTheFirstTimeAndIsRefusedTheSecond) {
    const auto original = MsgHead{}.xml();
    EXPECT_EQ(ambiguous_at(decoded(original)), "");
    const auto forged = "<Organisation>" + ident("900", "HER") + "</Organisation>";
    const std::string info = "/MsgHead/MsgInfo";
    expect_ambiguous(
        original, "</MsgInfo>", "<MsgInfo><Sender>" + forged + "</Sender></MsgInfo>", info
    );
    expect_ambiguous(original, "</Sender>", "<Sender>" + forged + "</Sender>", info + "/Sender");
    expect_ambiguous(
        original, "</Receiver>", "<Receiver>" + forged + "</Receiver>", info + "/Receiver"
    );
    expect_ambiguous(original, "</MsgId>", "<MsgId>other</MsgId>", info + "/MsgId");
    expect_ambiguous(original, "</Receiver>", "<Type V=\"APPREC\"/>", info + "/Type");
    expect_ambiguous(
        original, "<Id>101</Id>", "<Id>900</Id>",
        info + "/Sender/Organisation/Organisation/Ident/Id"
    );
    const std::string second = "</Organisation></Organisation>";
    expect_ambiguous(original, second, forged, info + "/Sender/Organisation");
}

TEST(MsgHead, ManyOtherFindingsDoNotHideARepeatedSender) {
    MsgHead message;
    for (std::size_t i = 0; i < 2 * limits::findings_max; ++i) {
        message.copies += "<OtherReceiver><Organisation><Ident><Id>" +
                          std::string(limits::fact_bytes_max + 1, '1') +
                          "</Id></Ident></Organisation></OtherReceiver>";
    }
    message.copies += "<Sender/>";
    const auto result = decoded(message.xml());
    EXPECT_EQ(result.findings.size(), limits::findings_max);
    EXPECT_EQ(ambiguous_at(result), "/MsgHead/MsgInfo/Sender");
}

}  // namespace
}  // namespace budstikke::adapters
