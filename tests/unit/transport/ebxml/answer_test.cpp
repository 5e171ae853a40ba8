// What a receiver answers, and what is seen in practice and let through.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/message/writer.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "tests/unit/transport/ebxml/drafts.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml::test {
namespace {

Verdict verdict_of_text(const std::string& text, Transport transport = Transport::mail) {
    const auto message = read_message(text);
    if (!message) {
        return unreadable(message.error().detail);
    }
    const crypto::xmldsig::Verifier verifier;
    return validate({
        .message = *message,
        .transport = transport,
        .signature = signature_facts(*message, verifier, crypto::xmldsig::Policy{}),
        .opened = std::nullopt,
    });
}

bool is_tolerated(const Verdict& verdict, int rule) {
    const auto at = std::ranges::find(verdict.violations, find_rule(rule), &Violation::rule);
    return at != verdict.violations.end() && at->tolerated && at->severity() == Severity::warning;
}

std::string example(const std::string& name) {
    return file_text(standards() / "ebms-2.0/examples" / name);
}

TEST(Answer, TheCapturesAreReadAndAnsweredAsReceived) {
    const auto mail =
        verdict_of_text(example("nav-BehandlerKrav-OppgjorsMelding-smtp-multipart.msg"));
    EXPECT_FALSE(mail.has_error());
    EXPECT_EQ(mail.answer, Answer::warning);  // for the missing DuplicateElimination
    const auto reply =
        verdict_of_text(example("nav-HarBorgerEgenandelFritak-response.mime"), Transport::http);
    EXPECT_FALSE(reply.has_error());
    EXPECT_EQ(reply.answer, Answer::none);
}

TEST(Answer, AFaultIsNeitherValidatedNorAnswered) {
    for (const auto& text : {example("SoapFault.xml"), write_fault(FaultCode::client, "x")}) {
        const auto verdict = verdict_of_text(text);
        EXPECT_TRUE(verdict.violations.empty());
        EXPECT_EQ(verdict.answer, Answer::none);
    }
}

TEST(Answer, ABounceIsNeitherValidatedNorAnswered) {
    Draft draft = payload_draft();
    draft.set("Content-Type", "multipart/report; report-type=delivery-status; boundary=\"=_b\"");
    const auto verdict = verdict_of(draft);
    EXPECT_TRUE(verdict.violations.empty());
    EXPECT_EQ(verdict.answer, Answer::none);
}

TEST(Answer, WhatTheSignatureDoesNotCoverIsNotRead) {
    // The filter of the profile cuts out what is for the next node, so anybody could add it.
    Draft draft = payload_draft();
    draft.edit(
        "<eb:MessageHeader",
        "<eb:MessageHeader SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"><eb:From>"
        "<eb:PartyId eb:type=\"HER\">6666</eb:PartyId></eb:From></eb:MessageHeader>"
        "<eb:MessageHeader"
    );
    draft.edit(
        "<eb:Reference ",
        "<eb:Reference SOAP:actor=\"urn:oasis:names:tc:ebxml-msg:actor:nextMSH\" "
        "xlink:href=\"cid:other\"/><eb:Reference "
    );
    const auto envelope = read_message(draft.text()).value().envelope.value();
    EXPECT_EQ(envelope.from.her_id(), "2001");
    ASSERT_EQ(envelope.manifest.size(), 1U);
    EXPECT_EQ(envelope.manifest[0].content_id(), "payload-1@nordvik.example");
    const auto verdict = verdict_of(draft);
    EXPECT_GE(verdict.answer, Answer::error);
    const auto rules = broken_rules(verdict);
    EXPECT_GT(std::ranges::count(rules, 100), 0);
}

/// With `actor` on the first element of that name.
std::string for_node(std::string envelope, const std::string& element, std::string_view actor) {
    const auto from = envelope.find('<' + element + ' ');
    const auto start = from == std::string::npos ? envelope.find('<' + element + '>') : from;
    EXPECT_NE(start, std::string::npos) << element;
    const auto end = envelope.find('>', start);
    const auto own = envelope.find(actor_to_party, start);
    if (own < end) {
        return envelope.replace(own, actor_to_party.size(), actor);
    }
    return envelope.insert(
        start + 1 + element.size(), " SOAP:actor=\"" + std::string(actor) + "\""
    );
}

TEST(Answer, NoElementMayBeForTheNextNodeAlone) {
    const std::map<const Draft*, std::vector<std::string>> elements{
        {&payload_draft(),
         {"SOAP:Envelope", "SOAP:Header", "SOAP:Body", "eb:MessageHeader", "eb:From", "eb:PartyId",
          "eb:MessageData", "eb:MessageId", "eb:AckRequested", "eb:Manifest", "eb:Reference",
          "eb:Schema", "eb:Description", "ds:Signature", "ds:SignedInfo", "ds:Reference"}},
        {&acknowledgment_draft(), {"SOAP:Header", "eb:Acknowledgment", "eb:RefToMessageId"}},
        {&error_draft(), {"SOAP:Header", "eb:ErrorList", "eb:Error", "eb:RefToMessageId"}},
    };
    for (const auto& [draft, names] : elements) {
        for (const auto& element : names) {
            for (const auto actor : {actor_next, actor_next_msh}) {
                auto broken = *draft;
                broken.envelope = for_node(broken.envelope, element, actor);
                const auto verdict = verdict_of(broken);
                const auto rules = broken_rules(verdict);
                EXPECT_EQ(std::ranges::count(rules, 100), 1) << element;
                if (draft == &payload_draft()) {
                    EXPECT_EQ(std::ranges::count(rules, 75), 0) << element;
                    EXPECT_GE(verdict.answer, Answer::error) << element;
                }
            }
        }
    }
}

TEST(Answer, ASignalsBlockForTheNextNodeIsNotMissedAsWell) {
    const std::pair<const Draft*, const char*> blocks[] = {
        {&acknowledgment_draft(), "eb:Acknowledgment"}, {&error_draft(), "eb:ErrorList"}
    };
    for (const auto& [draft, block] : blocks) {
        for (const auto actor : {actor_next, actor_next_msh}) {
            auto broken = *draft;
            broken.envelope = for_node(broken.envelope, block, actor);
            auto rules = broken_rules(verdict_of(broken));
            // 17: the official schema wants that block's own actor, where it has one.
            std::erase(rules, 17);
            EXPECT_EQ(rules, (std::vector<int>{100, 50})) << block;
        }
    }
    // Where there is none at all, that is what is said.
    auto missing = acknowledgment_draft();
    missing.cut("<eb:Acknowledgment", "</eb:Acknowledgment>");
    EXPECT_EQ(broken_rules(verdict_of(missing)), (std::vector<int>{50, 108}));
    missing = error_draft();
    missing.cut("<eb:ErrorList", "</eb:ErrorList>");
    EXPECT_EQ(broken_rules(verdict_of(missing)), (std::vector<int>{50, 122}));
}

TEST(Answer, ABlockThatStandsTwiceIsRefused) {
    Draft draft = payload_draft();
    draft.edit("<eb:AckRequested", "<eb:AckRequested/><eb:AckRequested");
    const auto rules = broken_rules(verdict_of(draft));
    EXPECT_EQ(std::ranges::count(rules, 100), 1);
}

TEST(Answer, WhatIsNoKindOfMessageIsToldWhatItLacks) {
    Draft draft = payload_draft();
    draft.cut("<eb:AckRequested", "/>");
    draft.cut("<eb:Manifest", "</eb:Manifest>");
    const auto verdict = verdict_of(draft);
    auto rules = broken_rules(verdict);
    EXPECT_EQ(std::ranges::count(rules, 6), 1);
    EXPECT_EQ(std::ranges::count(rules, 75), 1);
    EXPECT_EQ(verdict.answer, Answer::error);
    draft = acknowledgment_draft();
    draft.cut("<eb:Acknowledgment ", "</eb:Acknowledgment>");
    rules = broken_rules(verdict_of(draft));
    EXPECT_EQ(std::ranges::count(rules, 108), 1);
}

TEST(Answer, SignalsAreNeverAnsweredButWithAFault) {
    Draft draft = acknowledgment_draft();
    draft.cut("<ds:Signature ", "</ds:Signature>");
    EXPECT_EQ(verdict_of(draft).answer, Answer::none);
    draft.drop("SOAPAction");
    EXPECT_EQ(verdict_of(draft).answer, Answer::fault);
}

TEST(Answer, WithoutUsableAddressesAnErrorBecomesAFault) {
    Draft draft = payload_draft();
    draft.cut("<ds:Signature ", "</ds:Signature>");
    EXPECT_EQ(verdict_of(draft).answer, Answer::error);
    draft.edit(">2001<", ">x<");
    EXPECT_EQ(verdict_of(draft).answer, Answer::fault);
}

TEST(Answer, WhatCannotBeTakenApartGetsAFault) {
    const auto verdict = verdict_of_text("Content-Type: text/xml\nContent-Type: text/xml\n\n<a/>");
    EXPECT_EQ(verdict.answer, Answer::fault);
    EXPECT_EQ(broken_rules(verdict), std::vector<int>{66});
    EXPECT_EQ(verdict_of_text("").answer, Answer::fault);
}

TEST(Answer, ReportsNoMoreThanTheLimit) {
    const auto reported = [](std::size_t strange) {
        Draft draft = payload_draft();
        std::string many;
        for (std::size_t i = 0; i < strange; ++i) {
            many += "<x:B xmlns:x='urn:x'/>";
        }
        draft.edit("<eb:Manifest", many + "<eb:Manifest");
        return verdict_of(draft).violations.size();
    };
    // One each, and some for what they do to the rest of the message.
    const auto rest = reported(2) - 2;
    constexpr auto most = limits::ebms_violations_max;
    EXPECT_EQ(reported(most - rest - 1), most - 1);
    EXPECT_EQ(reported(most - rest), most);
    EXPECT_EQ(reported(most - rest + 1), most);
}

TEST(Answer, PingAndStatusMessagesAreRecognisedAndNotAnswered) {
    Draft draft = acknowledgment_draft();
    draft.edit("<eb:Action>Acknowledgment<", "<eb:Action>Ping<");
    draft.cut("<eb:Acknowledgment ", "</eb:Acknowledgment>");
    EXPECT_EQ(verdict_of(draft).answer, Answer::none);
    draft = payload_draft();
    draft.edit("<eb:Manifest eb:version=\"2.0\">", "<eb:StatusRequest eb:version=\"2.0\">");
    draft.edit("</eb:Manifest>", "</eb:StatusRequest>");
    EXPECT_EQ(verdict_of(draft).answer, Answer::none);
}

TEST(Tolerated, VariantsSeenInPractice) {
    Draft draft = payload_draft();
    draft.set("SOAPAction", "ebxml");
    draft.set("Content-Type", "multipart/related; boundary=\"=_b\"");
    draft.soap_headers = changed(draft.soap_headers, "; charset=\"UTF-8\"", "");
    const auto verdict = verdict_of(draft);
    EXPECT_TRUE(is_tolerated(verdict, 253));
    EXPECT_TRUE(is_tolerated(verdict, 256));
    EXPECT_EQ(verdict.answer, Answer::acknowledgment);
}

TEST(Tolerated, ASignatureWithoutTheXPathOrWithExclusiveC14n) {
    Draft draft = payload_draft();
    draft.cut("<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath", "</ds:Transform>");
    auto verdict = verdict_of(draft);
    for (const int rule : {36, 35, 38}) {
        EXPECT_TRUE(is_tolerated(verdict, rule)) << rule;
    }
    draft = payload_draft();
    draft.edit(
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/></ds:Transforms>",
        "http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>"
    );
    verdict = verdict_of(draft);
    EXPECT_TRUE(is_tolerated(verdict, 35));
    EXPECT_FALSE(is_tolerated(verdict, 38));
}

TEST(Tolerated, ClearTextOnlyWhereTheServiceSendsIt) {
    Draft draft = payload_draft();
    draft.attachment = "<MsgHead/>";
    EXPECT_EQ(verdict_of(draft).answer, Answer::error);
    draft.edit(">S-SVAR_LAB<", ">HarBorgerFrikort<");
    auto rules = broken_rules(verdict_of(draft));
    EXPECT_EQ(std::ranges::count(rules, 263), 0);
    draft.attachment_headers =
        "Content-Type: application/xml\r\nContent-ID: <payload-1@nordvik.example>\r\n";
    const auto verdict = verdict_of(draft);
    EXPECT_TRUE(is_tolerated(verdict, 260));
    rules = broken_rules(verdict);
    EXPECT_EQ(std::ranges::count(rules, 259), 0);
}

TEST(NotChecked, NamesTheRulesWhoseNeedsWereNotGiven) {
    const auto ids = [](const Verdict& verdict) {
        std::vector<int> list;
        for (const auto* rule : verdict.not_checked) {
            list.push_back(rule->id);
        }
        return list;
    };
    EXPECT_EQ(
        ids(verdict_of_text(payload_draft().text())),
        (std::vector<int>{16, 17, 29, 54, 30, 110, 111, 112, 113, 114, 261, 262, 79, 44, 270, 264})
    );
    EXPECT_EQ(
        ids(verdict_of_text(acknowledgment_draft().envelope)),
        (std::vector<int>{16, 17, 29, 54, 30, 110, 111, 112, 113, 114, 79, 44})
    );
    EXPECT_TRUE(ids(verdict_of(payload_draft())).empty());
    // What the directory knows of nobody, it does not know.
    Draft draft = payload_draft();
    for (auto& [her_id, party] : draft.known.parties) {
        party.mail_addresses.clear();
        party.signing_certificates.clear();
    }
    draft.known.agreements.clear();
    EXPECT_EQ(
        ids(verdict_of(draft)), (std::vector<int>{110, 111, 112, 113, 114, 261, 262, 79, 44})
    );
}

}  // namespace
}  // namespace budstikke::ebxml::test
