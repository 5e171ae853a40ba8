// What `[ebxml]` says, what it says where the operator said nothing, and every fault that it can
// have, on its line.
#include <gmock/gmock.h>

#include "tests/unit/app/config_text.hpp"

namespace budstikke::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

TEST(EbxmlConfig, a_configuration_without_it_has_none) {
    EXPECT_FALSE(parsed(minimal_config).ebxml);
}

TEST(EbxmlConfig, a_minimal_one_has_the_documented_defaults) {
    const Config config = parsed(minimal_config + minimal_ebxml);
    ASSERT_TRUE(config.ebxml);
    const EbxmlConfig& ebxml = *config.ebxml;
    EXPECT_THAT(ebxml.ca_files, ElementsAre("/etc/b/ca.crt"));
    EXPECT_THAT(ebxml.crl_files, ElementsAre("/etc/b/root.crl", "/etc/b/issuing.crl"));
    EXPECT_EQ(ebxml.stale_lists, crypto::StaleListPolicy::fail_closed);
    EXPECT_EQ(ebxml.retries, 5U);
    EXPECT_EQ(ebxml.retry_interval, 12h);
    EXPECT_THAT(ebxml.sha1_from, IsEmpty());
    EXPECT_THAT(ebxml.des3_from, IsEmpty());
    EXPECT_EQ(ebxml.mail_domain, "");
    EXPECT_EQ(ebxml.senders, 8U);
    ASSERT_EQ(ebxml.identities.size(), 1U);
    EXPECT_EQ(ebxml.identities[0].organisation, "999000001");
    EXPECT_EQ(ebxml.identities[0].signing.certificate, "/etc/b/signing.crt");
    EXPECT_EQ(ebxml.identities[0].signing.key, "/etc/b/signing.key");
    EXPECT_FALSE(ebxml.identities[0].test_partner);
    ASSERT_EQ(ebxml.identities[0].decryption.size(), 1U);
    EXPECT_EQ(ebxml.identities[0].decryption[0].certificate, "/etc/b/encryption.crt");
    EXPECT_EQ(ebxml.identities[0].decryption[0].key, "/etc/b/encryption.key");
    EXPECT_FALSE(ebxml.https || ebxml.smtp || ebxml.lmtp);
    EXPECT_THAT(ebxml.mailboxes, IsEmpty());
}

TEST(EbxmlConfig, every_key_is_taken) {
    const Config config = parsed(minimal_config + R"(
[ebxml]
trust = ["a", "b"]
crl = ["l"]
stale_crl = "use"
retries = 0
retry_interval = "1s"
accept_sha1_from = ["1001", "1002"]
accept_3des_from = ["1003"]
mail_domain = "ebxml.nordvik.example"
senders = 256
[[ebxml.identity]]
organisation = "999000001"
signing_certificate = "s"
signing_key = "sk"
decryption = [{ certificate = "new", key = "nk" }, { certificate = "old", key = "ok" }]
[[ebxml.identity]]
organisation = "999000002"
signing_certificate = "s"
signing_key = "sk"
test_partner = true
decryption = [{ certificate = "c", key = "k" }]
[ebxml.https]
ca = "h"
crl = "hl"
certificate = "hc"
key = "hk"
tls12 = true
[ebxml.smtp]
url = "smtps://mail.example:465"
user = "u"
password_file = "p"
ca = "m"
crl = "ml"
tls12 = true
[[ebxml.mailbox]]
url = "pop3s://mail.example"
user = "v"
password_file = "q"
ca = "m"
interval = "2s"
[[ebxml.mailbox]]
url = "imaps://[::1]:993/Inn.ebxml"
ca = "m"
[ebxml.lmtp]
socket = "run/lmtp.sock"
)");
    ASSERT_TRUE(config.ebxml);
    const EbxmlConfig& ebxml = *config.ebxml;
    EXPECT_EQ(ebxml.stale_lists, crypto::StaleListPolicy::use_stale);
    EXPECT_EQ(ebxml.retries, 0U);
    EXPECT_EQ(ebxml.retry_interval, 1s);
    EXPECT_THAT(ebxml.sha1_from, ElementsAre("1001", "1002"));
    EXPECT_THAT(ebxml.des3_from, ElementsAre("1003"));
    EXPECT_EQ(ebxml.mail_domain, "ebxml.nordvik.example");
    EXPECT_EQ(ebxml.senders, 256U);
    ASSERT_EQ(ebxml.identities.size(), 2U);
    ASSERT_EQ(ebxml.identities[0].decryption.size(), 2U);
    EXPECT_EQ(ebxml.identities[0].decryption[1].certificate, "/etc/b/old");
    EXPECT_TRUE(ebxml.identities[1].test_partner);
    ASSERT_TRUE(ebxml.https && ebxml.smtp && ebxml.lmtp);
    EXPECT_EQ(ebxml.https->ca_file, "/etc/b/h");
    EXPECT_EQ(ebxml.https->crl_file, "/etc/b/hl");
    EXPECT_TRUE(ebxml.https->allow_tls_1_2);
    EXPECT_EQ(ebxml.https->client.certificate, "/etc/b/hc");
    EXPECT_EQ(ebxml.https->client.key, "/etc/b/hk");
    EXPECT_EQ(ebxml.smtp->url, "smtps://mail.example:465");
    EXPECT_EQ(ebxml.smtp->user, "u");
    EXPECT_EQ(ebxml.smtp->password_file, "/etc/b/p");
    EXPECT_EQ(ebxml.smtp->ca_file, "/etc/b/m");
    EXPECT_EQ(ebxml.smtp->crl_file, "/etc/b/ml");
    EXPECT_TRUE(ebxml.smtp->allow_tls_1_2);
    ASSERT_EQ(ebxml.mailboxes.size(), 2U);
    EXPECT_EQ(ebxml.mailboxes[0].interval, 2s);
    EXPECT_EQ(ebxml.mailboxes[1].interval, 30s);
    EXPECT_TRUE(ebxml.mailboxes[1].server.crl_file.empty());
    EXPECT_EQ(ebxml.mailboxes[1].server.url, "imaps://[::1]:993/Inn.ebxml");
    EXPECT_EQ(ebxml.lmtp->socket, "/etc/b/run/lmtp.sock");
}

TEST(EbxmlConfig, a_listener_of_it_asks_for_no_alpn) {
    const Config config = parsed(
        minimal_config + minimal_ebxml +
        "[[listener]]\naddress = \"::1\"\nport = 0\nprotocol = \"ebxml\"\n"
        "tls = { certificate = \"c\", key = \"k\", client_ca = [\"a\"], crl = [\"l\"] }\n"
    );
    ASSERT_EQ(config.listeners.size(), 2U);
    EXPECT_EQ(config.listeners[1].protocol, "ebxml");
    EXPECT_THAT(config.listeners[1].tls.alpn, IsEmpty());
}

struct OneFault {
    std::string text;   ///< behind minimal_config, or in the place of a line of minimal_ebxml
    std::string fault;  ///< how it begins
};

void PrintTo(const OneFault& fault, std::ostream* out) {
    *out << fault.fault;
}

class EbxmlConfigFault : public testing::TestWithParam<OneFault> {};

TEST_P(EbxmlConfigFault, is_found_with_line_and_cause) {
    EXPECT_THAT(
        faults_of(minimal_config + GetParam().text), ElementsAre(StartsWith(GetParam().fault))
    );
}

/// minimal_ebxml with `was` replaced.
OneFault instead(std::string_view was, std::string_view text, std::string fault) {
    std::string result = minimal_ebxml;
    const auto at = result.find(was);
    return {result.replace(at, was.size(), text), std::move(fault)};
}

OneFault more(std::string_view text, std::string fault) {
    return {minimal_ebxml + std::string(text), std::move(fault)};
}

INSTANTIATE_TEST_SUITE_P(
    Required, EbxmlConfigFault,
    testing::Values(
        instead("trust = [\"ca.crt\"]", "", "13: ebxml: the key `trust` is missing"),
        instead("trust = [\"ca.crt\"]", "trust = []", "14: `trust` must name at least one file"),
        instead("crl = [\"root.crl\", \"issuing.crl\"]", "", "13: ebxml: the key `crl` is missing"),
        instead(
            minimal_ebxml.substr(minimal_ebxml.find("[[ebxml.identity]]")), "",
            "13: ebxml: the key `identity` is missing"
        ),
        instead(
            "organisation = \"999000001\"", "",
            "16: ebxml.identity: the key `organisation` is missing"
        ),
        instead(
            "signing_key = \"signing.key\"", "",
            "16: ebxml.identity: the key `signing_key` is missing"
        ),
        instead(
            minimal_ebxml.substr(minimal_ebxml.find("[[ebxml.identity.dec")), "",
            "16: ebxml.identity: the key `decryption` is missing"
        ),
        instead(
            "key = \"encryption.key\"", "",
            "20: ebxml.identity.decryption: the key `key` is missing"
        ),
        more("[ebxml.https]\n", "23: ebxml.https: the key `ca` is missing"),
        more("[ebxml.smtp]\nca = \"m\"\n", "23: ebxml.smtp: the key `url` is missing"),
        more("[[ebxml.mailbox]]\nca = \"m\"\n", "23: ebxml.mailbox: the key `url` is missing")
    ),
    [](const auto& instance) { return "n" + std::to_string(instance.index); }
);

INSTANTIATE_TEST_SUITE_P(
    Values, EbxmlConfigFault,
    testing::Values(
        instead(
            "[[ebxml.identity]]", "retries = 101\n[[ebxml.identity]]",
            "16: `retries` must be from 0 to 100"
        ),
        instead(
            "[[ebxml.identity]]", "retry_interval = \"999ms\"\n[[ebxml.identity]]",
            "16: `retry_interval` must be from 1s to 30d"
        ),
        instead(
            "[[ebxml.identity]]", "senders = 0\n[[ebxml.identity]]",
            "16: `senders` must be from 1 to 256"
        ),
        instead(
            "[[ebxml.identity]]", "senders = 257\n[[ebxml.identity]]",
            "16: `senders` must be from 1 to 256"
        ),
        instead(
            "[[ebxml.identity]]", "mail_domain = \"a@b\"\n[[ebxml.identity]]",
            "16: `mail_domain` must be like"
        ),
        instead(
            "[[ebxml.identity]]", "mail_domain = \"a..b\"\n[[ebxml.identity]]",
            "16: `mail_domain` must be like"
        ),
        instead(
            "[[ebxml.identity]]", "accept_sha1_from = [\"x\"]\n[[ebxml.identity]]",
            "16: `accept_sha1_from`"
        ),
        instead("\"999000001\"", "\"99900000\"", "17: `organisation` must be nine digits"),
        more(
            minimal_ebxml.substr(minimal_ebxml.find("[[ebxml.identity]]")),
            "24: this organisation has an identity already"
        ),
        more(
            "[ebxml.https]\nca = \"a\"\nkey = \"k\"\n",
            "25: `key` is of no use without `certificate`"
        ),
        more(
            "[ebxml.smtp]\nurl = \"http://mail.example\"\nca = \"m\"\n",
            "24: `url` must be `smtp://HOST[:PORT]` or `smtps://HOST[:PORT]`"
        ),
        more(
            "[ebxml.smtp]\nurl = \"smtp://u:p@mail.example\"\nca = \"m\"\n",
            "24: `url` must be `smtp://"
        ),
        more(
            "[ebxml.smtp]\nurl = \"smtp://mail.example\"\nuser = \"u\"\nca = \"m\"\n",
            "23: `user` and `password_file` belong together"
        ),
        more(
            "[[ebxml.mailbox]]\nurl = \"pop3://mail.example\"\nca = \"m\"\n",
            "24: `url` must be `pop3s://HOST[:PORT]` or `imaps://HOST[:PORT]`"
        ),
        more(
            "[[ebxml.mailbox]]\nurl = \"pop3s://mail.example/x\"\nca = \"m\"\n",
            "24: `url` must be `pop3s://HOST[:PORT]`"
        ),
        more(
            "[[ebxml.mailbox]]\nurl = \"imaps://mail.example\"\ninterval = \"999ms\"\nca = \"m\"\n",
            "25: `interval` must be from 1s to 30d"
        ),
        more("[ebxml.lmtp]\n", "23: ebxml.lmtp must have either `socket` or `address`"),
        more(
            "[ebxml.lmtp]\nsocket = \"s\"\naddress = \"::1\"\nport = 1\n",
            "23: ebxml.lmtp must have either `socket` or `address`"
        ),
        more("[ebxml.lmtp]\naddress = \"::1\"\n", "23: `address` and `port` belong together"),
        more(
            "[ebxml.lmtp]\naddress = \"10.0.0.1\"\nport = 1\n",
            "24: `address` must be one of the loopback"
        ),
        more(
            "[ebxml.lmtp]\nsocket = \"" + std::string(101, 's') + "\"\n",
            "24: the path of the socket is longer than 107 bytes"
        ),
        OneFault{
            "[[listener]]\naddress = \"::1\"\nport = 0\npath = \"/x\"\n"
            "tls = { certificate = \"c\", key = \"k\", client_ca = [\"a\"], crl = [\"l\"] }\n",
            "16: `path` is for the protocol `ebxml` only"
        },
        more(
            "[[listener]]\naddress = \"::1\"\nport = 0\nprotocol = \"ebxml\"\npath = \"x\"\n"
            "tls = { certificate = \"c\", key = \"k\", client_ca = [\"a\"], crl = [\"l\"] }\n",
            "27: `path` must be like `/ebxml`"
        ),
        OneFault{
            "[[listener]]\naddress = \"::1\"\nport = 0\nprotocol = \"ebxml\"\n"
            "tls = { certificate = \"c\", key = \"k\", client_ca = [\"a\"], crl = [\"l\"] }\n",
            "16: a listener for ebXML needs [ebxml]"
        }
    ),
    [](const auto& instance) { return "n" + std::to_string(instance.index); }
);

}  // namespace
}  // namespace budstikke::app
