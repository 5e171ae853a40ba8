// The small parts of the wiring of ebXML: counts of attempts, words for every reason, hosts.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/app/counting_carrier.hpp"
#include "broker/app/ebxml_operations.hpp"
#include "broker/app/ebxml_way_texts.hpp"
#include "broker/crypto/pki/party_trust.hpp"
#include "broker/transport/ebxml/agreement/terms.hpp"

namespace budstikke::app {
namespace {

using ebxml::CarrierFault;

/// Answers what it is told to.
class Told final : public ebxml::Carrier {
 public:
    std::expected<std::string, CarrierFault> send(const ebxml::Outgoing&) override {
        return answer;
    }
    std::expected<std::string, CarrierFault> answer;
};

TEST(CountingCarrier, CountsWhatCameOfEveryAttemptAndPassesItOn) {
    Told told;
    CountingCarrier counting(told);
    const ebxml::Package package{};
    const ebxml::Outgoing outgoing{
        .endpoint = "https://a",
        .package = package,
        .from_address = {},
        .mail_id = {},
        .in_reply_to = {}
    };
    told.answer = "signal";
    EXPECT_EQ(counting.send(outgoing), "signal");
    std::uint64_t attempts = 0;
    for (const CarrierFault fault : CountingCarrier::faults) {
        told.answer = std::unexpected(fault);
        ++attempts;
        for (std::uint64_t i = 0; i < attempts; ++i) {
            EXPECT_EQ(counting.send(outgoing).error(), fault);
        }
        EXPECT_EQ(counting.failed(fault), attempts) << name(fault);
    }
    EXPECT_EQ(counting.done(), 1U);
}

TEST(WayTexts, HaveWordsInBothLanguagesForEveryReason) {
    std::vector<std::string> codes{
        "sender_unknown",  "recipient_unknown", "recipient_not_ebxml", "recipient_not_acted_for",
        "no_identity",     "no_endpoint",       "no_certificate",      "no_signing_certificate",
        "no_mail_address", "clear_by_mail",
    };
    for (int i = 0; !name(static_cast<ebxml::Obstacle>(i)).empty(); ++i) {
        codes.emplace_back(name(static_cast<ebxml::Obstacle>(i)));
    }
    const auto last = static_cast<int>(crypto::TrustFault::revocation_unknown);
    for (int i = 0; i <= last; ++i) {
        codes.emplace_back(crypto::name(static_cast<crypto::TrustFault>(i)));
    }
    for (const std::string& code : codes) {
        const WayText text = way_text(code);
        EXPECT_EQ(text.code, code);
        EXPECT_NE(text.en, code);
        EXPECT_NE(text.no, code);
        EXPECT_NE(text.en, text.no);
    }
    EXPECT_EQ(way_text("new_reason").en, "new_reason");
}

TEST(EndpointHost, IsTheHostAndNothingElse) {
    EXPECT_EQ(endpoint_host("https://msh.example/ebxml?x=1"), "msh.example");
    EXPECT_EQ(endpoint_host("https://user:secret@msh.example:8443/ebxml"), "msh.example");
    EXPECT_EQ(endpoint_host("https://[::1]:8443/ebxml"), "[::1]");
    EXPECT_EQ(endpoint_host("https://[::1]/ebxml"), "[::1]");
    EXPECT_EQ(endpoint_host("mailto:1001@edi.example"), "edi.example");
    EXPECT_EQ(endpoint_host("mailto:nobody"), "");
    EXPECT_EQ(endpoint_host("nonsense"), "");
}

}  // namespace
}  // namespace budstikke::app
