// See message_service.hpp: the outbox and the inbox together, each with what it needs of the other.
#include "broker/transport/ebxml/service/message_service.hpp"

#include <utility>

#include "broker/transport/ebxml/message/monitoring.hpp"
#include "broker/transport/ebxml/service/inbox.hpp"
#include "broker/transport/ebxml/service/outbox.hpp"

namespace budstikke::ebxml {
namespace {

constexpr std::string_view software = "Budstikke";

/// HITS 1210 requires the version where anything is said at all.
std::string description_of(const ServiceOptions& options) {
    return options.software_version.empty() ? std::string{}
                                            : write_description(software, options.software_version);
}

OutboxOptions outbox_options(const ServiceOptions& options) {
    return {
        .senders = options.senders,
        .mail_domain = options.mail_domain,
        .description = description_of(options),
    };
}

InboxOptions inbox_options(const ServiceOptions& options) {
    return {
        .senders = options.senders,
        .mail_domain = options.mail_domain,
        .description = description_of(options),
        .test_partner = options.test_partner,
    };
}

}  // namespace

struct MessageService::Impl {
    Impl(
        const ServiceOptions& options, const ServiceParts& parts,
        std::shared_ptr<const Surroundings> around
    )
        : outbox(
              outbox_options(options), {.broker = parts.broker,
                                        .store = parts.store,
                                        .carrier = parts.carrier,
                                        .clock = parts.clock,
                                        .random = parts.random,
                                        .events = parts.events,
                                        .on_failure = parts.on_failure}
          ),
          inbox(
              inbox_options(options),
              {.broker = parts.broker,
               .adapters = parts.adapters,
               .store = parts.store,
               .carrier = parts.carrier,
               .schemas = parts.schemas,
               .clock = parts.clock,
               .random = parts.random,
               .events = parts.events,
               .on_failure = parts.on_failure},
              {.signal = [this](const VerifiedSignal& signal) { return outbox.signal(signal); },
               .bounced = [this](
                              std::string_view mail_id, bool permanent
                          ) { return outbox.bounced(mail_id, permanent); }},
              std::move(around)
          ) {}

    Outbox outbox;
    Inbox inbox;
};

MessageService::MessageService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<MessageService>> MessageService::start(
    const ServiceOptions& options, const ServiceParts& parts,
    std::shared_ptr<const Surroundings> surroundings
) {
    auto service =
        std::make_unique<MessageService>(std::make_unique<Impl>(options, parts, surroundings));
    auto started = service->impl_->outbox.start(std::move(surroundings), service->impl_->inbox);
    if (!started) {
        return std::unexpected(std::move(started.error()));
    }
    return service;
}

MessageService::~MessageService() {
    stop();
}

Receiver& MessageService::receiver() {
    return impl_->inbox;
}

// The inbox first: an answer to what the outbox sends on new terms is then read on them too.
void MessageService::replace(std::shared_ptr<const Surroundings> surroundings) {
    impl_->inbox.replace(surroundings);
    impl_->outbox.replace(std::move(surroundings));
}

std::shared_ptr<const Surroundings> MessageService::surroundings() const {
    return impl_->inbox.surroundings();
}

std::vector<PartnerVersion> MessageService::versions() const {
    return impl_->inbox.versions();
}

void MessageService::tick() {
    impl_->outbox.tick();
    impl_->inbox.tick();
}

// Attempts under way still give their answers to the inbox.
void MessageService::stop() {
    impl_->outbox.stop();
    impl_->inbox.stop();
}

}  // namespace budstikke::ebxml
