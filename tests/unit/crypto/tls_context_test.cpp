// What a TLS context refuses to be made from: nothing starts half configured.
#include "broker/crypto/tls_context.hpp"

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/tls_session.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::test {
namespace {

class Context : public testing::Test {
 protected:
    Errc refusal(const TlsServerConfig& config) const {
        const Result<TlsServerContext> context = TlsServerContext::make(config, clock);
        EXPECT_FALSE(context);
        return context ? Errc::internal : context.error().code;
    }

    const TestPki& pki = TestPki::instance();
    const SettableClock clock;
    const TempFolder folder;
};

TEST_F(Context, IsMadeFromTheTestPki) {
    const Result<TlsServerContext> context = TlsServerContext::make(pki.server(), clock);
    ASSERT_TRUE(context) << context.error().detail;
    ASSERT_EQ(context->own_certificates().size(), 2U);
    EXPECT_EQ(context->own_certificates()[0].subject, "CN=localhost,O=Budstikke Test,C=NO");
    EXPECT_EQ(context->revocation().lists().size(), 5U);
}

TEST_F(Context, RefusesAKeyThatOthersMayTouch) {
    TlsServerConfig config = pki.server();
    config.key_file = folder.path("server.key");
    for (const unsigned mode : {0640U, 0604U, 0644U, 0660U}) {
        write_file(config.key_file, read_all(pki.path("server.key")), mode);
        EXPECT_EQ(refusal(config), Errc::denied) << std::oct << mode;
    }
    write_file(config.key_file, read_all(pki.path("server.key")), 0600);
    EXPECT_TRUE(TlsServerContext::make(config, clock));
}

TEST_F(Context, RefusesFilesThatAreMissingOrDoNotFit) {
    TlsServerConfig config = pki.server();
    config.key_file = pki.key("hospital");
    EXPECT_EQ(refusal(config), Errc::invalid_argument) << "the key of another certificate";
    config = pki.server();
    config.key_file = folder.path("absent");
    EXPECT_EQ(refusal(config), Errc::not_found);
    config = pki.server();
    config.certificate_chain_file = folder.path("absent");
    EXPECT_EQ(refusal(config), Errc::not_found);
    config = pki.server();
    config.key_file = folder.path("no-key");
    write_file(config.key_file, "no key", 0600);
    EXPECT_EQ(refusal(config), Errc::malformed);
    config = pki.server();
    config.ca_files = {pki.certificate("self-signed")};
    config.crl_files.clear();
    EXPECT_EQ(refusal(config), Errc::invalid_argument) << "a client's certificate is no CA";
    config.ca_files.clear();
    EXPECT_EQ(refusal(config), Errc::invalid_argument) << "no CA";
}

TEST_F(Context, RefusesAnEncryptedKeyInsteadOfAskingForItsPassphrase) {
    TlsServerConfig config = pki.server();
    config.key_file = folder.path("encrypted.key");
    const std::string command = "openssl pkcs8 -topk8 -passout pass:secret -in " +
                                pki.path("server.key").string() + " -out " +
                                config.key_file.string();
    ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT: a command of ours
    std::filesystem::permissions(config.key_file, std::filesystem::perms::owner_read);
    EXPECT_EQ(refusal(config), Errc::malformed);
}

TEST_F(Context, RefusesAWeakCertificateOfOurOwn) {
    TlsServerConfig config = pki.server();
    config.certificate_chain_file = pki.certificate("rsa1024");
    config.key_file = pki.key("rsa1024");
    EXPECT_EQ(refusal(config), Errc::invalid_argument);
}

TEST_F(Context, HoldsTheLimitsOfItsNumbers) {
    TlsServerConfig config = pki.server();
    config.chain_depth_max = 0;
    EXPECT_EQ(refusal(config), Errc::invalid_argument);
    config.chain_depth_max = limits::certificate_chain_depth_configurable_max + 1;
    EXPECT_EQ(refusal(config), Errc::invalid_argument);
    config.chain_depth_max = limits::certificate_chain_depth_configurable_max;
    EXPECT_TRUE(TlsServerContext::make(config, clock));
    config.alpn = {""};
    EXPECT_EQ(refusal(config), Errc::invalid_argument);
    config.alpn = {std::string(limits::alpn_name_bytes_max + 1, 'x')};
    EXPECT_EQ(refusal(config), Errc::invalid_argument);
    config.alpn = {std::string(limits::alpn_name_bytes_max, 'x'), "x"};
    EXPECT_TRUE(TlsServerContext::make(config, clock));
    config.alpn = {std::string(limits::alpn_name_bytes_max - 1, 'x')};
    EXPECT_TRUE(TlsServerContext::make(config, clock));
}

TEST_F(Context, RefusesAClientWithoutCaAndAConnectionWithoutName) {
    TlsClientConfig config = pki.client("hospital");
    const Result<TlsClientContext> client = TlsClientContext::make(config, clock);
    ASSERT_TRUE(client);
    EXPECT_EQ(client->own_certificates().front().organisation_number, organisation);
    EXPECT_EQ(client->connect(0, "").error().code, Errc::invalid_argument);
    constexpr std::size_t limit = limits::server_name_bytes_max;
    const auto above = client->connect(0, std::string(limit + 1, 'a'));
    EXPECT_EQ(above.error().code, Errc::invalid_argument);
    EXPECT_EQ(client->connect(0, std::string("a\0b", 3)).error().code, Errc::invalid_argument);
    EXPECT_TRUE(client->connect(0, std::string(limit, 'a')));
    EXPECT_TRUE(client->connect(0, std::string(limit - 1, 'a')));
    config.ca_files.clear();
    EXPECT_EQ(TlsClientContext::make(config, clock).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace budstikke::crypto::test
