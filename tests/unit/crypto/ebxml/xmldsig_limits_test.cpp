// The limits of signatures, one below, at and one above each, and what a refusal costs.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/pki/certificate_cache.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "tests/unit/base/cpu_time.hpp"
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
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> faults(const Message& message) {
    return faults_of(Verifier().verify(message.text(), message.parts, Policy()));
}

/// Signs again after the test has changed the message; the error's code where it cannot.
Result<Message> signed_again(Message message) {
    const Signer signer(PartyPki::instance().pair("hospital-sign"));
    auto signature = signer.sign(message.before, message.after, message.parts);
    if (!signature) return std::unexpected(signature.error());
    message.signature = std::move(*signature);
    return message;
}

Message with_header_content(const std::string& content) {
    Message message = signed_message();
    message.before += content;
    return message;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

TEST(SignatureLimits, SizeOfTheEnvelope) {
    Message message = *signed_again(with_header_content("<eb:x></eb:x>"));
    const std::size_t size = message.text().size();
    const auto grown_to = [&](std::size_t bytes) {
        Message grown = message;
        grown.before = with(message.before, "<eb:x>", "<eb:x>" + std::string(bytes - size, 'x'));
        return grown;
    };
    const auto at = signed_again(grown_to(limits::soap_bytes_max));
    ASSERT_TRUE(at) << at.error().detail;
    ASSERT_EQ(at->text().size(), limits::soap_bytes_max);
    EXPECT_THAT(faults(*at), IsEmpty());
    EXPECT_THAT(faults(*signed_again(grown_to(limits::soap_bytes_max - 1))), IsEmpty());
    EXPECT_THAT(faults(grown_to(limits::soap_bytes_max + 1)), ElementsAre("limit_exceeded"));
}

TEST(SignatureLimits, Elements) {
    // So many has the message by itself: a tag that opens or is empty, less the declaration.
    const std::string text = signed_message().text();
    std::size_t own = 0;
    for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos; ++at) {
        own += text[at + 1] != '/' && text[at + 1] != '?' ? 1U : 0U;
    }
    const auto verdict = [&](std::size_t count) {
        return faults(with_header_content(repeated("<x/>", count - own)));
    };
    constexpr std::size_t most = limits::signed_envelope_elements_max;
    EXPECT_THAT(verdict(most - 1), ElementsAre("digest_mismatch"));
    EXPECT_THAT(verdict(most), ElementsAre("digest_mismatch"));
    EXPECT_THAT(verdict(most + 1), ElementsAre("limit_exceeded"));
}

TEST(SignatureLimits, Parts) {
    const auto with_parts = [](std::size_t count) {
        Message message = signed_message();
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < count; ++i)
            ids.push_back(std::to_string(i) + "@test");
        message.parts.clear();
        for (const std::string& id : ids)
            message.parts.push_back({.content_id = id, .bytes = "x"});
        const auto again = signed_again(message);
        return again ? faults(*again)
                     : std::vector<std::string>{std::string(name(again.error().code))};
    };
    // The envelope has a reference too.
    EXPECT_THAT(with_parts(limits::ebms_references_max - 2), IsEmpty());
    EXPECT_THAT(with_parts(limits::ebms_references_max - 1), IsEmpty());
    EXPECT_THAT(with_parts(limits::ebms_references_max), ElementsAre("limit_exceeded"));
}

TEST(SignatureLimits, References) {
    const Message message = signed_message();
    const std::string reference(
        test::between(message.signature, "<ds:Reference URI=\"cid:two", "</ds:Reference>")
    );
    const auto with_references = [&](std::size_t count) {
        return faults_of(Verifier().verify(
            with(message.text(), reference, repeated(reference, count - 2)), message.parts, Policy()
        ));
    };
    EXPECT_THAT(with_references(limits::ebms_references_max - 1), Not(Contains("limit_exceeded")));
    EXPECT_THAT(with_references(limits::ebms_references_max), Not(Contains("limit_exceeded")));
    EXPECT_THAT(with_references(limits::ebms_references_max + 1), ElementsAre("limit_exceeded"));
}

TEST(SignatureLimits, HeadersForTheNextMsh) {
    const std::string header =
        "<eb:Via SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"/>";
    // One is there already.
    const auto with_headers = [&](std::size_t count) {
        return faults(with_header_content(repeated(header, count - 1)));
    };
    EXPECT_THAT(with_headers(limits::actor_elements_max - 1), IsEmpty());
    EXPECT_THAT(with_headers(limits::actor_elements_max), IsEmpty());
    EXPECT_THAT(with_headers(limits::actor_elements_max + 1), ElementsAre("limit_exceeded"));
}

TEST(SignatureLimits, Depth) {
    const auto nested = [](std::size_t depth) {
        // Envelope and Header are two.
        const std::size_t more = depth - 2;
        return faults(with_header_content(repeated("<a>", more) + repeated("</a>", more)));
    };
    EXPECT_THAT(nested(limits::xml_depth_max - 1), ElementsAre("digest_mismatch"));
    EXPECT_THAT(nested(limits::xml_depth_max), ElementsAre("digest_mismatch"));
    EXPECT_THAT(nested(limits::xml_depth_max + 1), ElementsAre("limit_exceeded"));
}

TEST(SignatureLimits, NamespacesInForce) {
    // Three are declared at the envelope; 50 at each nested element stay under those of one
    // element.
    const auto declared = [](std::size_t count) {
        std::string open;
        std::string close;
        for (std::size_t left = count - 3, n = 0; left > 0;) {
            const std::size_t here = std::min<std::size_t>(left, 50);
            open += "<a";
            for (std::size_t i = 0; i < here; ++i, ++n) {
                open += " xmlns:n" + std::to_string(n) + "=\"urn:n\"";
            }
            open += ">";
            close += "</a>";
            left -= here;
        }
        return faults(with_header_content(open + close));
    };
    EXPECT_THAT(
        declared(limits::signed_envelope_namespaces_max - 1), ElementsAre("digest_mismatch")
    );
    EXPECT_THAT(declared(limits::signed_envelope_namespaces_max), ElementsAre("digest_mismatch"));
    EXPECT_THAT(
        declared(limits::signed_envelope_namespaces_max + 1), ElementsAre("limit_exceeded")
    );
}

TEST(SignatureLimits, FindingsEnd) {
    const Message message = signed_message();
    const std::string text = with(
        message.text(), "<ds:X509Data>", repeated("<ds:RetrievalMethod/>", 500) + "<ds:X509Data>"
    );
    const auto result = Verifier().verify(text, message.parts, Policy());
    EXPECT_EQ(result.findings.size(), limits::findings_max);
}

TEST(SignatureLimits, TenThousandReferencesCostNoTime) {
    const Message message = signed_message();
    const std::string text = with(
        message.text(), "</ds:SignedInfo>",
        repeated("<ds:Reference URI=\"\"><a/></ds:Reference>", 9'990) + "</ds:SignedInfo>"
    );
    const auto begun = cpu_time();
    const auto result = Verifier().verify(text, message.parts, Policy());
    const auto took = cpu_time() - begun;
    EXPECT_THAT(faults_of(result), ElementsAre("limit_exceeded"));
    // Digests of all of them would take minutes.
    EXPECT_LT(took, std::chrono::seconds(20));
}

TEST(SignatureLimits, TheLargestHostileEnvelopeCostsBoundedTime) {
    // As many elements, namespaces and headers to cut out as pass, all to be canonicalized.
    std::string content;
    for (int i = 0; i < 50; ++i)
        content += " xmlns:n" + std::to_string(i) + "=\"urn:n\"";
    content = "<a" + content + ">" +
              repeated("<eb:Via SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"/>", 15) +
              repeated("<n7:b n1:c=\"\" n2:d=\"\"/>", limits::signed_envelope_elements_max - 100) +
              "</a>";
    const auto begun = cpu_time();
    EXPECT_THAT(faults(with_header_content(content)), ElementsAre("digest_mismatch"));
    EXPECT_LT(cpu_time() - begun, std::chrono::seconds(20));
}

class RsaBits : public testing::TestWithParam<std::pair<unsigned, bool>> {};

/// A certificate for a modulus of so many bits that nobody has the factors of.
std::string certificate_of_bits(unsigned bits) {
    const test::TempFolder folder;
    std::string modulus(bits / 4 + (bits % 4 == 0 ? 0 : 1), 'F');
    constexpr const char* first = "F137";
    modulus[0] = first[bits % 4];
    test::write_file(
        folder.path("conf"),
        "asn1=SEQUENCE:key\n[key]\nn=INTEGER:0x" + modulus + "\ne=INTEGER:0x10001\n"
    );
    const std::string at = folder.path("").string();
    const PartyPki& pki = PartyPki::instance();
    test::output_of(
        "cd " + at +
        " && openssl asn1parse -genconf conf -noout -out rsa.der && "
        "openssl rsa -RSAPublicKey_in -inform DER -in rsa.der -pubout -out pub.pem && "
        "openssl x509 -new -force_pubkey pub.pem -subj /C=NO/O=Large -days 5 -CAkey " +
        pki.path("issuing-ca/ca.key").string() + " -CA " + pki.path("issuing-ca/ca.crt").string() +
        " -outform DER -out cert.der"
    );
    return test::read_all(folder.path("cert.der"));
}

TEST_P(RsaBits, OfTheSigningKey) {
    const Message message = signed_message();
    const test::TempFolder folder;
    test::write_file(folder.path("der"), certificate_of_bits(GetParam().first));
    std::string base64 = test::output_of("base64 -w0 " + folder.path("der").string());
    const std::string begin = "<ds:X509Certificate>";
    const std::string own(test::between(message.signature, begin, "</"));
    const std::string text = with(message.text(), own, begin + base64 + "</");
    EXPECT_THAT(
        faults_of(Verifier().verify(text, message.parts, Policy())),
        ElementsAre(GetParam().second ? "signature_mismatch" : "key_size")
    );
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, RsaBits,
    testing::Values(
        std::pair(limits::rsa_bits_min - 1, false), std::pair(limits::rsa_bits_min, true),
        std::pair(limits::rsa_bits_min + 1, true), std::pair(limits::rsa_bits_max - 1, true),
        std::pair(limits::rsa_bits_max, true), std::pair(limits::rsa_bits_max + 1, false)
    )
);

TEST(SigningKeys, AreRsaOfEnoughBits) {
    const PartyPki& pki = PartyPki::instance();
    const auto curve = KeyPair::load(pki.certificate("curve"), pki.key("curve"));
    ASSERT_FALSE(curve);
    EXPECT_EQ(curve.error().code, Errc::invalid_argument);
    const auto mixed = KeyPair::load(pki.certificate("hospital-sign"), pki.key("clinic-sign"));
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().code, Errc::invalid_argument);
}

TEST(SigningKeys, OfACurveDoNotVerify) {
    const PartyPki& pki = PartyPki::instance();
    const Message message = signed_message();
    const std::string base64 = test::output_of(
        "openssl x509 -outform DER -in " + pki.certificate("curve").string() + " | base64 -w0"
    );
    const std::string begin = "<ds:X509Certificate>";
    const std::string own(test::between(message.signature, begin, "</"));
    const std::string text = with(message.text(), own, begin + base64 + "</");
    EXPECT_THAT(
        faults_of(Verifier().verify(text, message.parts, Policy())), ElementsAre("key_type")
    );
}

TEST(Signing, SaysWhyItCannot) {
    const Message message = signed_message();
    const Signer signer(PartyPki::instance().pair("hospital-sign"));
    const auto code = [&](const std::string& before, const std::string& after,
                          std::span<const Part> parts) {
        const auto signature = signer.sign(before, after, parts);
        return signature ? std::string() : std::string(name(signature.error().code));
    };
    EXPECT_EQ(code(message.before + message.signature, message.after, {}), "invalid_argument");
    EXPECT_EQ(code("<a>", "</a>", {}), "invalid_argument");
    EXPECT_EQ(code("", "", {}), "invalid_argument");
    const std::size_t body = message.after.find("<eb:Manifest");
    EXPECT_EQ(
        code(message.before + message.after.substr(0, body), message.after.substr(body), {}),
        "invalid_argument"
    );
    const Part part{.content_id = "one@test", .bytes = "x"};
    EXPECT_EQ(code(message.before, message.after, std::vector{part, part}), "invalid_argument");
    EXPECT_EQ(
        code(message.before, message.after, std::vector{Part{.content_id = "", .bytes = "x"}}),
        "invalid_argument"
    );
}

TEST(CertificateCache, KeepsTheLastOnesAndNoMore) {
    const PartyPki& pki = PartyPki::instance();
    CertificateCache cache(2);
    const std::string first(pki.pair("hospital-sign").certificate().der());
    const std::string second(pki.pair("clinic-sign").certificate().der());
    const std::string third(pki.pair("clinic-crypt").certificate().der());
    const x509_st* const parsed = &cache.get(first)->handle();
    ASSERT_TRUE(cache.get(second));
    EXPECT_EQ(&cache.get(first)->handle(), parsed);
    ASSERT_TRUE(cache.get(third));
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_EQ(&cache.get(first)->handle(), parsed);
    EXPECT_FALSE(cache.get("no certificate"));
    EXPECT_FALSE(cache.get(first + "x"));
    EXPECT_EQ(cache.size(), 2U);
}

}  // namespace
}  // namespace budstikke::crypto::xmldsig
