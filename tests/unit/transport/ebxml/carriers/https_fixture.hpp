// A real HTTPS listener with a real test PKI, and a receiver that remembers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "broker/transport/ebxml/https/listener.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/carriers/https_peer.hpp"
#include "tests/unit/transport/ebxml/carriers/receivers.hpp"
#include "tests/unit/transport/leaping_clock.hpp"

namespace budstikke::ebxml::test {

class HttpsTest : public ::testing::Test {
 protected:
    void TearDown() override {
        receiver_.release();
        listener_.reset();
    }

    crypto::TlsServerContext tls(const crypto::TlsServerConfig& config) const {
        return *crypto::TlsServerContext::make(config, clock_);
    }
    crypto::TlsServerConfig tls_config() const {
        auto config = crypto::test::TestPki::instance().server();
        config.alpn = alpn_;
        return config;
    }
    void start() {
        options_.limits.connections.closing_time_max = std::chrono::seconds(1);
        // A line for each connection, so that they can be counted.
        options_.limits.connections.refusal_log_time_min = {};
        pool_.emplace(pool_options_, receiver_, events_);
        auto listener = HttpsListener::start(options_, tls(tls_config()), *pool_, clock_, events_);
        ASSERT_TRUE(listener) << listener.error().detail;
        listener_ = *std::move(listener);
    }
    /// Lets time leap past `time` until the event is there. Only who is late may be connected.
    void leap_until(const std::string& event, Duration time) {
        EXPECT_TRUE(clock_.leap_until(time, [&] {
            return events_.wait_for(event, 1, std::chrono::milliseconds(50));
        })) << event;
    }
    HttpsPeer peer(const std::string& certificate = "hospital") const {
        return {listener_->port(), certificate};
    }

    static std::string request(
        const std::string& body, const std::string& fields = "Content-Type: text/xml\r\n"
    ) {
        return "POST /ebxml HTTP/1.1\r\nHost: localhost\r\n" + fields +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    /// What the Receiver sees of that request.
    static std::string package(const std::string& body) {
        return "Content-Type: text/xml\r\n\r\n" + body;
    }

    std::vector<std::string> alpn_ = {https_alpn};
    transport::test::LeapingClock clock_;
    Events events_;
    RememberingReceiver receiver_;
    HttpsListenerOptions options_;
    ReceivePoolOptions pool_options_;
    std::optional<ReceivePool> pool_;
    std::unique_ptr<HttpsListener> listener_;
};

}  // namespace budstikke::ebxml::test
