// Tells the pipeline, before a message is accepted, whether there is a way to a partner: by what
// the outbox will go by when it composes. Promises to read no file and no certificate, and that
// nothing stands in the way to whom another carries. May not know a message's payload.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "broker/pipeline/ways.hpp"
#include "broker/store/store.hpp"
#include "broker/transport/ebxml/service/surroundings.hpp"

namespace budstikke::ebxml {

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
