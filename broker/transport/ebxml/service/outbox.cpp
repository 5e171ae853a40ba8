// The outbox as others see it; what it does stands in outbox_partners.cpp, outbox_attempts.cpp,
// outbox_settle.cpp and outbox_signals.cpp.
#include "broker/transport/ebxml/service/outbox.hpp"

#include <algorithm>

#include "broker/transport/ebxml/service/outbox_impl.hpp"

namespace budstikke::ebxml {
namespace {

constexpr std::uint64_t ticks_between_sweeps = 3600;
constexpr std::string_view housekeeping = " housekeeping";  ///< no organisation has such a number

}  // namespace

std::string_view name(Signatory signatory) {
    switch (signatory) {
        case Signatory::nobody:
            return "nobody";
        case Signatory::invalid:
            return "invalid";
        case Signatory::stranger:
            return "stranger";
        case Signatory::partner:
            return "partner";
    }
    return "unknown";
}

std::string mail_id(std::string_view message_id, std::uint64_t attempt, std::string_view domain) {
    std::string id(message_id);
    id += '.';
    id += std::to_string(attempt);
    id += '@';
    id += domain;
    return id;
}

std::string_view message_of_mail(std::string_view mail_id, std::string_view domain) {
    const auto at = mail_id.rfind('@');
    if (at == std::string_view::npos || mail_id.substr(at + 1) != domain) {
        return {};
    }
    const auto local = mail_id.substr(0, at);
    const auto dot = local.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : local.substr(0, dot);
}

Outbox::Impl::Impl(OutboxOptions given, OutboxParts stands_on)
    : options(std::move(given)),
      parts(std::move(stands_on)),
      queue(std::max<std::size_t>(1, options.senders / 2), parts.clock) {}

std::shared_ptr<const Surroundings> Outbox::Impl::around() const {
    const std::scoped_lock lock(mutex);
    return surroundings;
}

std::mutex& Outbox::Impl::lock_of(std::string_view message_id) {
    return records[std::hash<std::string_view>{}(message_id) % records.size()];
}

std::mutex& Outbox::Impl::lock_of(const DeliveryId& delivery) {
    return first_records[std::hash<DeliveryId>{}(delivery) % first_records.size()];
}

Outbox::Outbox(OutboxOptions options, OutboxParts parts)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(parts))) {}

Outbox::~Outbox() {
    stop();
}

Result<void> Outbox::start(std::shared_ptr<const Surroundings> surroundings, Receiver& answers) {
    // What cannot be read now could not be settled later.
    if (auto readable = impl_->parts.store.all_outbound("", 1); !readable) {
        return std::unexpected(std::move(readable.error()));
    }
    impl_->answers = &answers;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, impl_->options.senders); ++i) {
        impl_->workers.emplace_back([impl = impl_.get()] { impl->queue.work(); });
    }
    impl_->follow(std::move(surroundings));
    return {};
}

void Outbox::replace(std::shared_ptr<const Surroundings> surroundings) {
    impl_->follow(std::move(surroundings));
}

void Outbox::tick() {
    impl_->run_due();
    impl_->resubscribe();
    if (impl_->ticks++ % ticks_between_sweeps == 0) {
        impl_->queue.put(std::string(housekeeping), [impl = impl_.get()] { impl->sweep(); });
    }
    impl_->queue.wake();
}

void Outbox::stop() {
    {
        const std::scoped_lock lock(impl_->mutex);
        if (std::exchange(impl_->stopped, true)) {
            return;
        }
    }
    impl_->queue.stop();
    // A partner that never answers would hold the stop up for limits::ebxml_exchange_time_max.
    impl_->stopping.request_stop();
    impl_->workers.clear();
    impl_->detach_all();
}

}  // namespace budstikke::ebxml
