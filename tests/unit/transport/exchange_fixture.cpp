#include "tests/unit/transport/exchange_fixture.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace budstikke::transport {

void EventRecorder::write(
    EventLevel level, std::string_view id, std::initializer_list<EventField> fields
) {
    static_cast<void>(level);
    std::string text;
    for (const EventField& field : fields) {
        text += std::string(field.name) + "=" + std::string(field.value) + " ";
    }
    const std::lock_guard lock(mutex_);
    events_.push_back({.id = std::string(id), .fields = text});
    changed_.notify_all();
}

std::optional<std::string> EventRecorder::wait_for(const std::string& id, Duration time_max) {
    std::unique_lock lock(mutex_);
    auto found = events_.end();
    changed_.wait_for(lock, time_max, [&] {
        found = std::ranges::find(events_, id, &Event::id);
        return found != events_.end();
    });
    return found == events_.end() ? std::nullopt : std::optional(found->fields);
}

std::vector<std::string> EventRecorder::ids() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    for (const Event& event : events_) {
        ids.push_back(event.id);
    }
    return ids;
}

std::size_t EventRecorder::count(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(events_, id, &Event::id));
}

const ExchangePki& ExchangePki::instance() {
    static const ExchangePki pki;
    return pki;
}

ExchangePki::ExchangePki() {
    const std::string pki = folder_.path("pki").string();
    const auto run = [](const std::string& script, const std::string& arguments) {
        if (crypto::test::run_script(script, arguments) != 0) {
            throw std::runtime_error(script);
        }
    };
    run("make-test-pki.sh", pki);
    run("issue.sh", pki + " hospital 900000001");
    run("issue.sh", pki + " municipality 900000002");
    run("issue.sh", pki + " practice 900000003");
    run("issue.sh", pki + " stranger 900000009");
    run("issue.sh", pki + " foreign 900000001 --foreign-ca");
    run("issue.sh", pki + " expired 900000001 --expired");
    run("issue.sh", pki + " server-eku 900000001 --server-eku");
    run("issue.sh", pki + " no-organisation 900000001 --no-organisation");
    run("issue.sh", pki + " revoked 900000001");
    run("revoke.sh", pki + " revoked");
}

crypto::TlsServerConfig ExchangePki::server() const {
    crypto::TlsServerConfig config;
    config.certificate_chain_file = path("pki/server.crt");
    config.key_file = path("pki/server.key");
    config.ca_files = {path("pki/ca.crt")};
    config.crl_files = {path("pki/root-ca.crl"), path("pki/issuing-ca.crl")};
    return config;
}

void ExchangeTest::SetUp() {
    BrokerTest::SetUp();
    options_.limits.closing_time_max = std::chrono::seconds(2);
}

void ExchangeTest::TearDown() {
    server_.reset();
    BrokerTest::TearDown();
}

void ExchangeTest::start_server() {
    auto tls = crypto::TlsServerContext::make(ExchangePki::instance().server(), wall_);
    ASSERT_TRUE(tls) << tls.error().detail;
    auto server = ExchangeServer::start(options_, *tls, *broker_, wall_, events_);
    ASSERT_TRUE(server) << server.error().detail;
    server_ = *std::move(server);
}

client::ClientOptions ExchangeTest::client_options(const std::string& certificate) const {
    const ExchangePki& pki = ExchangePki::instance();
    client::ClientOptions options;
    options.port = server_->port();
    options.ca = pki.path("pki/ca.crt");
    options.certificate = pki.path("pki/clients/" + certificate + ".crt");
    options.key = pki.path("pki/clients/" + certificate + ".key");
    options.software = "test 1";
    return options;
}

std::unique_ptr<ExchangeClient> ExchangeTest::connect(const std::string& certificate) {
    auto client = ExchangeClient::connect(client_options(certificate));
    if (!client) {
        throw std::runtime_error("no connection: " + client.error().detail);
    }
    return *std::move(client);
}

v1::Submit ExchangeTest::draft(const std::string& msg_id, const std::vector<std::string>& to) {
    v1::Submit submit;
    submit.set_content_type("application/pkcs7-mime");
    v1::DeclaredFacts& facts = *submit.mutable_declared();
    facts.set_message_id(msg_id);
    facts.set_sender("100");
    facts.set_type("EPIKRISE");
    for (const std::string& her_id : to) {
        v1::DeclaredRecipient& recipient = *facts.add_recipients();
        recipient.set_her_id(her_id);
        recipient.set_copy(facts.recipients_size() > 1);
    }
    return submit;
}

v1::Settle ExchangeTest::settlement(const v1::Delivery& delivery, v1::Settle::Outcome outcome) {
    v1::Settle settle;
    settle.set_delivery_id(delivery.delivery_id());
    settle.set_outcome(outcome);
    return settle;
}

v1::Receipt ExchangeTest::submit(
    ExchangeClient& client, const std::string& msg_id, const std::string& payload,
    const std::vector<std::string>& to
) {
    const auto receipt = client.submit(draft(msg_id, to), payload).get();
    if (!receipt) {
        throw std::runtime_error("no receipt: " + receipt.error().detail);
    }
    return *receipt;
}

v1::Delivery ExchangeTest::receive(ExchangeClient& client) {
    auto delivery = client.next_delivery(soon);
    if (!delivery || !*delivery) {
        throw std::runtime_error("no delivery");
    }
    return std::move(**delivery);
}

v1::GoAway::Reason ExchangeTest::reason_of_end(ExchangeClient& client) {
    EXPECT_TRUE(client.wait_for_end(soon));
    const auto goodbye = client.goodbye();
    return goodbye ? goodbye->reason() : v1::GoAway::UNSPECIFIED;
}

void ExchangeTest::wait_for_connections(std::uint32_t count) const {
    const auto until = std::chrono::steady_clock::now() + soon;
    while (server_->connections() != count && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    EXPECT_EQ(server_->connections(), count);
}

void ExchangeTest::leap_until(const std::string& event, Duration time) {
    EXPECT_TRUE(wall_.leap_until(time, [&] {
        return events_.wait_for(event, std::chrono::milliseconds(50)).has_value();
    })) << event;
}

}  // namespace budstikke::transport
