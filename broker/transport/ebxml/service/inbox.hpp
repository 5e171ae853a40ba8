// What comes from partners: payload messages are checked, opened and given to the broker, and each
// is answered with one signal, after the durable write; signals go to whoever waits for them.
// Promises that nothing is read of a header but what is signed, that a copy gets the very signal of
// the first, and that no signal, Fault or bounce is ever answered. May not know how packages
// travel.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/adapter/registry.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/random.hpp"
#include "broker/base/result.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/store/ebxml_store.hpp"
#include "broker/transport/ebxml/service/carrier.hpp"
#include "broker/transport/ebxml/service/outbox.hpp"
#include "broker/transport/ebxml/service/partner_versions.hpp"
#include "broker/transport/ebxml/service/receiver.hpp"
#include "broker/transport/ebxml/service/surroundings.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::ebxml {

/// All outlive the inbox.
struct InboxParts {
    pipeline::Broker& broker;
    const AdapterRegistry& adapters;  ///< for what a test partner finds inside a payload
    store::EbxmlStore& store;
    Carrier& carrier;               ///< for signals that go by themselves
    const xml::SchemaSet* schemas;  ///< of SOAP and ebMS; nullptr without a pack
    const Clock& clock;
    Random& random;
    EventLog& events;
    /// The store failed (io), and nothing more can be promised: end the process. Any thread.
    std::function<void(const Error&)> on_failure = {};
};

struct InboxOptions {
    std::size_t senders = 2;  ///< signals on their way at once
    std::string mail_domain = "budstikke.invalid";
    std::string description = {};  ///< eb:Description of signals (HITS 1210); may be empty
    bool test_partner = false;     ///< for all identities; see Identity::test_partner
};

/// Who waits for signals: the functions of the Outbox.
struct SignalHandlers {
    std::function<Result<SignalEffect>(const VerifiedSignal&)> signal;
    std::function<Result<SignalEffect>(std::string_view mail_id, bool permanent)> bounced;
};

class Inbox final : public Receiver {
 public:
    Inbox(
        InboxOptions options, const InboxParts& parts, SignalHandlers handlers,
        std::shared_ptr<const Surroundings> surroundings
    );
    ~Inbox() override;  ///< stop()

    Reception receive(const Arrival& arrival) override;
    /// For what comes from now on.
    void replace(std::shared_ptr<const Surroundings> surroundings);
    std::shared_ptr<const Surroundings> surroundings() const;
    /// Since the start, in HER-id order.
    std::vector<PartnerVersion> versions() const;
    /// Forgets messages after limits::ebxml_inbound_memory; about once a second, from one thread.
    void tick();
    /// Waits for the signals under way; those that wait are left out, and go when their message is
    /// sent again.
    void stop();

    struct Impl;

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
