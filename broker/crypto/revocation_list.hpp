// One certificate revocation list (RFC 5280, section 5) as values: whom it speaks for, how new it
// is, whom it names. Internal to crypto. Promises that a list with anything in it that we would
// overlook is refused. May not know other lists or policies: revocation.hpp weighs them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/openssl_handles.hpp"
#include "broker/crypto/peer_identity.hpp"

namespace budstikke::crypto {

/// Which certificates of its issuer a list speaks for (RFC 5280, 5.2.5).
struct RevocationScope {
    bool clients = true;
    bool authorities = true;
    std::vector<std::string> points;  ///< as PeerIdentity::revocation_points, sorted; empty: all

    bool operator==(const RevocationScope&) const = default;
    bool covers(const PeerIdentity& certificate) const;
};

struct RevocationList {
    std::string issuer;         ///< RFC 2253
    std::string issuer_key_id;  ///< hex of the subject key identifier of the CA that signed it
    RevocationScope scope;
    std::string number;  ///< hex of the crlNumber; empty where there is none
    Timestamp this_update;
    Timestamp next_update;
    std::vector<std::string> serials;  ///< of the revoked, as PeerIdentity::serial; sorted

    /// Whether it speaks for the same certificates as `other`, so that only one of them counts.
    bool same_scope(const RevocationList& other) const;
    /// Of two with the same scope: by crlNumber (5.2.3), else by thisUpdate. Not older is newer.
    bool replaces(const RevocationList& other) const;
};

/// Reads the lists of a file's bytes (PEM, several; or one in DER). Every error names the file and
/// the cause: `malformed` where it holds no list, `denied` where none of `authorities` has signed
/// one, `invalid_argument` where one is a delta, indirect, for some reasons or for attribute
/// certificates only, without nextUpdate, weakly signed, or with a critical extension (of the list
/// or of an entry) that we do not know.
Result<std::vector<RevocationList>> read_revocation_lists(
    const std::string& bytes, const std::filesystem::path& file,
    const std::vector<Handle<x509_st>>& authorities
);

/// The same of a file of limits::crl_file_bytes_max at most.
Result<std::vector<RevocationList>> load_revocation_lists(
    const std::filesystem::path& path, const std::vector<Handle<x509_st>>& authorities
);

}  // namespace budstikke::crypto
