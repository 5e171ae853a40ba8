#include "broker/transport/ebxml/service/partner_versions.hpp"

#include <utility>

namespace budstikke::ebxml {

void PartnerVersions::note(
    const HerId& partner, std::span<const std::string> descriptions, Timestamp now
) {
    for (const auto& description : descriptions) {
        auto software = read_description(description);
        if (!software.empty()) {
            const std::scoped_lock lock(mutex_);
            versions_.insert_or_assign(
                partner,
                PartnerVersion{
                    .partner = partner, .reported_at = now, .software = std::move(software)
                }
            );
            return;
        }
    }
}

std::vector<PartnerVersion> PartnerVersions::all() const {
    const std::scoped_lock lock(mutex_);
    std::vector<PartnerVersion> list;
    list.reserve(versions_.size());
    for (const auto& [partner, version] : versions_) {
        list.push_back(version);
    }
    return list;
}

}  // namespace budstikke::ebxml
