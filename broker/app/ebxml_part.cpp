#include "broker/app/ebxml_part.hpp"

#include <utility>

#include "broker/app/ebxml_carriers.hpp"
#include "broker/transport/exchange/welcome.hpp"

namespace budstikke::app {

namespace {

using namespace std::chrono_literals;

// Long enough that a folder which is being changed is whole again, short beside the 12 hours.
constexpr auto reading_wait = 5min;

}  // namespace

EbxmlPart::EbxmlPart(
    const Config& config, EbxmlState state, ebxml::CarrierSet carriers, EbxmlSurroundingParts parts
)
    : parts_(std::move(parts)),
      config_(config),
      state_(std::move(state)),
      carriers_(std::move(carriers)),
      counting_(carriers_) {}

EbxmlPart::~EbxmlPart() {
    stop();
}

Result<std::unique_ptr<EbxmlPart>> EbxmlPart::open(
    const Config& config, EbxmlState state, ebxml::CarrierSet carriers, EbxmlSurroundingParts parts
) {
    std::unique_ptr<EbxmlPart> part(
        new EbxmlPart(config, std::move(state), std::move(carriers), std::move(parts))
    );
    const EbxmlSurroundingParts& around = part->parts_;
    auto store = store::open_ebxml_store(config.data / "ebxml", around.codec);
    if (!store) return std::unexpected(std::move(store).error());
    part->store_ = *std::move(store);
    // At the start, and not at the first attempt, which could only end the process.
    if (auto loaded = check_wraps(*part->store_, *around.codec.keys()); !loaded) {
        return std::unexpected(std::move(loaded).error());
    }
    part->upkeep_ = std::make_unique<EbxmlUpkeep>(
        *part->store_, around.clock, around.events, around.on_failure
    );
    // As the broker's: the key file may have been changed while nobody looked.
    part->rotate_keys();
    return part;
}

Result<void> EbxmlPart::start() {
    const EbxmlConfig& ebxml = *config_.ebxml;
    ebxml::ServiceOptions options;
    options.senders = ebxml.senders;
    options.software_version = BUDSTIKKE_VERSION;
    if (!ebxml.mail_domain.empty()) options.mail_domain = ebxml.mail_domain;
    auto service = ebxml::MessageService::start(
        std::move(options),
        {
            .broker = parts_.broker,
            .adapters = parts_.adapters,
            .store = *store_,
            .carrier = counting_,
            .schemas = parts_.schemas,
            .clock = parts_.clock,
            .random = parts_.random,
            .events = parts_.events,
            .on_failure = parts_.on_failure,
        },
        state_.surroundings
    );
    if (!service) return std::unexpected(std::move(service).error());
    service_ = *std::move(service);
    pool_ = std::make_unique<ebxml::ReceivePool>(
        ebxml::ReceivePoolOptions{}, service_->receiver(), parts_.events
    );
    return start_mail();
}

Result<void> EbxmlPart::start_mail() {
    const EbxmlConfig& ebxml = *config_.ebxml;
    for (const MailboxConfig& config : ebxml.mailboxes) {
        auto mailbox =
            open_mailbox(config, mailboxes_.count() + 1, service_->receiver(), parts_.events);
        if (!mailbox) return std::unexpected(std::move(mailbox).error());
        mailboxes_.add(*std::move(mailbox), config.interval);
    }
    if (!ebxml.lmtp) return {};
    auto lmtp =
        ebxml::LmtpListener::start(lmtp_options(ebxml), *pool_, parts_.clock, parts_.events);
    if (!lmtp) return std::unexpected(std::move(lmtp).error());
    lmtp_ = *std::move(lmtp);
    return {};
}

Result<std::unique_ptr<ebxml::HttpsListener>> EbxmlPart::listen(
    const ListenerConfig& listener, crypto::TlsServerContext tls,
    const transport::ExchangeLimits& connections
) {
    ebxml::HttpsListenerOptions options;
    options.address = listener.address;
    options.port = listener.port;
    options.path = listener.path;
    options.limits.connections = connections;
    options.unwelcome = [this](const crypto::PeerIdentity& peer) {
        const auto refusal = transport::judge(parts_.broker, peer, parts_.clock.now());
        return refusal ? refusal->event_id : std::string_view();
    };
    return ebxml::HttpsListener::start(
        std::move(options), std::move(tls), *pool_, parts_.clock, parts_.events
    );
}

void EbxmlPart::replace(Config config, EbxmlState state, ebxml::CarrierSet carriers) {
    const std::scoped_lock lock(mutex_);
    carriers_.replace(std::move(carriers));
    config_ = std::move(config);
    take(std::move(state));
}

void EbxmlPart::take(EbxmlState state) {
    state_ = std::move(state);
    parts_.ways.replace(state_.surroundings);
    service_->replace(state_.surroundings);
}

void EbxmlPart::tick() {
    service_->tick();
    upkeep_->tick();
    if (service_->surroundings()->is_old(parts_.clock.now()) &&
        parts_.clock.steady_now() >= next_reading_) {
        read_agreements_again();
    }
}

/// The directory stays the one of the last reload, so that the broker and its message service
/// never differ on who is a party.
void EbxmlPart::read_agreements_again() {
    const std::scoped_lock lock(mutex_);
    auto state = load_ebxml(config_, parts_.broker.directory(), parts_.clock.now());
    if (!state) {
        next_reading_ = parts_.clock.steady_now() + reading_wait;
        parts_.events.write(
            EventLevel::error, "ebxml_agreements_not_read", {{"why", state.error().detail}}
        );
        return;
    }
    take(*std::move(state));
    parts_.events.write(
        EventLevel::info, "ebxml_agreements_read",
        {{"agreements", std::to_string(state_.surroundings->agreements().size())}}
    );
}

void EbxmlPart::stop() {
    if (std::exchange(stopped_, true)) return;
    mailboxes_.stop();
    if (lmtp_) lmtp_->stop();
    if (pool_) pool_->stop();
    if (service_) service_->stop();
}

}  // namespace budstikke::app
