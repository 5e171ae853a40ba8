// See peer_identity.hpp.
#include "broker/crypto/peer_identity.hpp"

#include "broker/crypto/certificate.hpp"
#include "broker/crypto/tls_fault.hpp"

namespace budstikke::crypto {

Result<std::vector<PeerIdentity>> read_certificates(const std::filesystem::path& path) {
    const auto certificates = load_certificates(path);
    if (!certificates) return std::unexpected(certificates.error());
    std::vector<PeerIdentity> all;
    for (const Handle<x509_st>& certificate : *certificates) {
        Result<PeerIdentity> facts = facts_of(*certificate);
        if (!facts) return fail(facts.error().code, path.string() + ": " + facts.error().detail);
        all.push_back(std::move(*facts));
    }
    return all;
}

Result<PeerIdentity> read_peer_identity(const std::filesystem::path& path) {
    Result<std::vector<PeerIdentity>> certificates = read_certificates(path);
    if (!certificates) return std::unexpected(certificates.error());
    if (certificates->front().organisation_number.empty()) {
        return fail(Errc::unauthenticated, std::string(name(TlsFault::no_organisation_number)));
    }
    return std::move(certificates->front());
}

}  // namespace budstikke::crypto
