// The ebXML message service as the admin socket sees it. Promises ids, times, counts and hosts, and
// nothing of a message. May not know the socket.
#pragma once

#include "broker/admin/ebxml_host.hpp"
#include "broker/app/ebxml_part.hpp"
#include "broker/base/clock.hpp"

namespace budstikke::app {

class EbxmlOperations final : public admin::EbxmlHost {
 public:
    /// Both outlive it; asked only after the part was started.
    EbxmlOperations(const EbxmlPart& part, const Clock& clock) : part_(part), clock_(clock) {}

    admin::EbxmlStatus status() override;
    admin::EbxmlAgreements agreements() override;
    Result<admin::EbxmlWay> way(
        const HerId& from, const HerId& to, std::string_view type, bool apprec
    ) override;
    Result<std::vector<admin::EbxmlWaiting>> waiting(std::string_view after, std::size_t rows_max)
        override;
    std::vector<admin::EbxmlPartner> partners() override;

 private:
    const EbxmlPart& part_;
    const Clock& clock_;
};

/// The host of a URL or the domain of a mail address, without user, port or path; empty where there
/// is none.
std::string endpoint_host(std::string_view endpoint);

}  // namespace budstikke::app
