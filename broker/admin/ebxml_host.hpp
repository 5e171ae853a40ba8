// What the admin socket asks of the ebXML message service, as an interface: agreements, ways, what
// waits, what partners run. Implemented in app/. Plain values without any part of a message beyond
// its ids; may not know sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/base/result.hpp"

namespace budstikke::admin {

struct EbxmlAgreement {
    std::string id{};
    bool profile = false;                ///< a CPP: one party, no period
    std::vector<std::string> parties{};  ///< HER-ids
    std::optional<Timestamp> start{};
    std::optional<Timestamp> end{};
    std::string file{};  ///< name in the directory's folder
};

struct EbxmlAgreements {
    Timestamp read_at{};
    std::vector<EbxmlAgreement> agreements{};
};

/// Whether A may send F to B now; where not, the reason for a program and for people.
struct EbxmlWay {
    std::string service{};
    std::string action{};
    std::string from_role{};
    std::string to_role{};
    bool inward = false;  ///< FROM is the partner, and TO is ours
    std::string code{};   ///< stable; empty where it may
    std::string text_en{};
    std::string text_no{};
    // Where it may:
    std::string agreement{};      ///< its id, or that of the profile without an agreement
    std::string endpoint_host{};  ///< of the URL, or the domain of the mail address; not inward
    bool is_signed = false;
    bool encrypted = false;
    std::uint32_t retries = 0;
    std::chrono::seconds retry_interval{};
    std::optional<Timestamp> certificate_until{};  ///< of what is encrypted for
};

/// A message that waits for its acknowledgement.
struct EbxmlWaiting {
    std::string message_id{};
    std::string delivery{};
    HerId to{};
    std::uint64_t attempts = 0;      ///< all of them
    std::uint32_t failed = 0;        ///< of those, what did not reach the partner's server
    std::uint32_t attempts_max = 0;  ///< of those that reach it
    Timestamp next_attempt{};
    Timestamp expires_at{};
    std::string endpoint_host{};
};

/// A party that is reached by ebXML.
struct EbxmlPartner {
    HerId her_id{};
    std::string name{};
    std::optional<Timestamp> reported_at{};  ///< nothing: it has not said since the start
    std::string software{};                  ///< as it called itself, printable ASCII
};

/// Attempts that failed since the start, by why.
struct EbxmlFault {
    std::string fault{};
    std::uint64_t attempts = 0;
};

struct EbxmlStatus {
    Timestamp agreements_read_at{};
    std::size_t agreements = 0;
    std::size_t partners = 0;
    std::uint64_t attempts = 0;  ///< that did not fail, since the start
    std::vector<EbxmlFault> faults{};
};

/// Called from the admin socket's thread only.
class EbxmlHost {
 public:
    virtual ~EbxmlHost() = default;

    virtual EbxmlStatus status() = 0;
    virtual EbxmlAgreements agreements() = 0;
    /// `type` is an Action of HISD 1209; with `apprec` its application receipt is asked about.
    /// Errc::invalid_argument where there is no such type.
    virtual Result<EbxmlWay> way(
        const HerId& from, const HerId& to, std::string_view type, bool apprec
    ) = 0;
    /// In the order of their ids, after `after`.
    virtual Result<std::vector<EbxmlWaiting>> waiting(
        std::string_view after, std::size_t rows_max
    ) = 0;
    /// In HER-id order.
    virtual std::vector<EbxmlPartner> partners() = 0;
};

}  // namespace budstikke::admin
