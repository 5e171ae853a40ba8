// The limits of what is read of one reference and kept of signers, one below, at and one above.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "tests/unit/crypto/ebxml/messages.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

using test::faults_of;
using test::Message;
using test::PartyPki;
using test::signed_message;
using test::with;
using testing::ElementsAre;

std::string c14n_transform() {
    return "<ds:Transform Algorithm=\"" + std::string(uri_of(Transform::c14n)) + "\"/>";
}

/// What is found once the canonicalization of the envelope's reference is `transforms`.
std::vector<std::string> faults_with(const std::string& transforms) {
    const Message message = signed_message();
    return faults_of(Verifier().verify(
        with(message.text(), c14n_transform(), transforms), message.parts, Policy()
    ));
}

TEST(ReferenceLimits, Transforms) {
    const auto with_transforms = [](std::size_t count) {
        std::string transforms;
        // Two stand before it.
        for (std::size_t i = 2; i < count; ++i)
            transforms += c14n_transform();
        return faults_with(transforms);
    };
    EXPECT_THAT(with_transforms(limits::transforms_read_max - 1), ElementsAre("transform_order"));
    EXPECT_THAT(with_transforms(limits::transforms_read_max), ElementsAre("transform_order"));
    EXPECT_THAT(
        with_transforms(limits::transforms_read_max + 1),
        ElementsAre("limit_exceeded", "transform_order")
    );
}

TEST(ReferenceLimits, PrefixesOfAnExclusiveCanonicalization) {
    const auto with_prefixes = [](std::size_t bytes) {
        return faults_with(
            "<ds:Transform Algorithm=\"" + std::string(uri_of(Transform::exclusive_c14n)) +
            "\"><ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" "
            "PrefixList=\"" +
            std::string(bytes, 'x') + "\"/></ds:Transform>"
        );
    };
    // Well-formed, and not what was signed.
    EXPECT_THAT(with_prefixes(limits::prefix_list_bytes_max - 1), ElementsAre("digest_mismatch"));
    EXPECT_THAT(with_prefixes(limits::prefix_list_bytes_max), ElementsAre("digest_mismatch"));
    EXPECT_THAT(with_prefixes(limits::prefix_list_bytes_max + 1), ElementsAre("transform_refused"));
}

/// A message whose certificate is any, one at a time. It has a fault of its own, so that no
/// signature is computed: the certificate is parsed all the same.
class ManySigners {
 public:
    ManySigners()
        : message_(signed_message()),
          der_(PartyPki::instance().pair("hospital-sign").certificate().der()) {
        const std::string begin = "<ds:X509Certificate>";
        const std::string own(test::between(message_.signature, begin, "</"));
        const std::string text = with(message_.text(), c14n_transform(), "");
        const std::size_t at = text.find(own) + begin.size();
        before_ = text.substr(0, at);
        after_ = text.substr(at + own.size() - begin.size() - 2);
        // Behind the version and the head of the serial number, within its twenty random bytes.
        serial_at_ = der_.find("\xa0\x03\x02\x01\x02\x02") + 10;
    }

    /// Verifies the message of signer `number`; the certificate as the verifier has it.
    PartyCertificate operator()(std::size_t number) {
        std::string der = der_;
        der[serial_at_] = static_cast<char>(number >> 8U);
        der[serial_at_ + 1] = static_cast<char>(number);
        const auto result =
            verifier_.verify(before_ + base64(der) + after_, message_.parts, Policy());
        EXPECT_THAT(faults_of(result), ElementsAre("transform_order"));
        EXPECT_EQ(result.certificate.value().der(), der);
        return *result.certificate;
    }

 private:
    static std::string base64(std::string_view bytes) {
        constexpr std::string_view letters =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string text;
        for (std::size_t i = 0; i < bytes.size(); i += 3) {
            unsigned group = 0;
            for (std::size_t j = i; j < i + 3; ++j) {
                group =
                    group << 8U | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
            }
            for (unsigned shift = 24; shift > 0; shift -= 6)
                text += letters[group >> (shift - 6U) & 63U];
        }
        for (std::size_t pad = (3 - bytes.size() % 3) % 3; pad > 0; --pad)
            text[text.size() - pad] = '=';
        return text;
    }

    Message message_;
    Verifier verifier_;
    std::string der_;
    std::string before_;
    std::string after_;
    std::size_t serial_at_;
};

TEST(VerifierLimits, CertificatesOfSigners) {
    ManySigners ask;
    // Held, so that what is parsed anew is not by chance where the old one was.
    std::vector<PartyCertificate> first;
    for (std::size_t number = 0; number < limits::certificates_cached_max - 1; ++number) {
        const PartyCertificate certificate = ask(number);
        if (number < 4) first.push_back(certificate);
    }
    const auto is_kept = [&](std::size_t number) {
        return &ask(number).handle() == &first[number].handle();
    };
    EXPECT_TRUE(is_kept(0)) << "one below; 1 is the oldest now";
    ask(limits::certificates_cached_max);
    EXPECT_TRUE(is_kept(1)) << "at; 2 is the oldest now";
    ask(limits::certificates_cached_max + 1);
    EXPECT_TRUE(is_kept(3)) << "one above: the oldest went, and no other";
    EXPECT_FALSE(is_kept(2));
}

}  // namespace
}  // namespace budstikke::crypto::xmldsig
