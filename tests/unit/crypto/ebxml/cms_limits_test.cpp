// The limits of what is encrypted, of its lengths and of certificates, one below, at and one above.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/cms/asn1_guard.hpp"
#include "broker/crypto/cms/cms.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::cms {
namespace {

using test::PartyPki;
using test::TempFolder;

/// A certificate in DER with this extension section, for a key that `made_by` leaves in pub.pem. An
/// RSA key signs it, whose signatures are all of one length.
std::string issued(const std::string& made_by, const std::string& extensions) {
    const TempFolder folder;
    test::write_file(folder.path("ext"), extensions);
    const PartyPki& pki = PartyPki::instance();
    test::output_of(
        "cd " + folder.path("").string() + " && " + made_by +
        " && openssl x509 -new -force_pubkey pub.pem -subj /C=NO/O=Large -days 5 -set_serial 1 "
        "-extfile ext -CAkey " +
        pki.key("clinic-crypt").string() + " -CA " + pki.certificate("clinic-crypt").string() +
        " -outform DER -out cert.der"
    );
    return test::read_all(folder.path("cert.der"));
}

TEST(PartyCertificateLimits, Size) {
    const std::string key = "openssl rsa -pubout -in " +
                            PartyPki::instance().key("clinic-crypt").string() + " -out pub.pem";
    const auto with_text_of = [&](std::size_t bytes) {
        return issued(key, "2.999.1=ASN1:UTF8:" + std::string(bytes, 'x') + "\n");
    };
    // Every length in it takes two bytes from here on.
    constexpr std::size_t some = 1000;
    const std::size_t rest = with_text_of(some).size() - some;
    const auto code_of_size = [&](std::size_t bytes) {
        const std::string der = with_text_of(bytes - rest);
        EXPECT_EQ(der.size(), bytes);
        const auto read = PartyCertificate::from_der(der);
        return read ? "read" : std::string(name(read.error().code));
    };
    EXPECT_EQ(code_of_size(limits::party_certificate_bytes_max - 1), "read");
    EXPECT_EQ(code_of_size(limits::party_certificate_bytes_max), "read");
    EXPECT_EQ(code_of_size(limits::party_certificate_bytes_max + 1), "limit_exceeded");
}

TEST(Asn1Guard, BytesOfALength) {
    const auto with_length_of = [](std::size_t bytes) {
        // An empty value inside: two bytes long, however that is written.
        return check_asn1(
            std::string({'\x30', static_cast<char>(0x80U + bytes)}) + std::string(bytes - 1, '\0') +
            std::string("\x02\x05\x00", 3)
        );
    };
    EXPECT_EQ(with_length_of(limits::cms_length_bytes_max - 1), Asn1Verdict::good);
    EXPECT_EQ(with_length_of(limits::cms_length_bytes_max), Asn1Verdict::good);
    EXPECT_EQ(with_length_of(limits::cms_length_bytes_max + 1), Asn1Verdict::malformed);
}

TEST(Encrypting, AsMuchAsLeavesRoomForTheEnvelope) {
    const KeyPair pair = PartyPki::instance().pair("clinic-crypt");
    const Decryptor decryptor = Decryptor::make({pair}).value();
    constexpr std::size_t most = limits::cms_bytes_max - limits::cms_overhead_bytes_max;
    for (const std::size_t size : {most - 1, most}) {
        const std::string content = "<" + std::string(size - 1, 'x');
        const auto encrypted = encrypt(content, pair.certificate());
        ASSERT_TRUE(encrypted) << encrypted.error().detail;
        EXPECT_LE(encrypted->size(), limits::cms_bytes_max);
        const auto opened = decryptor.open(*encrypted, Policy());
        ASSERT_TRUE(opened) << name(opened.error());
        EXPECT_EQ(opened->payload, content);
    }
    const auto above = encrypt("<" + std::string(most, 'x'), pair.certificate());
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
}

TEST(Encrypting, TheEnvelopeFitsItsRoomWithTheLongestKey) {
    // Any odd number of so many bits will do to encrypt with.
    const std::string modulus(limits::rsa_bits_max / 4, 'F');
    const std::string der = issued(
        "printf 'asn1=SEQUENCE:key\\n[key]\\nn=INTEGER:0x" + modulus +
            "\\ne=INTEGER:0x10001\\n' > conf && openssl asn1parse -genconf conf -noout -out "
            "rsa.der "
            "&& openssl rsa -RSAPublicKey_in -inform DER -in rsa.der -pubout -out pub.pem",
        "keyUsage=keyEncipherment\n"
    );
    const PartyCertificate recipient = PartyCertificate::from_der(der).value();
    ASSERT_EQ(recipient.rsa_bits(), limits::rsa_bits_max);
    const std::string content(100, 'x');
    const auto encrypted = encrypt(content, recipient);
    ASSERT_TRUE(encrypted) << encrypted.error().detail;
    EXPECT_LE(encrypted->size(), content.size() + limits::cms_overhead_bytes_max);
}

}  // namespace
}  // namespace budstikke::crypto::cms
