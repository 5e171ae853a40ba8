// The running broker: store, keys, schemas, formats, pipeline and listeners, built from below and
// taken down from above. The one place that knows them all. Promises that a reload is applied
// whole. May not know signals, the admin socket or the command line.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "broker/adapter/registry.hpp"
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

/// A listener that accepts.
struct Listening {
    std::string protocol;
    std::string address;
    std::uint16_t port = 0;  ///< the one that was bound
    std::unique_ptr<transport::ExchangeServer> server;
};

/// What counts now; replaced as a whole.
struct CurrentState {
    std::shared_ptr<const crypto::MasterKeys> keys;
    std::vector<crypto::TlsServerContext> tls;  ///< one for each listener
};

class Node {
 public:
    /// Opens the store and starts the pipeline, with the schemas of `state` as they are; nobody can
    /// connect yet. `clock` and `events` outlive it. `on_failure` is called once, from the commit
    /// thread, when a commit failed.
    static Result<std::unique_ptr<Node>> open(
        LoadedState state, const Clock& clock, EventLog& events, pipeline::Handler<Error> on_failure
    );
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// Starts every listener of the configuration, or says which one could not.
    Result<void> listen();

    /// Puts the new state in the place of the old one. Cannot fail: all was checked before. One
    /// caller at a time; any thread.
    void apply(LoadedState next);
    /// Ends the sessions that would not be let in now.
    void sweep();
    /// Accepts nothing more, lets peers finish for a while, ends all sessions. The broker still
    /// answers afterwards.
    void stop_listening();

    pipeline::Broker& broker() { return *broker_; }
    store::Store& store() { return *store_; }
    bool has_schemas() const { return schemas_ != nullptr; }
    /// The configuration of the start: what a restart only changes.
    const Config& config() const { return config_; }
    const std::vector<Listening>& listeners() const { return listeners_; }
    CurrentState current() const;

 private:
    Node(LoadedState state, const Clock& clock, EventLog& events);
    Result<void> open_parts(
        std::shared_ptr<const directory::Directory> directory, pipeline::Handler<Error> on_failure
    );
    std::size_t replacement_of(std::size_t listener, const Config& next) const;

    const Clock& clock_;
    EventLog& events_;
    const Config config_;
    crypto::SystemRandom random_;
    AdapterRegistry adapters_;
    const std::unique_ptr<const xml::SchemaSet> schemas_;
    store::PayloadCodec codec_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<pipeline::Broker> broker_;
    std::vector<Listening> listeners_;
    mutable std::mutex mutex_;
    CurrentState current_;
};

}  // namespace budstikke::app
