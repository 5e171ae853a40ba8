// The real store of the ebXML service, for fixtures that watch or disturb some of its functions.
#pragma once

#include <memory>
#include <utility>

#include "broker/store/ebxml_store.hpp"

namespace budstikke::ebxml::test {

class ForwardingStore : public store::EbxmlStore {
 public:
    explicit ForwardingStore(std::unique_ptr<store::EbxmlStore> real) : real_(std::move(real)) {}

    Result<void> put(const store::OutboundEbxml& message) override { return real_->put(message); }
    Result<void> update(const store::OutboundEbxml& message) override {
        return real_->update(message);
    }
    Result<std::optional<store::OutboundEbxml>> outbound(std::string_view id) const override {
        return real_->outbound(id);
    }
    Result<std::string> outbound_body(std::string_view id) const override {
        return real_->outbound_body(id);
    }
    Result<std::optional<store::OutboundEbxml>> outbound_of(const DeliveryId& id) const override {
        return real_->outbound_of(id);
    }
    Result<void> erase_outbound(std::string_view id) override { return real_->erase_outbound(id); }
    Result<std::vector<store::OutboundEbxml>> all_outbound(
        std::string_view after, std::size_t rows_max
    ) const override {
        return real_->all_outbound(after, rows_max);
    }
    Result<std::vector<Wrap>> wraps(std::string_view after, std::size_t rows_max) const override {
        return real_->wraps(after, rows_max);
    }
    Result<Rewrapped> rewrap(std::string_view after, std::size_t rows_max) override {
        return real_->rewrap(after, rows_max);
    }
    Result<void> forget_erased() override { return real_->forget_erased(); }
    Result<void> put(const store::InboundEbxml& message) override { return real_->put(message); }
    Result<std::optional<store::InboundEbxml>> inbound(const HerId& from, std::string_view id)
        const override {
        return real_->inbound(from, id);
    }
    Result<std::optional<store::InboundEbxml>> inbound_of_business(
        const HerId& from, std::string_view id
    ) const override {
        return real_->inbound_of_business(from, id);
    }
    Result<std::size_t> erase_inbound_before(Timestamp before, std::size_t rows_max) override {
        return real_->erase_inbound_before(before, rows_max);
    }

 private:
    std::unique_ptr<store::EbxmlStore> real_;
};

}  // namespace budstikke::ebxml::test
