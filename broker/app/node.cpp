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
    options.limits.payload_bytes_max = config.pipeline.payload_bytes_max;
    return options;
}

std::unexpected<Error> because(std::string what, Error error) {
    return fail(error.code, std::move(what) + ": " + error.detail);
}

}  // namespace

Node::Node(LoadedState state, const Clock& clock, EventLog& events)
    : clock_(clock),
      events_(events),
      config_(std::move(state.config)),
      schemas_(std::move(state.schemas)),
      codec_(state.keys),
      current_{.keys = std::move(state.keys), .tls = std::move(state.tls)} {}

Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::open(
    LoadedState state, const Clock& clock, EventLog& events, pipeline::Handler<Error> on_failure
) {
    auto directory = std::move(state.directory);
    std::unique_ptr<Node> node(new Node(std::move(state), clock, events));
    if (auto opened = node->open_parts(std::move(directory), std::move(on_failure)); !opened) {
        return std::unexpected(std::move(opened).error());
    }
    return node;
}

Result<void> Node::open_parts(
    std::shared_ptr<const directory::Directory> directory, pipeline::Handler<Error> on_failure
) {
    if (auto added = register_adapters(adapters_); !added) {
        return because("cannot register the formats", std::move(added).error());
    }
    auto store = store::open_rocksdb({.path = (config_.data / "store").string()});
    if (!store) return because("cannot open the store", std::move(store).error());
    store_ = *std::move(store);
    const pipeline::Parts parts{
        .store = *store_,
        .codec = codec_,
        .adapters = adapters_,
        .schemas = schemas_.get(),
        .clock = clock_,
        .random = random_,
    };
    auto broker = pipeline::Broker::start(parts, config_.pipeline, std::move(directory));
    if (!broker) return because("cannot start the pipeline", std::move(broker).error());
    broker_ = *std::move(broker);
    broker_->on_failure(std::move(on_failure));
    // The key file may have been changed while we were not running.
    broker_->rotate_keys();
    return {};
}

Result<void> Node::listen() {
    for (std::size_t i = 0; i < config_.listeners.size(); ++i) {
        const ListenerConfig& listener = config_.listeners[i];
        auto server = transport::ExchangeServer::start(
            server_options(config_, listener), current_.tls[i], *broker_, clock_, events_
        );
        if (!server) {
            const std::string where = listener.address + " port " + std::to_string(listener.port);
            return because("cannot listen on " + where, std::move(server).error());
        }
        listeners_.push_back({
            .protocol = listener.protocol,
            .address = listener.address,
            .port = (*server)->port(),
            .server = *std::move(server),
        });
    }
    return {};
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
            listeners_[i].server->replace_tls(current_.tls[i]);
        }
    }
    codec_.replace_keys(std::move(next.keys));
    broker_->replace_directory(std::move(next.directory));
    broker_->rotate_keys();
    sweep();
}

void Node::sweep() {
    for (const Listening& listener : listeners_)
        listener.server->sweep();
}

void Node::stop_listening() {
    broker_->drain(true);
    // Each may need all of the time, so they are asked at once.
    std::vector<std::jthread> drains;
    for (const Listening& listener : listeners_) {
        drains.emplace_back([&listener] {
            listener.server->drain();
            listener.server->stop();
        });
    }
}

CurrentState Node::current() const {
    const std::scoped_lock lock(mutex_);
    return current_;
}

}  // namespace budstikke::app
