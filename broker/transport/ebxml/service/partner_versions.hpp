// What partners last said of their software (HITS 1210), for operations. In memory only: the next
// message of a partner says it again. May not decide anything.
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/transport/ebxml/message/monitoring.hpp"

namespace budstikke::ebxml {

struct PartnerVersion {
    HerId partner;
    Timestamp reported_at{};
    /// As read_description gives it.
    SoftwareNames software;
};

/// Any thread. Holds no more than the directory has parties: only what a partner signed is noted.
class PartnerVersions {
 public:
    /// Keeps the first description that says anything.
    void note(const HerId& partner, std::span<const std::string> descriptions, Timestamp now);
    /// In HER-id order.
    std::vector<PartnerVersion> all() const;

 private:
    mutable std::mutex mutex_;
    std::map<HerId, PartnerVersion> versions_;
};

}  // namespace budstikke::ebxml
