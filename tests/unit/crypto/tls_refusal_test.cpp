// The matrix of who must not get in (security.md T1): each refused with its own reason for us and
// one alert for the peer. And the edges of what may: depth, size, versions, profiles.
#include <chrono>
#include <ostream>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/crypto/tls_session.hpp"
#include "tests/unit/crypto/raw_client.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::test {
namespace {

constexpr int handshake_failure = 40;
constexpr int protocol_version = 70;
constexpr int certificate_required = 116;
constexpr int no_application_protocol = 120;
constexpr int rounds_max = 1000;

struct Verdict {
    TlsStep server;
    bool let_in = false;
    int alert = -1;
    std::string organisation_number;
    std::string version;
};

Verdict knock(const TlsServerContext& context, const RawClientOptions& options) {
    const SocketPair sockets;
    Result<TlsSession> server = context.accept(sockets.server());
    EXPECT_TRUE(server);
    RawClient client(options, sockets.client());
    Verdict verdict;
    for (int round = 0; round < rounds_max; ++round) {
        const bool client_done = client.step();
        verdict.server = server->handshake();
        const bool waits = verdict.server.state == TlsState::want_read ||
                           verdict.server.state == TlsState::want_write;
        if (!waits || client_done) break;
    }
    // What the server has said last: the client reads until nothing more can come.
    for (int round = 0; round < 10 && !client.step(); ++round) {
    }
    verdict.let_in = verdict.server.state == TlsState::ok;
    verdict.alert = client.alert();
    if (server->peer() != nullptr)
        verdict.organisation_number = server->peer()->organisation_number;
    verdict.version = server->version();
    return verdict;
}

TlsServerContext listener(const TlsServerConfig& config, const Clock& clock) {
    Result<TlsServerContext> context = TlsServerContext::make(config, clock);
    if (!context) throw std::runtime_error(context.error().detail);
    return *context;
}

RawClientOptions as(const std::string& client) {
    const TestPki& pki = TestPki::instance();
    return {.certificate = pki.certificate(client), .key = pki.key(client)};
}

struct Refusal {
    const char* client;
    TlsFault fault;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
    *out << refusal.client;
}

class RefusedCertificate : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedCertificate, HasItsOwnReasonAndTheUniformAlert) {
    const SettableClock clock;
    const TlsServerContext context = listener(TestPki::instance().server(), clock);
    const Verdict verdict = knock(context, as(GetParam().client));
    EXPECT_EQ(verdict.server.state, TlsState::failed);
    EXPECT_EQ(name(verdict.server.fault), name(GetParam().fault));
    EXPECT_EQ(verdict.alert, handshake_failure);
    EXPECT_EQ(verdict.organisation_number, "");
}

INSTANTIATE_TEST_SUITE_P(
    Matrix, RefusedCertificate,
    testing::Values(
        Refusal{"self-signed", TlsFault::self_signed}, Refusal{"foreign", TlsFault::unknown_issuer},
        Refusal{"expired", TlsFault::expired}, Refusal{"not-yet-valid", TlsFault::not_yet_valid},
        Refusal{"server-eku", TlsFault::wrong_purpose}, Refusal{"no-eku", TlsFault::wrong_purpose},
        Refusal{"sha1", TlsFault::weak_signature}, Refusal{"rsa1024", TlsFault::weak_key},
        Refusal{"revoked", TlsFault::revoked}, Refusal{"deep-3", TlsFault::chain_too_long},
        Refusal{"no-organisation", TlsFault::no_organisation_number}
    ),
    [](const auto& tested) {
        std::string title = tested.param.client;
        std::erase(title, '-');
        return title;
    }
);

class Listener : public testing::Test {
 protected:
    const TestPki& pki = TestPki::instance();
    SettableClock clock;
};

TEST_F(Listener, LetsInTheProfilesOfOrganisationCertificates) {
    const TlsServerContext context = listener(pki.server(), clock);
    for (const char* client : {"hospital", "rsa", "seid1"}) {
        const Verdict verdict = knock(context, as(client));
        EXPECT_TRUE(verdict.let_in) << client << " " << name(verdict.server.fault);
        EXPECT_EQ(verdict.organisation_number, organisation) << client;
        EXPECT_EQ(verdict.version, "TLSv1.3");
    }
}

TEST_F(Listener, RefusesAClientWithoutCertificate) {
    const TlsServerContext context = listener(pki.server(), clock);
    const Verdict verdict = knock(context, {});
    EXPECT_EQ(name(verdict.server.fault), "no_certificate");
    EXPECT_EQ(verdict.alert, certificate_required);
}

TEST_F(Listener, RefusesVersionsBefore13) {
    const TlsServerContext context = listener(pki.server(), clock);
    for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION}) {
        RawClientOptions options = as("hospital");
        options.version_min = options.version_max = version;
        const Verdict verdict = knock(context, options);
        EXPECT_EQ(name(verdict.server.fault), "no_common_version");
        EXPECT_EQ(verdict.alert, protocol_version);
    }
}

TEST_F(Listener, AllowsTls12OnlyWhereConfiguredAndOnlyWithEcdheAndAead) {
    TlsServerConfig config = pki.server();
    config.allow_tls_1_2 = true;
    const TlsServerContext context = listener(config, clock);
    RawClientOptions options = as("hospital");
    options.version_min = options.version_max = TLS1_2_VERSION;
    options.ciphers_tls_1_2 = "ECDHE-ECDSA-AES256-GCM-SHA384";
    const Verdict allowed = knock(context, options);
    EXPECT_TRUE(allowed.let_in) << name(allowed.server.fault);
    EXPECT_EQ(allowed.version, "TLSv1.2");
    for (const char* cipher :
         {"ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"}) {
        options.ciphers_tls_1_2 = cipher;
        const Verdict verdict = knock(context, options);
        EXPECT_EQ(name(verdict.server.fault), "no_common_cipher") << cipher;
        EXPECT_EQ(verdict.alert, handshake_failure) << cipher;
    }
    options.ciphers_tls_1_2.clear();
    options.version_min = options.version_max = TLS1_1_VERSION;
    EXPECT_EQ(name(knock(context, options).server.fault), "no_common_version");
}

TEST_F(Listener, AllowsTls12WithoutLettingInTheWrongCertificate) {
    TlsServerConfig config = pki.server();
    config.allow_tls_1_2 = true;
    const TlsServerContext context = listener(config, clock);
    for (const char* client : {"foreign", "expired", "revoked"}) {
        RawClientOptions options = as(client);
        options.version_min = options.version_max = TLS1_2_VERSION;
        const Verdict verdict = knock(context, options);
        EXPECT_FALSE(verdict.let_in) << client;
        EXPECT_EQ(verdict.alert, handshake_failure) << client;
    }
}

TEST_F(Listener, RefusesAbsentAndOtherAlpn) {
    const TlsServerContext context = listener(pki.server(), clock);
    const std::vector<std::vector<std::string>> wrong = {
        {}, {"http/1.1"}, {"budstikke/2"}, {"budstikke/1x"}, {"budstikke"}, {"BUDSTIKKE/1"}
    };
    for (const std::vector<std::string>& alpn : wrong) {
        RawClientOptions options = as("hospital");
        options.alpn = alpn;
        const Verdict verdict = knock(context, options);
        EXPECT_EQ(name(verdict.server.fault), "no_common_protocol");
        EXPECT_EQ(verdict.alert, no_application_protocol);
    }
    RawClientOptions options = as("hospital");
    options.alpn = {"h2", "budstikke/1"};
    EXPECT_TRUE(knock(context, options).let_in);
}

TEST_F(Listener, AsksForNoAlpnWhereNoneIsConfigured) {
    TlsServerConfig config = pki.server();
    config.alpn.clear();
    const TlsServerContext context = listener(config, clock);
    RawClientOptions options = as("hospital");
    EXPECT_TRUE(knock(context, options).let_in);
    options.alpn.clear();
    EXPECT_TRUE(knock(context, options).let_in);
}

TEST_F(Listener, FailsClosedOnAStaleListUnlessToldToUseIt) {
    TlsServerConfig config = pki.server();
    config.crl_files = {pki.path("root-ca.crl"), pki.path("stale.crl")};
    EXPECT_EQ(name(knock(listener(config, clock), as("hospital")).server.fault), "crl_stale");
    config.crl_files = {pki.path("root-stale.crl"), pki.path("issuing-ca.crl")};
    const Verdict verdict = knock(listener(config, clock), as("hospital"));
    EXPECT_EQ(name(verdict.server.fault), "crl_stale");
    EXPECT_EQ(verdict.alert, handshake_failure);
    config.stale_lists = StaleListPolicy::use_stale;
    EXPECT_TRUE(knock(listener(config, clock), as("hospital")).let_in);
}

TEST_F(Listener, KeepsARevokedCertificateOutByAStaleListToo) {
    TlsServerConfig config = pki.server();
    config.stale_lists = StaleListPolicy::use_stale;
    clock.advance_wall(std::chrono::hours(24 * 40));
    const TlsServerContext context = listener(config, clock);
    EXPECT_TRUE(knock(context, as("hospital")).let_in);
    EXPECT_EQ(name(knock(context, as("revoked")).server.fault), "revoked");
}

TEST_F(Listener, RefusesWhereAListIsMissingUnderBothPolicies) {
    TlsServerConfig config = pki.server();
    for (const StaleListPolicy policy :
         {StaleListPolicy::fail_closed, StaleListPolicy::use_stale}) {
        config.stale_lists = policy;
        for (const char* only : {"root-ca.crl", "issuing-ca.crl"}) {
            config.crl_files = {pki.path(only)};
            const Verdict verdict = knock(listener(config, clock), as("hospital"));
            EXPECT_EQ(name(verdict.server.fault), "crl_missing") << only;
        }
    }
}

TEST_F(Listener, RefusesClientsOfARevokedIssuingCa) {
    TlsServerConfig config = pki.server();
    config.crl_files = {pki.path("root-revokes-issuing.crl"), pki.path("issuing-ca.crl")};
    EXPECT_EQ(name(knock(listener(config, clock), as("hospital")).server.fault), "revoked");
}

TEST_F(Listener, CountsTheCasAboveTheCertificate) {
    // root, issuing, deep-1, deep-2: exactly the four of the limit; deep-1 is one below.
    static_assert(limits::certificate_chain_depth_max == 4);
    const TlsServerContext standard = listener(pki.server(), clock);
    EXPECT_TRUE(knock(standard, as("deep-1")).let_in);
    EXPECT_TRUE(knock(standard, as("deep-2")).let_in);
    EXPECT_EQ(name(knock(standard, as("deep-3")).server.fault), "chain_too_long");
    TlsServerConfig config = pki.server();
    config.chain_depth_max = 2;
    const TlsServerContext strict = listener(config, clock);
    EXPECT_TRUE(knock(strict, as("hospital")).let_in);
    EXPECT_EQ(name(knock(strict, as("deep-1")).server.fault), "chain_too_long");
}

TEST_F(Listener, LimitsTheBytesOfTheCertificatesSent) {
    const TlsServerContext context = listener(pki.server(), clock);
    RawClientOptions options = as("hospital");
    const std::size_t rest =
        limits::certificate_bytes_max - certificate_message_bytes(options.certificate, 0);
    for (const std::size_t padding : {rest - 1, rest}) {
        options.padding_bytes = padding;
        const Verdict verdict = knock(context, options);
        EXPECT_TRUE(verdict.let_in) << padding << " " << name(verdict.server.fault);
    }
    options.padding_bytes = rest + 1;
    EXPECT_EQ(name(knock(context, options).server.fault), "certificates_too_large");
}

TEST_F(Listener, JudgesValidityByTheClockThatItWasGiven) {
    TlsServerConfig config = pki.server();
    config.stale_lists = StaleListPolicy::use_stale;
    const TlsServerContext context = listener(config, clock);
    const Result<PeerIdentity> other = read_peer_identity(pki.certificate("other"));
    ASSERT_TRUE(other);
    clock.set(other->not_after - std::chrono::milliseconds(1));
    EXPECT_TRUE(knock(context, as("other")).let_in);
    clock.set(other->not_after);
    EXPECT_EQ(name(knock(context, as("other")).server.fault), "expired");
    clock.set(other->not_before - std::chrono::milliseconds(1));
    EXPECT_EQ(name(knock(context, as("other")).server.fault), "not_yet_valid");
}

}  // namespace
}  // namespace budstikke::crypto::test
