// See party_trust.hpp. A path is computed once per certificate and remembered, with the time in
// which all its CAs are valid: it costs as much as the signature of a message.
#include "broker/crypto/pki/party_trust.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"
#include "broker/crypto/trust_store.hpp"

namespace budstikke::crypto {
namespace {

// RSA and DH of 2048 bits, SHA-224 and up: 112 bits, as the TLS side has it.
constexpr int auth_level = 2;

struct Path {
    std::optional<TrustFault> fault;
    Timestamp from = Timestamp::min();  ///< all CAs of the path are valid
    Timestamp until = Timestamp::max();
};

TrustFault fault_of(int error) {
    switch (error) {
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return TrustFault::self_signed;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return TrustFault::unknown_issuer;
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
        case X509_V_ERR_CA_MD_TOO_WEAK:
            return TrustFault::weak_signature;
        default:
            return TrustFault::path_invalid;
    }
}

Path find_path(x509_store_st& store, x509_st& certificate) {
    const Handle<X509_STORE_CTX> context(X509_STORE_CTX_new());
    if (context == nullptr ||
        X509_STORE_CTX_init(context.get(), &store, &certificate, nullptr) != 1) {
        die_of_openssl("look for a path");
    }
    X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_auth_level(rules, auth_level);
    X509_VERIFY_PARAM_set_depth(rules, limits::certificate_chain_depth_configurable_max);
    // The times are held against the clock at every message, the path only once.
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_NO_CHECK_TIME);
    const bool found = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    Path path;
    if (!found) {
        path.fault = fault_of(X509_STORE_CTX_get_error(context.get()));
        return path;
    }
    const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 1; i < sk_X509_num(chain); ++i) {
        const X509* const authority = sk_X509_value(chain, i);
        const auto from = time_of(X509_get0_notBefore(authority));
        const auto until = time_of(X509_get0_notAfter(authority));
        if (!from || !until) {
            path.fault = TrustFault::path_invalid;
            return path;
        }
        path.from = std::max(path.from, *from);
        path.until = std::min(path.until, *until);
    }
    return path;
}

std::optional<TrustFault> fault_of(RevocationStatus status) {
    switch (status) {
        case RevocationStatus::good:
            return std::nullopt;
        case RevocationStatus::revoked:
            return TrustFault::revoked;
        case RevocationStatus::stale:
            return TrustFault::revocation_stale;
        case RevocationStatus::no_list:
            return TrustFault::revocation_unknown;
    }
    return TrustFault::revocation_unknown;
}

}  // namespace

struct PartyTrust::Impl {
    Handle<x509_store_st> store;
    std::optional<RevocationLists> revocation;
    std::mutex mutex;
    std::map<Digest, Path> paths;  ///< by fingerprint

    Path path_of(const PartyCertificate& certificate) {
        const Digest& fingerprint = certificate.facts().fingerprint;
        {
            const std::scoped_lock lock(mutex);
            if (const auto known = paths.find(fingerprint); known != paths.end()) {
                return known->second;
            }
        }
        const Path path = find_path(*store, certificate.handle());
        const std::scoped_lock lock(mutex);
        // Only strangers' certificates fill it up; all are found again at the price of a message.
        if (paths.size() >= limits::certificates_cached_max) paths.clear();
        paths.emplace(fingerprint, path);
        return path;
    }
};

PartyTrust::PartyTrust(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PartyTrust::PartyTrust(PartyTrust&&) noexcept = default;
PartyTrust& PartyTrust::operator=(PartyTrust&&) noexcept = default;
PartyTrust::~PartyTrust() = default;

Result<PartyTrust> PartyTrust::make(
    const std::vector<std::filesystem::path>& ca_files, std::optional<RevocationLists> revocation
) {
    if (ca_files.empty()) return fail(Errc::invalid_argument, "no CA file: nobody is believed");
    auto store = load_trust_store(ca_files);
    if (!store) return std::unexpected(store.error());
    auto impl = std::make_unique<Impl>();
    impl->store = std::move(*store);
    impl->revocation = std::move(revocation);
    return PartyTrust(std::move(impl));
}

std::vector<TrustFault> PartyTrust::check(const PartyCertificate& certificate, Timestamp now)
    const {
    std::vector<TrustFault> faults;
    const PeerIdentity& facts = certificate.facts();
    const Path path = impl_->path_of(certificate);
    if (certificate.is_self_issued()) {
        faults.push_back(TrustFault::self_signed);
    } else if (path.fault) {
        faults.push_back(*path.fault);
    } else if (now < path.from || now >= path.until) {
        faults.push_back(TrustFault::authority_expired);
    }
    if (now < facts.not_before) faults.push_back(TrustFault::not_yet_valid);
    // The second of notAfter itself is past, as on the TLS side.
    if (now >= facts.not_after) faults.push_back(TrustFault::expired);
    // A stranger's CA has no list with us; that it is unknown has been said.
    if (impl_->revocation && !path.fault && !certificate.is_self_issued()) {
        if (const auto fault = fault_of(impl_->revocation->check(facts, now))) {
            faults.push_back(*fault);
        }
    }
    return faults;
}

std::vector<TrustFault> PartyTrust::check_signing(
    const PartyCertificate& certificate, Timestamp now, std::optional<Timestamp> signed_at
) const {
    std::vector<TrustFault> faults = check(certificate, now);
    const PeerIdentity& facts = certificate.facts();
    // Rules 104 and 105: Valid From < eb:Timestamp < Valid To.
    if (signed_at && *signed_at <= facts.not_before) {
        faults.push_back(TrustFault::before_validity);
    }
    if (signed_at && *signed_at >= facts.not_after) faults.push_back(TrustFault::after_validity);
    if (!certificate.has_non_repudiation()) faults.push_back(TrustFault::wrong_use);
    return faults;
}

std::vector<TrustFault> PartyTrust::check_encryption(
    const PartyCertificate& certificate, Timestamp now
) const {
    std::vector<TrustFault> faults = check(certificate, now);
    if (!certificate.may_encrypt()) faults.push_back(TrustFault::wrong_use);
    return faults;
}

std::string_view name(TrustFault fault) {
    switch (fault) {
        case TrustFault::self_signed:
            return "self_signed";
        case TrustFault::unknown_issuer:
            return "unknown_issuer";
        case TrustFault::path_invalid:
            return "path_invalid";
        case TrustFault::authority_expired:
            return "authority_expired";
        case TrustFault::weak_signature:
            return "weak_signature";
        case TrustFault::not_yet_valid:
            return "not_yet_valid";
        case TrustFault::expired:
            return "expired";
        case TrustFault::before_validity:
            return "before_validity";
        case TrustFault::after_validity:
            return "after_validity";
        case TrustFault::wrong_use:
            return "wrong_use";
        case TrustFault::revoked:
            return "revoked";
        case TrustFault::revocation_stale:
            return "revocation_stale";
        case TrustFault::revocation_unknown:
            return "revocation_unknown";
    }
    return "unknown";
}

}  // namespace budstikke::crypto
