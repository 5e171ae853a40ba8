// The message service handler (ebMS 2.0 in the Norwegian profile, HIS 1037): takes what the broker
// has for partners that are reached by ebXML, sends it until it is acknowledged, and gives what
// partners send to the broker. Promises one signal for each message, after the durable write; that
// a resend repeats the bytes; and that every delivery ends in one stated outcome. Knows the broker
// through pipeline/broker.hpp, the ways through carrier.hpp.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/adapter/registry.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/random.hpp"
#include "broker/base/result.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/store/ebxml_store.hpp"
#include "broker/transport/ebxml/service/carrier.hpp"
#include "broker/transport/ebxml/service/partner_versions.hpp"
#include "broker/transport/ebxml/service/receiver.hpp"
#include "broker/transport/ebxml/service/surroundings.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::ebxml {

/// All outlive the service.
struct ServiceParts {
    pipeline::Broker& broker;
    const AdapterRegistry& adapters;
    store::EbxmlStore& store;
    Carrier& carrier;               ///< of all endpoints
    const xml::SchemaSet* schemas;  ///< of SOAP and ebMS; nullptr without a pack
    const Clock& clock;
    Random& random;
    EventLog& events;
    /// The store failed, and nothing more can be promised: end the process. Any thread.
    std::function<void(const Error&)> on_failure = {};
};

struct ServiceOptions {
    std::size_t senders = 8;                        ///< attempts at once
    std::string software_version;                   ///< for the version monitoring of HITS 1210
    std::string mail_domain = "budstikke.invalid";  ///< right side of the Message-IDs we make
    bool test_partner = false;  ///< answers and reports every violation; delivers nothing
};

class MessageService {
 public:
    static Result<std::unique_ptr<MessageService>> start(
        const ServiceOptions& options, const ServiceParts& parts,
        std::shared_ptr<const Surroundings> surroundings
    );
    ~MessageService();  ///< stop()
    MessageService(const MessageService&) = delete;
    MessageService& operator=(const MessageService&) = delete;

    /// For listeners and mailboxes; until stop().
    Receiver& receiver();
    /// After a reload: new partners are served, those that are gone no longer.
    void replace(std::shared_ptr<const Surroundings> surroundings);
    std::shared_ptr<const Surroundings> surroundings() const;
    /// Since the start, in HER-id order; any thread. For operations.
    std::vector<PartnerVersion> versions() const;
    /// Attempts that are due, deliveries that are over, memory that is too old: about once a
    /// second, always from the same thread.
    void tick();
    /// Ends attempts under way; what waits is sent after the next start.
    void stop();

    struct Impl;
    explicit MessageService(std::unique_ptr<Impl> impl);

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
