// Tells the pipeline, before a message is accepted, and operations whether there is a way to a
// partner: by what the outbox will go by when it composes. Promises to read no file and no
// certificate, and that nothing stands in the way to whom another carries. May not know a message's
// payload.
#pragma once

#include <atomic>
#include <expected>
#include <memory>
#include <string_view>
#include <utility>

#include "broker/pipeline/ways.hpp"
#include "broker/store/store.hpp"
#include "broker/transport/ebxml/service/surroundings.hpp"

namespace budstikke::ebxml {

/// What is asked about.
struct WayOf {
    const HerId& from;
    const HerId& to;  ///< the recipient, or its successor
    ServiceAction what;
    std::string_view content_type;  ///< empty: of a message that its sender has not encrypted
};

/// How it would go now. The codes of NoRoute are `recipient_not_acted_for`, where nobody takes the
/// partner's deliveries, and those of Surroundings::route and mail_permits.
std::expected<Route, NoRoute> way_to(
    const Surroundings& known, const WayOf& message, Timestamp now
);

class PartnerWays final : public pipeline::Ways {
 public:
    /// `store` outlives it: it knows what an AppRec answers.
    PartnerWays(store::Store& store, std::shared_ptr<const Surroundings> surroundings);

    /// After a reload. Any thread.
    void replace(std::shared_ptr<const Surroundings> surroundings) {
        surroundings_ = std::move(surroundings);
    }

    /// A warning for an AppRec, whatever is lacking but its Service: its sender has nobody else to
    /// give it to. And as long as these surroundings are of another directory than the question, or
    /// too old to refuse by.
    const FindingSpec* obstacle(const pipeline::WayQuestion& question) const override;

 private:
    std::expected<ServiceAction, NoRoute> service(const pipeline::WayQuestion& question) const;

    store::Store& store_;
    std::atomic<std::shared_ptr<const Surroundings>> surroundings_;
};

}  // namespace budstikke::ebxml
