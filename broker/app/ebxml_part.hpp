// The running ebXML message service of a broker: its store, the ways to partners and back, and the
// service between them, built from below and taken down from above. Promises that nothing new is
// taken once it stops, and that what was taken is answered. May not know the exchange protocol or
// the admin socket.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "broker/app/config.hpp"
#include "broker/app/counting_carrier.hpp"
#include "broker/app/ebxml_state.hpp"
#include "broker/app/ebxml_upkeep.hpp"
#include "broker/app/mailbox_pollers.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/random.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/transport/ebxml/carriers.hpp"
#include "broker/transport/ebxml/https/listener.hpp"
#include "broker/transport/ebxml/mail/lmtp_listener.hpp"
#include "broker/transport/ebxml/service/message_service.hpp"
#include "broker/transport/ebxml/service/partner_ways.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::app {

/// All outlive the part.
struct EbxmlSurroundingParts {
    pipeline::Broker& broker;
    const store::PayloadCodec& codec;
    ebxml::PartnerWays& ways;
    const AdapterRegistry& adapters;
    const xml::SchemaSet* schemas;
    const Clock& clock;
    Random& random;
    EventLog& events;
    /// As Broker::on_failure, of the service's own store; any thread.
    std::function<void(const Error&)> on_failure;
};

class EbxmlPart {
 public:
    /// Opens the store in `<data>/ebxml`; nothing is sent or taken yet. `config` has `[ebxml]`.
    /// `not_found` where a master key is missing that the store still needs.
    static Result<std::unique_ptr<EbxmlPart>> open(
        const Config& config, EbxmlState state, ebxml::CarrierSet carriers,
        EbxmlSurroundingParts parts
    );
    ~EbxmlPart();  ///< stop()
    EbxmlPart(const EbxmlPart&) = delete;
    EbxmlPart& operator=(const EbxmlPart&) = delete;

    /// Begins to send, and to look into mailboxes.
    Result<void> start();
    /// Only after start(). The listener must be gone before this part is.
    Result<std::unique_ptr<ebxml::HttpsListener>> listen(
        const ListenerConfig& listener, crypto::TlsServerContext tls,
        const transport::ExchangeLimits& connections
    );
    /// After a reload, with the configuration that was read. Any thread.
    void replace(Config config, EbxmlState state, ebxml::CarrierSet carriers);
    /// After the codec got other master keys. Any thread.
    void rotate_keys() { upkeep_->rotate_keys(); }
    /// The bound port of the LMTP listener on the loopback; 0 where there is none.
    std::uint16_t lmtp_port() const { return lmtp_ ? lmtp_->port() : std::uint16_t{0}; }
    /// About once a second, from one thread: what service and store need as time passes, and
    /// agreements that are too old are read again.
    void tick();
    /// Takes nothing more, waits for what was taken to be answered and for attempts under way.
    void stop();

    const ebxml::MessageService& service() const { return *service_; }
    const store::EbxmlStore& store() const { return *store_; }
    const EbxmlUpkeep& upkeep() const { return *upkeep_; }
    const CountingCarrier& carriers() const { return counting_; }

 private:
    EbxmlPart(
        const Config& config, EbxmlState state, ebxml::CarrierSet carriers,
        EbxmlSurroundingParts parts
    );
    Result<void> start_mail();
    /// Holding `mutex_`.
    void take(EbxmlState state);
    void read_agreements_again();

    EbxmlSurroundingParts parts_;
    std::mutex mutex_;  ///< of what a reload replaces
    Config config_;
    EbxmlState state_;
    SteadyTime next_reading_{};
    std::unique_ptr<store::EbxmlStore> store_;
    std::unique_ptr<EbxmlUpkeep> upkeep_;
    ebxml::Carriers carriers_;
    CountingCarrier counting_;
    std::unique_ptr<ebxml::MessageService> service_;
    std::unique_ptr<ebxml::ReceivePool> pool_;
    std::unique_ptr<ebxml::LmtpListener> lmtp_;
    MailboxPollers mailboxes_;
    bool stopped_ = false;
};

}  // namespace budstikke::app
