// How large the files of certificates, keys and revocation lists may be: one byte below the limit,
// at it, and one above. What fills them is text around the PEM, which counts and is not read.
#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/peer_identity.hpp"
#include "broker/crypto/revocation.hpp"
#include "broker/crypto/tls_context.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::test {
namespace {

class FileLimits : public testing::Test {
 protected:
    /// A copy with lines in front of it, `bytes` long.
    std::filesystem::path filled(const std::string& name, std::size_t bytes, unsigned mode) const {
        const std::string content = read_all(pki.path(name));
        std::string text(bytes - content.size(), ' ');
        for (std::size_t at = 99; at < text.size(); at += 100) {
            text[at] = '\n';
        }
        if (!text.empty()) {
            text.back() = '\n';
        }
        const auto path = folder.path("filled");
        std::filesystem::remove(path);
        write_file(path, text + content, mode);
        return path;
    }
    Errc refusal(const TlsServerConfig& config) const {
        const auto context = TlsServerContext::make(config, clock);
        EXPECT_FALSE(context);
        return context ? Errc::internal : context.error().code;
    }

    const TestPki& pki = TestPki::instance();
    const SettableClock clock;
    const TempFolder folder;
};

TEST_F(FileLimits, ACertificateFile) {
    constexpr std::size_t limit = limits::certificate_file_bytes_max;
    TlsServerConfig config = pki.server();
    const std::string own = pki.server().certificate_chain_file.filename();
    for (const std::size_t bytes : {limit - 1, limit}) {
        config.certificate_chain_file = filled(own, bytes, 0644);
        const auto context = TlsServerContext::make(config, clock);
        ASSERT_TRUE(context) << context.error().detail;
        EXPECT_EQ(context->own_certificates().size(), 2U);
    }
    config.certificate_chain_file = filled(own, limit + 1, 0644);
    EXPECT_EQ(refusal(config), Errc::limit_exceeded);
}

TEST_F(FileLimits, AFileOfCas) {
    constexpr std::size_t limit = limits::certificate_file_bytes_max;
    const auto load = [&](std::size_t bytes) {
        return RevocationLists::load(
            {filled("ca.crt", bytes, 0644)}, {pki.path("root-ca.crl")}, StaleListPolicy::fail_closed
        );
    };
    EXPECT_TRUE(load(limit - 1));
    EXPECT_TRUE(load(limit));
    EXPECT_EQ(load(limit + 1).error().code, Errc::limit_exceeded);
}

TEST_F(FileLimits, AKeyFile) {
    constexpr std::size_t limit = limits::key_file_bytes_max;
    TlsServerConfig config = pki.server();
    const std::string own = pki.server().key_file.filename();
    for (const std::size_t bytes : {limit - 1, limit}) {
        config.key_file = filled(own, bytes, 0600);
        const auto context = TlsServerContext::make(config, clock);
        EXPECT_TRUE(context) << context.error().detail;
    }
    config.key_file = filled(own, limit + 1, 0600);
    EXPECT_EQ(refusal(config), Errc::limit_exceeded);
}

TEST_F(FileLimits, ARevocationList) {
    constexpr std::size_t limit = limits::crl_file_bytes_max;
    const auto load = [&](std::size_t bytes) {
        return RevocationLists::load(
            {pki.path("ca.crt")}, {filled("root-ca.crl", bytes, 0644)}, StaleListPolicy::fail_closed
        );
    };
    for (const std::size_t bytes : {limit - 1, limit}) {
        const auto lists = load(bytes);
        ASSERT_TRUE(lists) << lists.error().detail;
        EXPECT_EQ(lists->lists().size(), 1U);
    }
    EXPECT_EQ(load(limit + 1).error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace budstikke::crypto::test
