// Certificate revocation lists (RFC 5280, section 5) as an immutable snapshot: loaded from files,
// each verified against the CA that it speaks for, then asked without I/O. A reload makes a new
// one. Promises to fail closed unless told otherwise. May not know sessions; they ask it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/peer_identity.hpp"
#include "broker/crypto/revocation_list.hpp"

namespace budstikke::crypto {

/// What a list counts for once its next update has passed. A missing list is a refusal under both,
/// and what a stale list names as revoked stays revoked under both.
enum class StaleListPolicy {
    fail_closed,  ///< nobody whom it speaks for is let in
    use_stale,    ///< it counts until a newer one comes
};

enum class RevocationStatus { good, revoked, stale, no_list };

/// What operations sees of one list.
struct RevocationListFacts {
    std::string issuer;     ///< RFC 2253
    std::string partition;  ///< its distribution point, `URI:...`; empty where it has none
    Timestamp this_update;
    Timestamp next_update;
    std::size_t revoked_count = 0;
};

/// Safe to ask from any thread.
class RevocationLists {
 public:
    /// Reads CA certificates (PEM) and lists (PEM or DER, several per file). Of two lists with the
    /// same scope the newer counts; partitions of one CA stand beside each other. What
    /// load_revocation_lists refuses is an error: a list that is there but cannot be used must not
    /// pass for none.
    static Result<RevocationLists> load(
        const std::vector<std::filesystem::path>& ca_files,
        const std::vector<std::filesystem::path>& crl_files, StaleListPolicy policy
    );

    /// Of the certificate, and of every configured CA above it up to the root. A certificate needs
    /// a list that covers it: one for all of its CA, or the partition that it names (RFC 5280,
    /// 6.3.3). Where there is none, whatever other partitions there are, it is `no_list`. Where a
    /// list that covers it is fresh, a stale one beside it does no harm. Without issuer_key_id all
    /// CAs of that name are asked, and the worst answer counts.
    RevocationStatus check(const PeerIdentity& peer, Timestamp now) const;

    /// The list that counts of each CA and partition.
    std::vector<RevocationListFacts> lists() const;
    /// When the first of the lists becomes stale; nothing without lists. For an early alarm.
    std::optional<Timestamp> first_next_update() const;

 private:
    struct Issuer {
        PeerIdentity certificate;
        std::string key_id;
    };
    void add(RevocationList list);
    RevocationStatus check_upwards(
        const PeerIdentity& certificate, Timestamp now, std::uint32_t steps_left
    ) const;
    RevocationStatus check_one(const PeerIdentity& certificate, Timestamp now) const;

    StaleListPolicy policy_ = StaleListPolicy::fail_closed;
    std::map<std::string, std::vector<RevocationList>, std::less<>> lists_;  ///< by issuer
    std::map<std::string, std::vector<Issuer>, std::less<>> issuers_;        ///< the CAs by subject
};

}  // namespace budstikke::crypto
