// The carriers take the revocation lists of the configuration: one whose list cannot be read is not
// made. What a list does to a server, the tests of the HTTPS client show.
#include "broker/app/ebxml_carriers.hpp"

#include <gtest/gtest.h>

#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/carriers/receivers.hpp"

namespace budstikke::app {
namespace {

class CarrierLists : public ::testing::Test {
 protected:
    MailServerConfig mail_server(const std::string& url) const {
        MailServerConfig server;
        server.url = url;
        server.user = "mottak";
        server.password_file = folder_.path("password");
        server.ca_file = pki_.path("ca.crt");
        crypto::test::write_file(server.password_file, "not a secret\n", 0600);
        return server;
    }

    const crypto::test::TestPki& pki_ = crypto::test::TestPki::instance();
    const crypto::test::TempFolder folder_;
    const std::filesystem::path missing_ = folder_.path("missing.crl");
    const SystemClock clock_;
};

TEST_F(CarrierLists, AreTakenByTheHttpsClient) {
    EbxmlConfig ebxml;
    ebxml.https.emplace().ca_file = pki_.path("ca.crt");
    EXPECT_TRUE(make_carriers(ebxml, clock_));
    ebxml.https->crl_file = pki_.path("root-ca.crl");
    EXPECT_TRUE(make_carriers(ebxml, clock_));
    ebxml.https->crl_file = missing_;
    EXPECT_EQ(make_carriers(ebxml, clock_).error().code, Errc::not_found);
}

TEST_F(CarrierLists, AreTakenByTheSmtpClient) {
    EbxmlConfig ebxml;
    ebxml.smtp = mail_server("smtps://localhost");
    EXPECT_TRUE(make_carriers(ebxml, clock_));
    ebxml.smtp->crl_file = missing_;
    EXPECT_EQ(make_carriers(ebxml, clock_).error().code, Errc::not_found);
}

TEST_F(CarrierLists, AreTakenByMailboxes) {
    ebxml::test::RememberingReceiver receiver;
    ebxml::test::Events events;
    MailboxConfig mailbox{.server = mail_server("pop3s://localhost")};
    EXPECT_TRUE(open_mailbox(mailbox, 1, receiver, events));
    mailbox.server.crl_file = missing_;
    EXPECT_EQ(open_mailbox(mailbox, 1, receiver, events).error().code, Errc::not_found);
}

}  // namespace
}  // namespace budstikke::app
