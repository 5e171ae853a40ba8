// Exactly which rules a message breaks, where, and how it is answered: nothing is left out, and
// nothing is reported that is not so.
#include <gtest/gtest.h>

#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "tests/unit/transport/ebxml/drafts.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml::test {
namespace {

using Rules = std::vector<int>;

/// Without the signature's, which every change of the envelope breaks.
Rules without_signature(const Verdict& verdict) {
    auto ids = broken_rules(verdict);
    std::erase(ids, 50);
    return ids;
}

/// With nothing at hand but the message.
Verdict verdict_alone(const Draft& draft, Transport transport) {
    const auto message = read_message(draft.text()).value();
    const crypto::xmldsig::Verifier verifier;
    return validate({
        .message = message,
        .transport = transport,
        .signature = signature_facts(message, verifier, crypto::xmldsig::Policy{}),
        .opened = std::nullopt,
    });
}

std::string place(const Verdict& verdict, int rule) {
    for (const auto& violation : verdict.violations) {
        if (violation.rule->id == rule) {
            return violation.location;
        }
    }
    return {};
}

void declare(Draft& draft, const std::string& charset, const std::string& encoding) {
    draft.soap_headers = changed(draft.soap_headers, "UTF-8", charset);
    draft.edit("encoding=\"UTF-8\"", "encoding=\"" + encoding + "\"");
}

TEST(Encoding, AnotherThatCharsetAndDeclarationAgreeOnIsAWarning) {
    for (const auto* name : {"ISO-8859-1", "iso-8859-1"}) {
        Draft draft = payload_draft();
        declare(draft, name, name);
        const auto verdict = verdict_of(draft);
        // The signature holds: it is of the characters, not of their encoding.
        EXPECT_EQ(broken_rules(verdict), (Rules{256, 68})) << name;
        EXPECT_EQ(verdict.answer, Answer::warning);
        EXPECT_FALSE(verdict.has_error());
    }
}

TEST(Encoding, WhereCharsetAndDeclarationDifferIsRefused) {
    Draft draft = payload_draft();
    declare(draft, "UTF-8", "ISO-8859-1");
    auto verdict = verdict_of(draft);
    EXPECT_EQ(broken_rules(verdict), Rules{68});
    EXPECT_EQ(verdict.answer, Answer::error);
    EXPECT_TRUE(verdict.has_error());
    draft = payload_draft();
    declare(draft, "ISO-8859-1", "UTF-8");
    verdict = verdict_of(draft);
    EXPECT_EQ(broken_rules(verdict), Rules{256});
    EXPECT_EQ(verdict.answer, Answer::fault);
}

TEST(Encoding, TheNameThatIsNoRegisteredOneIsRead) {
    Draft draft = payload_draft();
    draft.soap_headers = changed(draft.soap_headers, "UTF-8", "utf8");
    const auto verdict = verdict_of(draft);
    EXPECT_EQ(broken_rules(verdict), Rules{256});
    EXPECT_TRUE(verdict.violations[0].tolerated);
    EXPECT_EQ(verdict.answer, Answer::acknowledgment);
}

TEST(Declaration, OfAnotherVersionIsRefusedAndMissingOnlyLogged) {
    for (const auto* declaration :
         {"<?xml version=\"1.1\" encoding=\"UTF-8\"?>", "<?xml version='1.1' ?><!--\"1.0\"-->"}) {
        Draft draft = payload_draft();
        draft.cut("<?xml", "?>");
        draft.envelope.insert(0, declaration);
        const auto verdict = verdict_of(draft);
        EXPECT_EQ(without_signature(verdict), Rules{78}) << declaration;
        EXPECT_EQ(verdict.answer, Answer::error) << declaration;
    }
    for (const auto* declaration : {"<?xml version='1.0'?>", "<?xml\tversion = \"1.0\" ?>"}) {
        Draft draft = payload_draft();
        draft.cut("<?xml", "?>");
        draft.envelope.insert(0, declaration);
        EXPECT_EQ(broken_rules(verdict_of(draft)), Rules{}) << declaration;
    }
    Draft draft = payload_draft();
    draft.cut("<?xml", "?>");
    const auto verdict = verdict_of(draft);
    EXPECT_EQ(broken_rules(verdict), Rules{78});
    EXPECT_EQ(verdict.answer, Answer::acknowledgment);
}

TEST(CpaId, NamesItsOwnerAndAnIdOfTheOwners) {
    for (const auto* name : {"nav:test:XX99", "rf:12345", "nav:qass:35065"}) {
        Draft draft = payload_draft();
        draft.edit(agreement_id, name);
        EXPECT_EQ(without_signature(verdict_of(draft)), Rules{}) << name;
    }
}

const std::string acknowledgment_block =
    "<eb:Acknowledgment SOAP:mustUnderstand=\"1\" eb:version=\"2.0\"><eb:Timestamp>"
    "2026-11-22T12:00:00Z</eb:Timestamp><eb:RefToMessageId>a@b</eb:RefToMessageId>"
    "</eb:Acknowledgment>";
const std::string error_block =
    "<eb:ErrorList SOAP:mustUnderstand=\"1\" eb:version=\"2.0\" eb:highestSeverity=\"Error\">"
    "<eb:Error eb:errorCode=\"Unknown\" eb:severity=\"Error\"/></eb:ErrorList>";
const std::string request_block =
    "<eb:AckRequested SOAP:mustUnderstand=\"1\" eb:version=\"2.0\" eb:signed=\"true\"/>";
const std::string manifest_block =
    "<eb:Manifest eb:version=\"2.0\"><eb:Reference xlink:type=\"simple\" "
    "xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"cid:x\"/></eb:Manifest>";

Draft with(const Draft& original, const std::string& header, const std::string& body = {}) {
    Draft draft = original;
    draft.edit("</SOAP:Header>", header + "</SOAP:Header>");
    if (!body.empty()) {
        const auto from = draft.envelope.find("<SOAP:Body");
        draft.envelope.replace(
            from, draft.envelope.size() - from,
            "<SOAP:Body>" + body + "</SOAP:Body></SOAP:Envelope>"
        );
    }
    return draft;
}

TEST(TwoKinds, ASignalInAPayloadMessageIsRefused) {
    const auto header = std::string("/SOAP:Envelope/SOAP:Header/");
    for (const auto& [block, name] :
         {std::pair{acknowledgment_block, "eb:Acknowledgment"},
          std::pair{error_block, "eb:ErrorList"}}) {
        const auto verdict = verdict_of(with(payload_draft(), block));
        EXPECT_EQ(without_signature(verdict), Rules{100}) << name;
        EXPECT_EQ(place(verdict, 100), header + name);
        EXPECT_EQ(verdict.answer, Answer::error);
    }
}

TEST(TwoKinds, WhatBelongsInAPayloadMessageIsMisplacedInASignal) {
    for (const auto* draft : {&acknowledgment_draft(), &error_draft()}) {
        auto verdict = verdict_of(with(*draft, request_block));
        EXPECT_EQ(without_signature(verdict), Rules{100});
        EXPECT_EQ(place(verdict, 100), "/SOAP:Envelope/SOAP:Header/eb:AckRequested");
        EXPECT_EQ(verdict.answer, Answer::none);
        verdict = verdict_of(with(*draft, {}, manifest_block));
        EXPECT_EQ(without_signature(verdict), Rules{101});
        EXPECT_EQ(place(verdict, 101), "/SOAP:Envelope/SOAP:Body/eb:Manifest");
        EXPECT_EQ(verdict.answer, Answer::none);
    }
}

TEST(TwoKinds, WhatServiceAndActionDoNotDecideIsReportedAll) {
    Draft draft = with(acknowledgment_draft(), request_block + error_block, manifest_block);
    draft.edit("<eb:Action>Acknowledgment<", "<eb:Action>Other<");
    EXPECT_EQ(without_signature(verdict_of(draft)), (Rules{100, 101, 115}));
}

TEST(NoKind, IsNotPassedOver) {
    Draft draft = acknowledgment_draft();
    draft.cut("<eb:Acknowledgment ", "</eb:Acknowledgment>");
    EXPECT_EQ(without_signature(verdict_of(draft)), Rules{108});
    draft.edit("<eb:Action>Acknowledgment<", "<eb:Action>Other<");
    const auto verdict = verdict_of(draft);
    EXPECT_EQ(without_signature(verdict), Rules{86});
    EXPECT_EQ(place(verdict, 86), "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Action");
    EXPECT_EQ(verdict.answer, Answer::fault);
}

TEST(Blocks, EachThatIsWrongIsReportedOnceWhereItStands) {
    Draft draft = with(
        payload_draft(), "<x:A xmlns:x='urn:x' SOAP:mustUnderstand='1'/>",
        manifest_block + "<x:B xmlns:x='urn:x'/>" + manifest_block
    );
    const auto verdict = verdict_of(draft);
    std::vector<std::string> places;
    for (const auto& violation : verdict.violations) {
        if (violation.rule->id == 100 || violation.rule->id == 101) {
            places.push_back(violation.location);
        }
    }
    EXPECT_EQ(
        places, (std::vector<std::string>{
                    "/SOAP:Envelope/SOAP:Header/*[4]", "/SOAP:Envelope/SOAP:Body/*[2]",
                    "/SOAP:Envelope/SOAP:Body/eb:Manifest[2]"
                })
    );
}

TEST(Missing, WhatIsMissingIsSaidOnceAndNotForAllThatItWouldHold) {
    Draft draft = payload_draft();
    draft.cut("<eb:MessageHeader", "</eb:MessageHeader>");
    EXPECT_EQ(without_signature(verdict_of(draft)), Rules{4});
    draft = payload_draft();
    draft.cut("<SOAP:Header", "</SOAP:Header>");
    EXPECT_EQ(without_signature(verdict_of(draft)), Rules{2});
    draft = payload_draft();
    draft.edit("<eb:Action>SVAR_LAB<", "<eb:Action><");
    EXPECT_EQ(without_signature(verdict_of(draft)), (Rules{17, 72}));
    draft = payload_draft();
    draft.edit("xmlns:eb=\"" + std::string(ns::eb), "xmlns:eb=\"urn:other");
    EXPECT_EQ(without_signature(verdict_of(draft)), Rules{86});
}

TEST(Schema, SaysWhereInTheNamesOfTheSpecification) {
    Draft draft = payload_draft();
    draft.edit("<eb:ConversationId>", "<eb:Conversation>");
    draft.edit("</eb:ConversationId>", "</eb:Conversation>");
    EXPECT_EQ(
        place(verdict_of(draft), 17), "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Conversation"
    );
}

TEST(Descriptions, FreeTextMayStandBesideTheOneOfTheVersions) {
    for (const auto* place : {"<eb:Description", "</eb:MessageHeader>"}) {
        Draft draft = payload_draft();
        draft.edit(
            place, std::string("<eb:Description xml:lang=\"no\">Fritekst</eb:Description>") + place
        );
        EXPECT_EQ(without_signature(verdict_of(draft)), Rules{}) << place;
    }
}

TEST(Time, WhatIsNoPointInTimeIsReportedWithoutTheSchemasToo) {
    Draft draft = payload_draft();
    draft.edit("<eb:Timestamp>20", "<eb:Timestamp>x20");
    EXPECT_EQ(without_signature(verdict_alone(draft, Transport::mail)), Rules{77});
}

TEST(OverHttp, ASignalAloneNeedsNoTransferEncoding) {
    Draft draft = acknowledgment_draft();
    for (const auto* header : {"From", "To", "Date", "Message-ID", "Content-Transfer-Encoding"}) {
        draft.drop(header);
    }
    EXPECT_EQ(broken_rules(verdict_alone(draft, Transport::http)), Rules{});
    EXPECT_EQ(broken_rules(verdict_alone(draft, Transport::mail)), (Rules{18, 19, 250, 20, 257}));
}

TEST(Sender, WhomNoSignalCanReachGetsAFault) {
    Draft draft = payload_draft();
    auto& sender = draft.known.parties.at("2001");
    sender.mail_addresses.clear();
    auto verdict = verdict_of(draft);
    EXPECT_EQ(broken_rules(verdict), Rules{261});
    EXPECT_EQ(verdict.answer, Answer::fault);
    sender.has_other_endpoint = true;
    EXPECT_EQ(broken_rules(verdict_of(draft)), Rules{});
}

TEST(Package, ThatCannotBeTakenApartSaysWhy) {
    Draft draft = payload_draft();
    draft.attachment_headers =
        changed(draft.attachment_headers, "payload-1@nordvik.example", "soap");
    const auto verdict = verdict_of(draft);
    EXPECT_EQ(broken_rules(verdict), Rules{66});
    EXPECT_EQ(place(verdict, 66), "MIME: two parts have one Content-ID");
    EXPECT_EQ(verdict.answer, Answer::fault);
}

}  // namespace
}  // namespace budstikke::ebxml::test
