// The wiring; node.hpp says what it promises. Members stand in the order in which they need each
// other, so that the compiler takes them down in the right one.
#include "broker/app/node.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "adapters/register.hpp"

namespace budstikke::app {

namespace {

std::size_t or_cores(std::uint32_t threads) {
    return threads > 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
}

transport::ExchangeServerOptions server_options(
    const Config& config, const ListenerConfig& listener
) {
    transport::ExchangeServerOptions options;
    options.address = listener.address;
    options.port = listener.port;
    options.io_threads = or_cores(config.threads.io);
    options.workers = or_cores(config.threads.workers);
    options.software = "budstikke/" BUDSTIKKE_VERSION;
    options.limits.connections_max = config.connections.total_max;
    options.limits.connections_per_address_max = config.connections.per_address_max;
    options.limits.connections_per_organisation_max = config.connections.per_organisation_max;
    options.limits.handshakes_per_second_per_address =
        config.connections.handshakes_per_second_per_address;
    options.limits.payload_bytes_max = config.pipeline.payload_bytes_max;
    return options;
}

std::unexpected<Error> because(std::string what, const Error& error) {
    return fail(error.code, std::move(what) + ": " + error.detail);
}

}  // namespace

std::uint32_t Listening::connections() const {
    return server ? server->connections() : https->connections();
}

std::vector<transport::SessionFacts> Listening::sessions() const {
    return server ? server->sessions() : std::vector<transport::SessionFacts>();
}

void Listening::replace_tls(crypto::TlsServerContext tls) const {
    server ? server->replace_tls(std::move(tls)) : https->replace_tls(std::move(tls));
}

void Listening::sweep() const {
    server ? server->sweep() : https->sweep();
}

void Listening::drain_and_stop() const {
    if (server) {
        server->drain();
        server->stop();
    } else {
        https->drain();
        https->stop();
    }
}

Node::Node(LoadedState state, const Clock& clock, EventLog& events)
    : clock_(clock),
      events_(events),
      config_(std::move(state.config)),
      schemas_(std::move(state.schemas)),
      codec_(state.keys),
      current_{.keys = std::move(state.keys), .tls = std::move(state.tls)} {}

Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::open(
    LoadedState state, const Clock& clock, EventLog& events, FailureHandler on_failure
) {
    auto directory = std::move(state.directory);
    auto ebxml = std::move(state.ebxml);
    auto carriers = std::move(state.ebxml_carriers);
    std::unique_ptr<Node> node(new Node(std::move(state), clock, events));
    auto opened = node->open_store();
    if (opened && ebxml)
        node->ways_ = std::make_unique<ebxml::PartnerWays>(*node->store_, ebxml->surroundings);
    if (opened) opened = node->open_parts(std::move(directory), on_failure);
    if (opened && ebxml)
        opened = node->open_ebxml(*std::move(ebxml), std::move(carriers), std::move(on_failure));
    if (!opened) return std::unexpected(std::move(opened).error());
    return node;
}

Result<void> Node::open_store() {
    auto store = store::open_rocksdb({.path = (config_.data / "store").string()});
    if (!store) return because("cannot open the store", std::move(store).error());
    store_ = *std::move(store);
    return {};
}

Result<void> Node::open_parts(
    std::shared_ptr<const directory::Directory> directory, FailureHandler on_failure
) {
    if (auto added = register_adapters(adapters_); !added) {
        return because("cannot register the formats", std::move(added).error());
    }
    const pipeline::Parts parts{
        .store = *store_,
        .codec = codec_,
        .adapters = adapters_,
        .schemas = schemas_.get(),
        .clock = clock_,
        .random = random_,
        .ways = ways_.get(),
    };
    auto broker = pipeline::Broker::start(parts, config_.pipeline, std::move(directory));
    if (!broker) return because("cannot start the pipeline", std::move(broker).error());
    broker_ = *std::move(broker);
    broker_->on_failure(std::move(on_failure));
    // The key file may have been changed while we were not running.
    broker_->rotate_keys();
    return {};
}

Result<void> Node::open_ebxml(
    EbxmlState state, ebxml::CarrierSet carriers, FailureHandler on_failure
) {
    current_.ebxml_certificates = state.certificates;
    current_.ebxml_lists = state.lists;
    auto part = EbxmlPart::open(
        config_, std::move(state), std::move(carriers),
        {
            .broker = *broker_,
            .codec = codec_,
            .ways = *ways_,
            .adapters = adapters_,
            .schemas = schemas_.get(),
            .clock = clock_,
            .random = random_,
            .events = events_,
            .on_failure = std::move(on_failure),
        }
    );
    if (!part) return because("cannot open the ebXML message service", std::move(part).error());
    ebxml_ = *std::move(part);
    return {};
}

Result<void> Node::listen() {
    if (ebxml_) {
        if (auto started = ebxml_->start(); !started) {
            return because("cannot start the ebXML message service", std::move(started).error());
        }
    }
    for (std::size_t i = 0; i < config_.listeners.size(); ++i) {
        auto listening = listen_to(i);
        if (!listening) {
            const ListenerConfig& listener = config_.listeners[i];
            const std::string where = listener.address + " port " + std::to_string(listener.port);
            return because("cannot listen on " + where, std::move(listening).error());
        }
        listeners_.push_back(*std::move(listening));
    }
    return {};
}

Result<Listening> Node::listen_to(std::size_t index) {
    const ListenerConfig& listener = config_.listeners[index];
    auto options = server_options(config_, listener);
    Listening listening{.protocol = listener.protocol, .address = listener.address};
    if (listener.protocol == "ebxml") {
        auto https = ebxml_->listen(listener, current_.tls[index], options.limits);
        if (!https) return std::unexpected(std::move(https).error());
        listening.https = *std::move(https);
        listening.port = listening.https->port();
        return listening;
    }
    auto server = transport::ExchangeServer::start(
        std::move(options), current_.tls[index], *broker_, clock_, events_
    );
    if (!server) return std::unexpected(std::move(server).error());
    listening.server = *std::move(server);
    listening.port = listening.server->port();
    return listening;
}

std::size_t Node::replacement_of(std::size_t listener, const Config& next) const {
    const ListenerConfig& running = config_.listeners[listener];
    // By its place in the file first: several may ask for any free port of one address.
    if (listener < next.listeners.size() && same_place(running, next.listeners[listener])) {
        return listener;
    }
    const auto found = std::ranges::find_if(next.listeners, [&](const ListenerConfig& candidate) {
        return same_place(running, candidate);
    });
    return static_cast<std::size_t>(found - next.listeners.begin());
}

void Node::apply(LoadedState next) {
    {
        const std::scoped_lock lock(mutex_);
        current_.keys = next.keys;
        for (std::size_t i = 0; i < listeners_.size(); ++i) {
            // A listener that is gone from the file keeps what it has until the restart.
            const std::size_t replacement = replacement_of(i, next.config);
            if (replacement < next.tls.size()) current_.tls[i] = next.tls[replacement];
        }
        for (std::size_t i = 0; i < listeners_.size(); ++i) {
            listeners_[i].replace_tls(current_.tls[i]);
        }
        // Whether there is ebXML at all counts after a restart.
        if (ebxml_ && next.ebxml) {
            current_.ebxml_certificates = next.ebxml->certificates;
            current_.ebxml_lists = next.ebxml->lists;
        }
    }
    codec_.replace_keys(std::move(next.keys));
    broker_->replace_directory(std::move(next.directory));
    broker_->rotate_keys();
    if (ebxml_) ebxml_->rotate_keys();
    if (ebxml_ && next.ebxml) {
        ebxml_->replace(
            std::move(next.config), *std::move(next.ebxml), std::move(next.ebxml_carriers)
        );
    }
    sweep();
}

void Node::tick() {
    broker_->tick();
    if (ebxml_) ebxml_->tick();
}

void Node::sweep() {
    for (const Listening& listener : listeners_)
        listener.sweep();
}

void Node::stop_listening() {
    broker_->drain(true);
    // Each may need all of the time, so they are asked at once.
    {
        std::vector<std::jthread> drains;
        drains.reserve(listeners_.size());
        for (const Listening& listener : listeners_)
            drains.emplace_back([&listener] { listener.drain_and_stop(); });
    }
    // After its listeners: what they took is answered.
    if (ebxml_) ebxml_->stop();
}

CurrentState Node::current() const {
    const std::scoped_lock lock(mutex_);
    return current_;
}

}  // namespace budstikke::app
