// What answers messages of ours goes to whoever waits for it, with who signed it; and none of it is
// ever answered.
#include <gmock/gmock.h>

#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/service/mail_answers.hpp"
#include "broker/transport/ebxml/service/signals.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"
#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What the clinic sent, as the hospital sees it.
Envelope sent_by_us() {
    PartnerMessage message;
    message.from = "3001";
    message.to = "2001";
    return *read_message(message.bytes()).value().envelope;
}

EbxmlError some_error() {
    EbxmlError error;
    error.code = "Unknown";
    return error;
}

std::string fault_bytes() {
    return as_arrival(fault(FaultCode::client, "no", false), Transport::http);
}

class Signals : public InboxTest {
 protected:
    Package acknowledgment(const std::string& signer = "hospital-sign") {
        const crypto::xmldsig::Signer key(crypto::test::PartyPki::instance().pair(signer));
        return SignalMaker{.signer = key, .now = clock_.now(), .random = random_, .description = {}}
            .acknowledgment(sent_by_us(), {})
            .value();
    }
    Package error(std::vector<EbxmlError> errors) {
        const crypto::xmldsig::Signer key(crypto::test::PartyPki::instance().pair("hospital-sign"));
        return SignalMaker{.signer = key, .now = clock_.now(), .random = random_, .description = {}}
            .error(sent_by_us(), errors)
            .value();
    }
    void expect_no_answer(const Reception& reception) {
        EXPECT_EQ(reception.kind, Reception::Kind::done);
        EXPECT_FALSE(reception.reply);
        inbox_->stop();
        EXPECT_EQ(carrier_.size(), 0U);
    }
};

TEST_F(Signals, GoToWhoeverWaitsWithWhoSignedThem) {
    expect_no_answer(receive(as_arrival(acknowledgment(), Transport::http)));
    ASSERT_EQ(signals_.size(), 1U);
    EXPECT_EQ(signals_[0].signed_by, Signatory::partner);
    EXPECT_EQ(signals_[0].envelope.kind, Kind::acknowledgment);
    EXPECT_EQ(signals_[0].envelope.acknowledgment->ref_to_message_id, PartnerMessage{}.message_id);
}

TEST_F(Signals, OverMailToo) {
    expect_no_answer(receive(as_arrival(error({some_error()}), Transport::mail), Transport::mail));
    ASSERT_EQ(signals_.size(), 1U);
    EXPECT_EQ(signals_[0].signed_by, Signatory::partner);
    EXPECT_EQ(signals_[0].envelope.error_list->errors[0].code, "Unknown");
}

TEST_F(Signals, OfStrangersAreCalledSo) {
    expect_no_answer(receive(as_arrival(acknowledgment("clinic-sign"), Transport::http)));
    const auto envelope = read_signal(acknowledgment()).soap;
    receive(as_arrival(
        package_signal(changed(envelope, "<eb:Action>", "<eb:Action xmlns:more=\"urn:more\">")),
        Transport::http
    ));
    const auto begin = envelope.find("<ds:Signature");
    const auto end = envelope.find("</ds:Signature>") + std::string_view("</ds:Signature>").size();
    receive(as_arrival(
        package_signal(envelope.substr(0, begin) + envelope.substr(end)), Transport::http
    ));
    ASSERT_EQ(signals_.size(), 3U);
    EXPECT_EQ(signals_[0].signed_by, Signatory::stranger);
    EXPECT_EQ(signals_[1].signed_by, Signatory::invalid);
    EXPECT_EQ(signals_[2].signed_by, Signatory::nobody);
}

TEST_F(Signals, ComeAgainWhereTheyCouldNotBeKept) {
    effect_ = fail(Errc::io, "a test");
    EXPECT_EQ(receive(as_arrival(acknowledgment(), Transport::http)).kind, Reception::Kind::later);
}

TEST_F(Signals, ThatTurnedOutToBeNoneAreNotAnsweredEither) {
    auto envelope = read_signal(acknowledgment()).soap;
    const auto begin = envelope.find("<eb:Acknowledgment ");
    const auto end =
        envelope.find("</eb:Acknowledgment>") + std::string_view("</eb:Acknowledgment>").size();
    envelope.erase(begin, end - begin);
    expect_no_answer(receive(as_arrival(package_signal(envelope), Transport::http)));
    EXPECT_THAT(signals_, IsEmpty());
    EXPECT_EQ(events("ebxml_ignored"), 1U);
    // What is no signal by its Action either would get no answer from anybody.
    envelope = changed(envelope, "<eb:Action>Acknowledgment<", "<eb:Action>Other<");
    const auto reception = receive(as_arrival(package_signal(envelope), Transport::http));
    EXPECT_TRUE(reception.reply_is_fault);
    EXPECT_THAT(signals_, IsEmpty());
}

TEST_F(Signals, AFaultIsMatchedByTheExchangeThatItCameBackIn) {
    const auto bytes = fault_bytes();
    expect_no_answer(inbox_->receive(
        {.transport = Transport::http, .bytes = bytes, .source = "x", .exchange_of = "m-1@us"}
    ));
    ASSERT_EQ(signals_.size(), 1U);
    EXPECT_EQ(signals_[0].signed_by, Signatory::nobody);
    EXPECT_EQ(signals_[0].exchange_of, "m-1@us");
}

TEST_F(Signals, AFaultByMailIsMatchedByTheMailsThatItAnswers) {
    const auto mail = "In-Reply-To: <one@us>\r\nReferences: <one@us>\r\n <two@us>\r\n" +
                      as_arrival(fault(FaultCode::client, "no", false), Transport::mail);
    expect_no_answer(receive(mail, Transport::mail));
    ASSERT_EQ(signals_.size(), 1U);
    EXPECT_THAT(signals_[0].answered_mails, ElementsAre("one@us", "one@us", "two@us"));
}

TEST_F(Signals, WhatCannotBeReadInAnExchangeOfOursIsNotAnswered) {
    expect_no_answer(inbox_->receive(
        {.transport = Transport::http, .bytes = "<html>", .source = "x", .exchange_of = "m@us"}
    ));
}

std::string bounce(
    std::string_view action, std::string_view more = {}, std::string_view status = "5.1.1"
) {
    return "From: MAILER-DAEMON@edi.example\r\nTo: legekontor@edi.example\r\n" + std::string(more) +
           "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
           "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
           "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
           "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; x@edi.example\r\n"
           "Action: " +
           std::string(action) + "\r\nStatus: " + std::string(status) +
           "\r\n"
           "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
           "Subject: x\r\nMessage-ID:\r\n <ours.1@edi.example>\r\n--b--\r\n";
}

TEST_F(Signals, ABounceIsMatchedAndNotAnswered) {
    expect_no_answer(receive(bounce("failed"), Transport::mail));
    EXPECT_THAT(bounces_, ElementsAre(std::pair("ours.1@edi.example", true)));
    receive(bounce("Delayed"), Transport::mail);
    ASSERT_EQ(bounces_.size(), 2U);
    EXPECT_FALSE(bounces_[1].second);
}

TEST_F(Signals, ARelayThatGaveUpOnAServerThatWasAwayRefusesNothing) {
    expect_no_answer(receive(bounce("failed", {}, "4.4.7"), Transport::mail));
    EXPECT_THAT(bounces_, ElementsAre(std::pair("ours.1@edi.example", false)));
}

TEST_F(Signals, AReportOfSuccessIsIgnored) {
    expect_no_answer(receive(bounce("delivered"), Transport::mail));
    EXPECT_THAT(bounces_, IsEmpty());
    EXPECT_EQ(events("ebxml_report_ignored"), 1U);
}

std::string unreadable_mail(
    std::string_view more, std::string_view from = "stranger@else.example"
) {
    return std::string(more) + "From: " + std::string(from) +
           "\r\nTo: Legekontor <legekontor@edi.example>\r\nMessage-ID: <theirs@else.example>\r\n"
           "Content-Type: text/plain\r\n\r\nhello";
}

TEST_F(Signals, AFaultOnAMailGoesToItsSender) {
    const auto reception = receive(unreadable_mail(""), Transport::mail);
    EXPECT_EQ(reception.kind, Reception::Kind::done);
    EXPECT_FALSE(reception.reply);
    const auto sent = carrier_.take(1);
    EXPECT_EQ(sent[0].endpoint, "mailto:stranger@else.example");
    EXPECT_EQ(sent[0].from_address, "legekontor@edi.example");
    EXPECT_EQ(sent[0].in_reply_to, "theirs@else.example");
    EXPECT_EQ(read_signal(sent[0].package).envelope.kind, Kind::fault);
}

TEST_F(Signals, NoFaultGoesToAMachineOrToOurselves) {
    for (const auto* header :
         {"Auto-Submitted: auto-replied\r\n", "Precedence: bulk\r\n", "Return-Path: <>\r\n"}) {
        receive(unreadable_mail(header), Transport::mail);
    }
    receive(unreadable_mail("", "legekontor@edi.example"), Transport::mail);
    receive(unreadable_mail("", "\"a b\"@else.example"), Transport::mail);
    expect_no_answer(receive(unreadable_mail("", "<>"), Transport::mail));
    const auto faults = events_.kept.all("ebxml_fault");
    ASSERT_EQ(faults.size(), 6U);
    for (const auto& event : faults) {
        EXPECT_EQ(event.fields.at("sent"), "no");
    }
}

TEST(MailAnswers, AnAddressIsOneThatSmtpCanCarry) {
    EXPECT_TRUE(is_plain_address("a@b.example"));
    for (const auto* none :
         {"", "a", "@b", "a@", "a b@c", "<a@b>", "a@b\r\nDATA", "-a@b", "a@b,c@d"}) {
        EXPECT_FALSE(is_plain_address(none)) << none;
    }
    EXPECT_TRUE(is_plain_address(std::string(limits::mail_address_bytes_max - 2, 'a') + "@b"));
    EXPECT_FALSE(is_plain_address(std::string(limits::mail_address_bytes_max - 1, 'a') + "@b"));
}

}  // namespace
}  // namespace budstikke::ebxml::test
