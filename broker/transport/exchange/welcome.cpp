// The judgement of welcome.hpp.
#include "broker/transport/exchange/welcome.hpp"

#include <algorithm>

#include "broker/crypto/digest.hpp"

namespace budstikke::transport {

std::optional<Unwelcome> judge(
    const pipeline::Broker& broker, const crypto::PeerIdentity& peer, Timestamp now
) {
    const auto directory = broker.directory();
    const directory::Organisation* organisation = directory->organisation(peer.organisation_number);
    if (organisation == nullptr) {
        return Unwelcome{
            .reason = GoAwayReason::not_registered,
            .event_id = "session_refused_unknown_organisation",
            .text = "the directory knows no organisation of this number",
        };
    }
    if (!organisation->validity.contains(now)) {
        return Unwelcome{
            .reason = GoAwayReason::not_registered,
            .event_id = "session_refused_organisation_not_valid",
            .text = "the organisation's registration is not valid now",
        };
    }
    const auto& pinned = organisation->certificates;
    if (!pinned.empty() &&
        std::ranges::find(pinned, crypto::to_hex(peer.fingerprint)) == pinned.end()) {
        return Unwelcome{
            .reason = GoAwayReason::not_registered,
            .event_id = "session_refused_certificate_not_registered",
            .text = "the directory lists other certificates for this organisation",
        };
    }
    if (!broker.is_welcome(peer.organisation_number)) {
        return Unwelcome{
            .reason = GoAwayReason::held,
            .event_id = "session_refused_held",
            .text = "operations has stopped every party of this organisation",
        };
    }
    return std::nullopt;
}

}  // namespace budstikke::transport
