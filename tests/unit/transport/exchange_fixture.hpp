// A real exchange server over the real pipeline and store, met by the real client over TLS on the
// loopback. Certificates are made once per program. Organisations and parties as in the pipeline's
// fixture: 900000001 hospital (100), 900000002 municipality (201, 202), 900000003 (301).
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/event_log.hpp"
#include "broker/tools/client/exchange_client.hpp"
#include "broker/transport/exchange_server.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"
#include "tests/unit/transport/leaping_clock.hpp"

namespace budstikke::transport {

using client::ExchangeClient;

inline constexpr Duration soon = std::chrono::minutes(2);

/// Keeps every event, so that a test can wait for one.
class EventRecorder final : public EventLog {
 public:
    void write(EventLevel level, std::string_view id, std::initializer_list<EventField> fields)
        override;
    /// The fields, as `name=value ...`; nothing where it does not come in time.
    std::optional<std::string> wait_for(const std::string& id, Duration time_max = soon);
    std::vector<std::string> ids() const;
    std::size_t count(const std::string& id) const;

 private:
    struct Event {
        std::string id;
        std::string fields;
    };
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Event> events_;
};

/// Certificates of the organisations of the fixture, and of some that must be refused.
class ExchangePki {
 public:
    static const ExchangePki& instance();
    std::filesystem::path path(const std::string& name) const { return folder_.path(name); }
    crypto::TlsServerConfig server() const;

 private:
    ExchangePki();
    crypto::test::TempFolder folder_;
};

class ExchangeTest : public pipeline::BrokerTest {
 protected:
    void SetUp() override;
    void TearDown() override;

    /// Set before start_server().
    ExchangeServerOptions options_;
    void start_server();

    client::ClientOptions client_options(const std::string& certificate) const;
    /// Of the certificate named: hospital, municipality, practice, ...
    std::unique_ptr<ExchangeClient> connect(const std::string& certificate);
    /// Opaque, from the hospital, with everything declared.
    static v1::Submit draft(
        const std::string& msg_id, const std::vector<std::string>& to = {"201"}
    );
    static v1::Settle settlement(
        const v1::Delivery& delivery, v1::Settle::Outcome outcome = v1::Settle::ACCEPTED
    );
    v1::Receipt submit(
        ExchangeClient& client, const std::string& msg_id, const std::string& payload = "sealed",
        const std::vector<std::string>& to = {"201"}
    );
    /// The next delivery, which must come.
    static v1::Delivery receive(ExchangeClient& client);
    /// Waits for the end and gives the reason that the broker stated.
    static v1::GoAway::Reason reason_of_end(ExchangeClient& client);
    /// Waits until the broker knows of so many consumers.
    void wait_for_connections(std::uint32_t count) const;
    /// Lets time leap past `time` until the event is there. Only who is late may be connected.
    void leap_until(const std::string& event, Duration time);

    test::LeapingClock wall_;
    EventRecorder events_;
    std::unique_ptr<ExchangeServer> server_;
};

}  // namespace budstikke::transport
