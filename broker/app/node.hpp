// The running broker: store, keys, schemas, formats, pipeline and listeners, built from below and
// taken down from above. The one place that knows them all. Promises that a reload is applied
// whole. May not know signals, the admin socket or the command line.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/adapter/registry.hpp"
#include "broker/app/ebxml_part.hpp"
#include "broker/app/loaded_state.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/system_random.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/store/payload_codec.hpp"
#include "broker/store/store.hpp"
#include "broker/transport/exchange_server.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::app {

/// A listener that accepts: one of the two.
struct Listening {
    std::string protocol;
    std::string address;
    std::uint16_t port = 0;  ///< the one that was bound
    std::unique_ptr<transport::ExchangeServer> server{};
    std::unique_ptr<ebxml::HttpsListener> https{};

    std::uint32_t connections() const;
    /// ebXML has none: a connection there is no party's until a message has come.
    std::vector<transport::SessionFacts> sessions() const;
    void replace_tls(crypto::TlsServerContext tls) const;
    void sweep() const;
    void drain_and_stop() const;
};

/// What counts now; replaced as a whole.
struct CurrentState {
    std::shared_ptr<const crypto::MasterKeys> keys;
    std::vector<crypto::TlsServerContext> tls;  ///< one for each listener
    std::vector<crypto::PeerIdentity> ebxml_certificates{};
    std::vector<crypto::RevocationListFacts> ebxml_lists{};
};

/// A store failed: nothing more can be promised, end the process.
using FailureHandler = std::function<void(const Error&)>;

class Node {
 public:
    /// Opens the store and starts the pipeline, with the schemas of `state` as they are; nobody can
    /// connect yet. `clock` and `events` outlive it. `on_failure` is called from any thread when a
    /// write failed.
    static Result<std::unique_ptr<Node>> open(
        LoadedState state, const Clock& clock, EventLog& events, FailureHandler on_failure
    );
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// Starts every listener of the configuration, or says which one could not.
    Result<void> listen();

    /// Puts the new state in the place of the old one. Cannot fail: all was checked before. One
    /// caller at a time; any thread.
    void apply(LoadedState next);
    /// What has to be done as time passes: about once a second, from one thread.
    void tick();
    /// Ends the sessions that would not be let in now.
    void sweep();
    /// Accepts nothing more, lets peers finish for a while, ends all sessions. The broker still
    /// answers afterwards.
    void stop_listening();

    pipeline::Broker& broker() { return *broker_; }
    store::Store& store() { return *store_; }
    bool has_schemas() const { return schemas_ != nullptr; }
    /// nullptr where the configuration has no `[ebxml]`; started by listen().
    const EbxmlPart* ebxml() const { return ebxml_.get(); }
    /// The configuration of the start: what a restart only changes.
    const Config& config() const { return config_; }
    const std::vector<Listening>& listeners() const { return listeners_; }
    CurrentState current() const;

 private:
    Node(LoadedState state, const Clock& clock, EventLog& events);
    Result<void> open_parts(
        std::shared_ptr<const directory::Directory> directory, FailureHandler on_failure
    );
    Result<void> open_ebxml(
        EbxmlState state, ebxml::CarrierSet carriers, FailureHandler on_failure
    );
    Result<void> open_store();
    Result<Listening> listen_to(std::size_t index);
    std::size_t replacement_of(std::size_t listener, const Config& next) const;

    const Clock& clock_;
    EventLog& events_;
    const Config config_;
    crypto::SystemRandom random_;
    AdapterRegistry adapters_;
    const std::unique_ptr<const xml::SchemaSet> schemas_;
    store::PayloadCodec codec_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<ebxml::PartnerWays> ways_;  ///< nullptr where there is no ebXML
    std::unique_ptr<pipeline::Broker> broker_;
    std::unique_ptr<EbxmlPart> ebxml_;
    std::vector<Listening> listeners_;
    mutable std::mutex mutex_;
    CurrentState current_;
};

}  // namespace budstikke::app
