// What hostile CMS is answered with (reliability.md T4): a code each, in bounded time and memory,
// and nothing that tells a stranger about the key.
#include <chrono>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/cms/asn1_guard.hpp"
#include "broker/crypto/cms/cms.hpp"
#include "tests/unit/base/cpu_time.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::cms {
namespace {

using test::PartyPki;
using test::TempFolder;

const std::string xml = "<MsgHead>x</MsgHead>";

const Decryptor& decryptor() {
    static const Decryptor made =
        Decryptor::make({PartyPki::instance().pair("clinic-crypt")}).value();
    return made;
}

std::string encrypted(const std::string& content) {
    return encrypt(content, decryptor().keys()[0].certificate()).value();
}

std::string fault(const std::string& message, const Policy& policy = Policy()) {
    const auto opened = decryptor().open(message, policy);
    return opened ? "none" : std::string(name(opened.error()));
}

std::string of_openssl(const std::string& arguments, const std::string& content) {
    const TempFolder folder;
    test::write_file(folder.path("in"), content);
    test::output_of(
        "openssl cms -binary -outform DER -in " + folder.path("in").string() + " -out " +
        folder.path("out").string() + " " + arguments
    );
    return test::read_all(folder.path("out"));
}

std::string recipient() {
    return " -recip " + PartyPki::instance().certificate("clinic-crypt").string();
}

std::string gzipped(const std::string& content) {
    const TempFolder folder;
    test::write_file(folder.path("in"), content);
    test::output_of("gzip -9 -n " + folder.path("in").string());
    return test::read_all(folder.path("in.gz"));
}

TEST(CmsRefusal, OtherKindsOfCms) {
    const PartyPki& pki = PartyPki::instance();
    const std::string signed_only = of_openssl(
        "-sign -nodetach -signer " + pki.certificate("clinic-sign").string() + " -inkey " +
            pki.key("clinic-sign").string(),
        xml
    );
    EXPECT_EQ(fault(signed_only), "not_enveloped");
    EXPECT_EQ(fault(of_openssl("-data_create", xml)), "not_enveloped");
    const std::string secret = of_openssl(
        "-EncryptedData_encrypt -aes128 -secretkey 00112233445566778899aabbccddeeff", xml
    );
    EXPECT_EQ(fault(secret), "not_enveloped");
    const std::string password = of_openssl("-encrypt -aes-256-cbc -pwri_password x", xml);
    EXPECT_EQ(fault(password), "no_key");
}

TEST(CmsRefusal, CiphersOutsideThePolicy) {
    Policy policy;
    policy.ciphers = {ContentCipher::aes_256_cbc};
    EXPECT_EQ(
        fault(of_openssl("-encrypt -aes-128-cbc" + recipient(), xml), policy), "cipher_refused"
    );
    EXPECT_EQ(fault(of_openssl("-encrypt -aes-256-cbc" + recipient(), xml), policy), "none");
    const std::string legacy = " -provider legacy -provider default";
    const Policy widest = Policy().with_3des();
    EXPECT_EQ(
        fault(of_openssl("-encrypt -des-cbc" + legacy + recipient(), xml), widest), "cipher_refused"
    );
    EXPECT_EQ(
        fault(of_openssl("-encrypt -rc2-40-cbc" + legacy + recipient(), xml), widest),
        "cipher_refused"
    );
    EXPECT_EQ(
        fault(of_openssl("-encrypt -camellia-256-cbc" + recipient(), xml), widest), "cipher_refused"
    );
}

TEST(CmsRefusal, GcmWithoutItsTagBeingChecked) {
    // EnvelopedData that claims AES-256-GCM: OpenSSL alone would decrypt it and check no tag.
    std::string message = encrypted(xml);
    const std::string cbc("\x60\x86\x48\x01\x65\x03\x04\x01\x2a", 9);
    const std::size_t at = message.find(cbc);
    ASSERT_NE(at, std::string::npos);
    message[at + 8] = '\x2e';
    EXPECT_EQ(fault(message), "cipher_refused");
}

TEST(CmsRefusal, AChangedTag) {
    std::string message = of_openssl("-encrypt -aes-256-gcm" + recipient(), xml);
    EXPECT_EQ(fault(message), "none");
    message.back() = static_cast<char>(message.back() ^ 1);
    EXPECT_EQ(fault(message), "not_decrypted");
}

TEST(CmsRefusal, WhatDependsOnTheKeyIsOneAnswerToStrangers) {
    for (const Fault inside :
         {Fault::inflation, Fault::too_large_inside, Fault::content_unknown,
          Fault::transfer_encoding, Fault::not_decrypted}) {
        EXPECT_EQ(for_strangers(inside), Fault::not_decrypted);
    }
    EXPECT_EQ(for_strangers(Fault::no_key), Fault::no_key);
}

TEST(CmsRefusal, AChangedKeyOrContentIsNeverOpened) {
    const std::string message = encrypted(xml);
    const std::string rsa("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9);
    const std::size_t key_at = message.find(rsa) + 9 + 2 + 4;
    std::set<std::string> faults;
    for (std::size_t i = 0; i < 256; i += 8) {
        std::string changed = message;
        changed[key_at + i] = static_cast<char>(changed[key_at + i] ^ 0x40);
        faults.insert(fault(changed));
    }
    EXPECT_THAT(faults, testing::ElementsAre("not_decrypted"));
}

TEST(CmsRefusal, EveryBitOfAShortMessageMayFlip) {
    const std::string message = encrypted(xml);
    const auto begun = cpu_time();
    std::size_t opened = 0;
    std::size_t tried = 0;
    // Structure and key, then what is left: the bits of the RSA value in between are all alike.
    for (std::size_t bit = 0; bit < message.size() * 8; bit += bit < 1600 ? 1 : 13) {
        std::string changed = message;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        const auto result = decryptor().open(changed, Policy());
        opened += result ? 1U : 0U;
        ++tried;
        if (result) {
            EXPECT_EQ(result->payload.front(), '<') << bit;
        }
    }
    // Without a tag, a flip in the initial vector or version number does no harm that shows.
    EXPECT_LT(opened, 200U);
    const auto took = cpu_time() - begun;
    EXPECT_LT(took / tried, std::chrono::seconds(1));
}

TEST(CmsRefusal, EveryTruncationIsMalformed) {
    const std::string message = encrypted(xml);
    for (std::size_t size = 0; size < message.size(); ++size) {
        ASSERT_EQ(fault(message.substr(0, size)), "malformed") << size;
    }
    EXPECT_EQ(fault(message + '\0'), "malformed");
}

std::string nested(std::size_t depth) {
    std::string value = "\x05" + std::string(1, '\0');
    for (std::size_t i = 0; i < depth; ++i) {
        std::string length(1, static_cast<char>(value.size()));
        if (value.size() > 127) {
            length = {
                '\x82', static_cast<char>(value.size() >> 8U), static_cast<char>(value.size())
            };
        }
        value.insert(0, "\x30" + length);
    }
    return value;
}

TEST(Asn1Guard, LengthsOutsideTheirParent) {
    const auto verdict = [](std::string_view bytes) { return check_asn1(bytes); };
    EXPECT_EQ(verdict({"\x30\x02\x05\x00", 4}), Asn1Verdict::good);
    EXPECT_EQ(verdict({"\x30\x03\x05\x00", 4}), Asn1Verdict::malformed);
    EXPECT_EQ(verdict({"\x30\x01\x05\x00", 4}), Asn1Verdict::malformed);
    EXPECT_EQ(verdict({"\x30\x84\xff\xff\xff\xff\x05\x00", 8}), Asn1Verdict::malformed);
    EXPECT_EQ(verdict({"\x30\x88\x00\x00\x00\x01\x00\x00\x00\x00", 10}), Asn1Verdict::malformed);
    EXPECT_EQ(verdict({"\x30\x80\x05\x00\x00\x00", 6}), Asn1Verdict::good);
    EXPECT_EQ(verdict({"\x30\x80\x05\x00", 4}), Asn1Verdict::malformed);
    EXPECT_EQ(verdict({"\x04\x80\x00\x00", 4}), Asn1Verdict::malformed);
    EXPECT_EQ(verdict({"\x3f\x81\x01\x00", 4}), Asn1Verdict::malformed);
    EXPECT_EQ(verdict(""), Asn1Verdict::malformed);
    EXPECT_EQ(fault(std::string("\x30\x84\xff\xff\xff\xff", 6)), "malformed");
}

TEST(Asn1Guard, Depth) {
    EXPECT_EQ(check_asn1(nested(limits::cms_depth_max - 1)), Asn1Verdict::good);
    EXPECT_EQ(check_asn1(nested(limits::cms_depth_max)), Asn1Verdict::good);
    EXPECT_EQ(check_asn1(nested(limits::cms_depth_max + 1)), Asn1Verdict::limit_exceeded);
    EXPECT_EQ(fault(nested(1000)), "limit_exceeded");
}

TEST(Asn1Guard, NumberOfValues) {
    const auto with_values = [](std::size_t count) {
        // The sequence itself is one.
        const std::size_t size = (count - 1) * 2;
        std::string bytes = {
            '\x30', '\x83', static_cast<char>(size >> 16U), static_cast<char>(size >> 8U),
            static_cast<char>(size)
        };
        for (std::size_t i = 1; i < count; ++i)
            bytes += std::string("\x05\x00", 2);
        return check_asn1(bytes);
    };
    EXPECT_EQ(with_values(limits::cms_elements_max - 1), Asn1Verdict::good);
    EXPECT_EQ(with_values(limits::cms_elements_max), Asn1Verdict::good);
    EXPECT_EQ(with_values(limits::cms_elements_max + 1), Asn1Verdict::limit_exceeded);
}

TEST(CmsLimits, Size) {
    EXPECT_EQ(fault(std::string(limits::cms_bytes_max + 1, 'x')), "limit_exceeded");
    EXPECT_EQ(fault(std::string(limits::cms_bytes_max, 'x')), "malformed");
}

TEST(CmsLimits, Recipients) {
    const auto for_so_many = [](std::size_t count) {
        std::string others;
        const std::string other =
            " -recip " + PartyPki::instance().certificate("hospital-crypt").string();
        for (std::size_t i = 1; i < count; ++i)
            others += other;
        return fault(of_openssl("-encrypt -aes-256-cbc" + others + recipient(), xml));
    };
    EXPECT_EQ(for_so_many(limits::cms_recipients_max - 1), "none");
    EXPECT_EQ(for_so_many(limits::cms_recipients_max), "none");
    EXPECT_EQ(for_so_many(limits::cms_recipients_max + 1), "limit_exceeded");
}

TEST(CmsLimits, OwnKeys) {
    EXPECT_FALSE(Decryptor::make({}));
    const KeyPair one = PartyPki::instance().pair("clinic-crypt");
    const auto twice = Decryptor::make({one, one});
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, Errc::invalid_argument);
    const auto many = Decryptor::make(std::vector<KeyPair>(limits::own_keys_max + 1, one));
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().code, Errc::limit_exceeded);
}

TEST(CmsLimits, WhatIsInside) {
    Policy policy;
    policy.plain_bytes_max = 1000;
    const auto packed = [&](std::size_t bytes) {
        return fault(encrypted(gzipped("<" + std::string(bytes - 1, 'x'))), policy);
    };
    EXPECT_EQ(packed(999), "none");
    EXPECT_EQ(packed(1000), "none");
    EXPECT_EQ(packed(1001), "too_large_inside");
    EXPECT_EQ(fault(encrypted("<" + std::string(999, 'x')), policy), "none");
    EXPECT_EQ(fault(encrypted("<" + std::string(1000, 'x')), policy), "too_large_inside");
}

TEST(CmsLimits, ABombOfAThousandToOneStopsAtTheLimit) {
    const std::string bomb = encrypted(gzipped("<" + std::string(100 * limits::mib, ' ')));
    EXPECT_LT(bomb.size(), 200 * limits::kib);
    EXPECT_EQ(fault(bomb), "too_large_inside");
}

TEST(Encrypting, OnlyForCertificatesThatAllowIt) {
    const PartyPki& pki = PartyPki::instance();
    EXPECT_FALSE(encrypt(xml, pki.pair("clinic-sign").certificate()));
    for (const char* other : {"curve", "weak-sign"}) {
        const auto certificate = PartyCertificate::load(pki.certificate(other)).value().front();
        const auto made = encrypt(xml, certificate);
        ASSERT_FALSE(made) << other;
        EXPECT_EQ(made.error().code, Errc::invalid_argument);
    }
}

struct Inner {
    const char* what;
    std::string content;
    std::string fault;
};

void PrintTo(const Inner& inner, std::ostream* out) {
    *out << inner.what;
}

class InsideCms : public testing::TestWithParam<Inner> {};

TEST_P(InsideCms, IsReadOrRefused) {
    const auto opened = decryptor().open(encrypted(GetParam().content), Policy());
    EXPECT_EQ(opened ? "none" : std::string(name(opened.error())), GetParam().fault);
    if (opened) {
        EXPECT_THAT(opened->payload, testing::EndsWith("x</MsgHead>"));
    }
}

const std::string mime = "Content-Type: application/xml\r\nContent-Transfer-Encoding: ";

INSTANTIATE_TEST_SUITE_P(
    Contents, InsideCms,
    testing::Values(
        Inner{"XML", xml, "none"}, Inner{"XML with a mark", "\xef\xbb\xbf" + xml, "none"},
        Inner{"XML after space", "\r\n " + xml, "none"},
        Inner{"MIME 8bit", mime + "8bit\r\n\r\n" + xml, "none"},
        Inner{"MIME with bare line feeds", "content-type: text/xml\n\n" + xml, "none"},
        Inner{"MIME base64", mime + "BASE64\r\n\r\nPE1zZ0hlYWQ+\r\neDwvTXNnSGVhZD4=\r\n", "none"},
        Inner{
            "MIME quoted-printable", mime + "quoted-printable\r\n\r\n=3CMsgHead>=\r\nx</MsgHead>",
            "none"
        },
        Inner{
            "MIME folded",
            "Content-Type: application/xml;\r\n charset=utf-8\r\nContent-Id: <a>\r\n\r\n" + xml,
            "none"
        },
        Inner{
            "MIME whose type lies",
            "Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n" + xml, "none"
        },
        Inner{"MIME of unknown encoding", mime + "x-uuencode\r\n\r\n" + xml, "transfer_encoding"},
        Inner{"MIME of bad base64", mime + "base64\r\n\r\nPE1z*\r\n", "transfer_encoding"},
        Inner{"MIME of cut base64", mime + "base64\r\n\r\nPE1zZ\r\n", "transfer_encoding"},
        Inner{
            "MIME of bad quoted-printable", mime + "quoted-printable\r\n\r\n=ZZ",
            "transfer_encoding"
        },
        Inner{
            "MIME with two encodings", mime + "8bit\r\n" + mime + "base64\r\n\r\n" + xml,
            "content_unknown"
        },
        Inner{"MIME of something else", mime + "8bit\r\n\r\nhello", "content_unknown"},
        Inner{"headers without end", mime + "8bit\r\n", "content_unknown"},
        Inner{"headers without content", "From: x\r\n\r\n" + xml, "content_unknown"},
        Inner{"text", "hello", "content_unknown"}, Inner{"nothing", "", "content_unknown"},
        Inner{"PDF", "%PDF-1.7\n", "content_unknown"},
        Inner{"gzip that is none", "\x1f\x8b" + xml, "inflation"}
    )
);

TEST(InsideCmsGzip, IsReadWholeOrNotAtAll) {
    const std::string packed = gzipped(xml);
    const auto opened = decryptor().open(encrypted(packed), Policy());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->payload, xml);
    EXPECT_EQ(opened->inside, Inside::gzip);
    EXPECT_TRUE(opened->gzip);
    EXPECT_EQ(fault(encrypted(packed.substr(0, packed.size() - 1))), "inflation");
    EXPECT_EQ(fault(encrypted(packed + "x")), "inflation");
    EXPECT_EQ(fault(encrypted(gzipped("hello"))), "content_unknown");
    EXPECT_EQ(fault(encrypted(gzipped(packed))), "content_unknown");
    const auto in_mime =
        decryptor().open(encrypted("Content-Type: application/gzip\r\n\r\n" + packed), Policy());
    ASSERT_TRUE(in_mime);
    EXPECT_EQ(in_mime->payload, xml);
    EXPECT_EQ(in_mime->inside, Inside::mime);
    EXPECT_EQ(in_mime->transfer_encoding, "");
}

TEST(InsideCmsHeaders, HaveALimit) {
    const auto with_header_of = [](std::size_t bytes) {
        std::string part = "Content-Type: application/xml\r\nX-Long: ";
        part.resize(bytes - 1, 'x');
        return fault(encrypted(part + "\r\n\r\n" + xml));
    };
    // Counted up to the line feed of the empty line.
    EXPECT_EQ(with_header_of(limits::mime_header_bytes_inside_max - 3), "none");
    EXPECT_EQ(with_header_of(limits::mime_header_bytes_inside_max - 2), "none");
    EXPECT_EQ(with_header_of(limits::mime_header_bytes_inside_max - 1), "content_unknown");
}

}  // namespace
}  // namespace budstikke::crypto::cms
