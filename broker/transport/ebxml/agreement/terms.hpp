// The terms on which A sends F to B: from their agreement, or the profile's defaults where they
// have none. Answers "may A send F to B, and if not, why".
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/transport/ebxml/agreement/agreement.hpp"
#include "broker/transport/ebxml/agreement/service_action.hpp"

namespace budstikke::ebxml {

struct Terms {
    std::string cpa_id;
    std::vector<std::string> endpoints;  ///< of the recipient; empty: the register's addresses
    unsigned retries = 5;                ///< HIS 1037 5.2
    std::chrono::seconds retry_interval = std::chrono::hours(12);
    std::chrono::minutes persist_duration{};  ///< zero: until the last retry
    bool ack_requested = true;  ///< false: the transport's own receipt is the last one there is
    bool synchronous = false;   ///< what is answered comes in the same exchange
    bool is_signed = true;
    bool encrypted = true;
    bool compressed = false;             ///< gzip inside the encryption
    std::string encryption_certificate;  ///< DER of the recipient's; empty: the register's
};

/// Why an agreement does not let A send F to B. Names are stable.
enum class Obstacle {
    sender_no_party,     ///< A is in no party of the agreement
    recipient_no_party,  ///< B is not
    not_yet_valid,
    expired,
    service_unknown,      ///< neither side names the service
    sender_may_not,       ///< A has no role that sends the action
    recipient_takes_not,  ///< B has no role that receives it
};
std::string_view name(Obstacle obstacle);

/// `low_high` (HIS 1037 6.2.1).
std::string default_cpa_id(std::string_view her_id, std::string_view other_her_id);

/// Without an agreement: the profile's defaults.
Terms default_terms(std::string_view from, std::string_view to);

/// Services match with and without `S-`; roles must be those that the agreement gives each side.
std::expected<Terms, Obstacle> terms_of(
    const Agreement& agreement, std::string_view from, std::string_view to,
    const ServiceAction& what, Timestamp now
);

}  // namespace budstikke::ebxml
