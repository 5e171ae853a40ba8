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
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/peer_identity.hpp"

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
    std::string issuer;  ///< RFC 2253
    Timestamp this_update;
    Timestamp next_update;
    std::size_t revoked_count = 0;
};

/// Safe to ask from any thread.
class RevocationLists {
 public:
    /// Reads CA certificates (PEM) and lists (PEM or DER, several per file). A file that is no
    /// list, a list that no CA in `ca_files` has signed, without nextUpdate, partial or delta, or
    /// with a critical extension that we do not know, is an error that names the file: a list that
    /// is there but cannot be used must not pass for none.
    static Result<RevocationLists> load(
        const std::vector<std::filesystem::path>& ca_files,
        const std::vector<std::filesystem::path>& crl_files, StaleListPolicy policy
    );

    /// The certificate `serial` (as PeerIdentity::serial) of the CA `issuer` (as
    /// PeerIdentity::issuer), and every configured CA above it up to the root.
    /// `issuer_key_id` tells CAs of one name apart; empty asks all of that name.
    RevocationStatus check(
        std::string_view issuer, std::string_view issuer_key_id, std::string_view serial,
        Timestamp now
    ) const;
    RevocationStatus check(const PeerIdentity& peer, Timestamp now) const;

    /// The list that counts of each CA.
    std::vector<RevocationListFacts> lists() const;
    /// When the first of the lists becomes stale; nothing without lists. For an early alarm.
    std::optional<Timestamp> first_next_update() const;

 private:
    struct List {
        RevocationListFacts facts;
        std::string issuer_key_id;
        std::vector<std::string> serials;  ///< sorted
    };
    struct Issuer {
        PeerIdentity certificate;
        std::string key_id;
    };
    void add(List list);
    RevocationStatus check_upwards(
        std::string_view issuer, std::string_view key_id, std::string_view serial, Timestamp now,
        std::uint32_t steps_left
    ) const;
    RevocationStatus check_one(
        std::string_view issuer, std::string_view key_id, std::string_view serial, Timestamp now
    ) const;

    StaleListPolicy policy_ = StaleListPolicy::fail_closed;
    std::map<std::string, std::vector<List>, std::less<>> lists_;      ///< by issuer
    std::map<std::string, std::vector<Issuer>, std::less<>> issuers_;  ///< the CAs by subject
};

}  // namespace budstikke::crypto
