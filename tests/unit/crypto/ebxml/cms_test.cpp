// That encrypted payloads open: ours here and with openssl, and openssl's here.
#include "broker/crypto/cms/cms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::cms {
namespace {

using test::PartyPki;
using test::TempFolder;

const std::string xml = "<?xml version=\"1.0\"?>\n<MsgHead>\xc3\xa6\xc3\xb8\xc3\xa5</MsgHead>\n";

Decryptor decryptor() {
    const PartyPki& pki = PartyPki::instance();
    auto made = Decryptor::make({pki.pair("clinic-crypt"), pki.pair("hospital-old-crypt")});
    return std::move(*made);
}

PartyCertificate recipient(const std::string& name) {
    return PartyPki::instance().pair(name).certificate();
}

/// What `openssl cms -encrypt` makes of the content.
std::string encrypted_by_openssl(
    const std::string& content, const std::string& options, const std::string& name
) {
    const TempFolder folder;
    test::write_file(folder.path("in"), content);
    test::output_of(
        "openssl cms -encrypt -binary -outform DER " + options + " -in " +
        folder.path("in").string() + " -out " + folder.path("out").string() + " -recip " +
        PartyPki::instance().certificate(name).string()
    );
    return test::read_all(folder.path("out"));
}

TEST(Cms, WhatWeEncryptWeOpen) {
    const auto encrypted = encrypt(mime_part(xml), recipient("clinic-crypt"));
    ASSERT_TRUE(encrypted);
    const auto opened = decryptor().open(*encrypted, Policy());
    ASSERT_TRUE(opened) << name(opened.error());
    EXPECT_EQ(opened->payload, xml);
    EXPECT_EQ(opened->inside, Inside::mime);
    EXPECT_EQ(opened->content_type, "application/xml");
    EXPECT_EQ(opened->cipher, ContentCipher::aes_256_cbc);
    EXPECT_EQ(opened->key, 0U);
}

TEST(Cms, WhatWeEncryptOpensslOpens) {
    const auto encrypted = encrypt(mime_part(xml), recipient("clinic-crypt"));
    ASSERT_TRUE(encrypted);
    const TempFolder folder;
    test::write_file(folder.path("in"), *encrypted);
    const PartyPki& pki = PartyPki::instance();
    test::output_of(
        "openssl cms -decrypt -binary -inform DER -in " + folder.path("in").string() + " -out " +
        folder.path("out").string() + " -recip " + pki.certificate("clinic-crypt").string() +
        " -inkey " + pki.key("clinic-crypt").string()
    );
    EXPECT_EQ(test::read_all(folder.path("out")), mime_part(xml));
}

TEST(Cms, TheOldKeyStillOpensWhatWasSentForIt) {
    const auto encrypted = encrypt(xml, recipient("hospital-old-crypt"));
    ASSERT_TRUE(encrypted);
    const auto opened = decryptor().open(*encrypted, Policy());
    ASSERT_TRUE(opened) << name(opened.error());
    EXPECT_EQ(opened->key, 1U);
    EXPECT_EQ(opened->inside, Inside::xml);
}

struct Sent {
    std::string options;
    ContentCipher cipher;
};

class OfOpenssl : public testing::TestWithParam<Sent> {};

TEST_P(OfOpenssl, Opens) {
    const auto encrypted = encrypted_by_openssl(xml, GetParam().options, "clinic-crypt");
    const auto opened = decryptor().open(encrypted, Policy());
    ASSERT_TRUE(opened) << name(opened.error());
    EXPECT_EQ(opened->payload, xml);
    EXPECT_EQ(opened->cipher, GetParam().cipher);
}

INSTANTIATE_TEST_SUITE_P(
    Ciphers, OfOpenssl,
    testing::Values(
        Sent{"-aes-128-cbc", ContentCipher::aes_128_cbc},
        Sent{"-aes-192-cbc", ContentCipher::aes_192_cbc},
        Sent{"-aes-256-cbc", ContentCipher::aes_256_cbc},
        Sent{"-aes-128-gcm", ContentCipher::aes_128_gcm},
        Sent{"-aes-256-gcm", ContentCipher::aes_256_gcm},
        Sent{"-aes-256-cbc -stream", ContentCipher::aes_256_cbc},
        Sent{"-aes-256-cbc -keyid", ContentCipher::aes_256_cbc}
    )
);

TEST(Cms, OaepOpens) {
    const std::string recipient = PartyPki::instance().certificate("clinic-crypt").string();
    const TempFolder folder;
    test::write_file(folder.path("in"), xml);
    test::output_of(
        "openssl cms -encrypt -binary -outform DER -aes-256-cbc -in " + folder.path("in").string() +
        " -out " + folder.path("out").string() + " -recip " + recipient +
        " -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256"
    );
    const std::string encrypted = test::read_all(folder.path("out"));
    EXPECT_TRUE(decryptor().open(encrypted, Policy()));
    Policy policy;
    policy.key_transports = {KeyTransport::rsa_pkcs1};
    const auto refused = decryptor().open(encrypted, policy);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), Fault::transport_refused);
}

TEST(Cms, TripleDesOpensOnlyForAPartnerWhoMay) {
    const auto encrypted = encrypted_by_openssl(xml, "-des3", "clinic-crypt");
    const auto refused = decryptor().open(encrypted, Policy());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), Fault::cipher_refused);
    EXPECT_TRUE(decryptor().open(encrypted, Policy().with_3des()));
}

TEST(Cms, ForSomebodyElseIsNoKey) {
    const auto encrypted = encrypt(xml, recipient("hospital-crypt"));
    ASSERT_TRUE(encrypted);
    const auto opened = decryptor().open(*encrypted, Policy());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), Fault::no_key);
}

}  // namespace
}  // namespace budstikke::crypto::cms
