// The eight classic signature-wrapping shapes (security.md T4) through the whole inbox: what was
// signed is moved, and something of the attacker's stands in its place. Nothing is delivered, and
// nothing that the attacker wrote is believed.
#include <gmock/gmock.h>

#include "tests/unit/transport/ebxml/packages.hpp"
#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::string between(const std::string& text, std::string_view begin, std::string_view end) {
    const auto from = text.find(begin);
    const auto until = text.find(end, from);
    if (from == std::string::npos || until == std::string::npos) {
        ADD_FAILURE() << begin;
        return {};
    }
    return text.substr(from, until + end.size() - from);
}

/// A signed envelope in pieces; `evil` is to another of our parties, under another id.
struct Pieces {
    std::string open, header, evil, signature, close, original;

    explicit Pieces(const std::string& envelope) {
        header = between(envelope, "<eb:MessageHeader", "</eb:MessageHeader>");
        signature = between(envelope, "<ds:Signature ", "</ds:Signature>");
        open = envelope.substr(0, envelope.find(header));
        const auto rest = envelope.find("</SOAP:Header>");
        close = envelope.substr(rest);
        evil = changed(changed(header, ">3001<", ">3002<"), "955536cb", "00000000");
        original = envelope.substr(envelope.find("<SOAP:Envelope"));
        original = changed(original, signature, "");
    }
    std::string with(const std::string& content) const {
        return changed(signature, "</ds:Signature>", content + "</ds:Signature>");
    }
};

std::string shape(int number, const std::string& envelope) {
    const Pieces p(envelope);
    switch (number) {
        case 1:
            return p.open + p.evil + p.with(p.original) + p.close;
        case 2:
            return p.open + p.evil + p.signature + p.original + p.close;
        case 3:
            return p.open + p.evil + p.header + p.signature + p.close;
        case 4:
            return p.open +
                   changed(p.evil, "</eb:MessageHeader>", p.header + "</eb:MessageHeader>") +
                   p.signature + p.close;
        case 5:
            return p.open + p.evil + p.signature +
                   changed(p.close, "</SOAP:Envelope>", p.header + "</SOAP:Envelope>");
        case 6:
            return p.open + p.evil + p.with(p.header) + p.close;
        case 7:
            return p.open + "<eb:Extension>" + p.header + "</eb:Extension>" + p.evil + p.signature +
                   p.close;
        default:
            return p.open + p.evil + p.with("<ds:Object>" + p.header + "</ds:Object>") + p.close;
    }
}

class Wrapping : public InboxTest, public testing::WithParamInterface<int> {};

TEST_P(Wrapping, DeliversNothing) {
    PartnerMessage message;
    message.after_signing = [](const std::string& envelope) { return shape(GetParam(), envelope); };
    const auto reception = receive(message);
    EXPECT_EQ(reception.kind, Reception::Kind::done);
    EXPECT_EQ(accepted(), 0U);
    EXPECT_FALSE(kept(message));
    EXPECT_TRUE(inbox_->versions().empty());
    // Two headers have no HER-id that counts; one is refused for its signature.
    if (!reception.reply_is_fault) {
        const auto signal =
            read_signal(reception.reply ? *reception.reply : carrier_.take(1)[0].package);
        EXPECT_THAT(signal.codes(), Contains("SecurityFailure"));
    }
}

/// The same with the attacker's header for the next node, which the profile's filter cuts out of
/// what is signed.
TEST_P(Wrapping, WithAHeaderForTheNextNodeIsRefusedAndLeavesThePartnersOwnCopyAlone) {
    PartnerMessage message;
    std::string own;
    message.after_signing = [&own](const std::string& envelope) {
        own = envelope;
        const Pieces p(envelope);
        const auto evil = changed(
            p.evil, "SOAP:mustUnderstand=\"1\"",
            "SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\" SOAP:mustUnderstand=\"1\""
        );
        return changed(envelope, p.header, GetParam() % 2 == 0 ? evil + p.header : p.header + evil);
    };
    std::vector<OutgoingPart> parts;
    message.before_packing = [&parts](std::vector<OutgoingPart>& sent) { parts = sent; };
    const auto signal = answered(message);
    EXPECT_THAT(signal.text(), HasSubstr("regel 100"));
    EXPECT_EQ(signal.envelope.ref_to_message_id, message.message_id);
    EXPECT_EQ(accepted(), 0U);
    EXPECT_FALSE(kept(message));
    const auto again = answered(as_arrival(package_payload(own, parts), Transport::http));
    EXPECT_EQ(again.envelope.kind, Kind::acknowledgment) << again.text();
    EXPECT_EQ(open_for("3001"), 1U);
    EXPECT_EQ(open_for("3002"), 0U);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Wrapping, testing::Range(1, 9));

}  // namespace
}  // namespace budstikke::ebxml::test
