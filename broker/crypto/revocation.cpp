// See revocation.hpp. The lists are taken apart when they are loaded, so that a question is a
// binary search in values and needs neither a lock nor OpenSSL.
#include "broker/crypto/revocation.hpp"

#include <algorithm>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"
#include "broker/crypto/guarded_file.hpp"

namespace budstikke::crypto {
namespace {

using Certificates = std::vector<Handle<x509_st>>;
using CrlHandles = std::vector<Handle<X509_crl_st>>;

constexpr int digest_bytes_min = 28;  // SHA-224: what security level 2 asks of certificates

Result<CrlHandles> parse_lists(const std::string& bytes, const std::filesystem::path& path) {
    CrlHandles lists;
    ERR_clear_error();
    const Handle<BIO> input = input_of(bytes);
    while (X509_CRL* list = PEM_read_bio_X509_CRL(input.get(), nullptr, nullptr, nullptr)) {
        lists.emplace_back(list);
    }
    const unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
        return fail(Errc::malformed, path.string() + ": a revocation list does not decode");
    }
    if (!lists.empty()) return lists;
    const auto* front = reinterpret_cast<const unsigned char*>(bytes.data());
    const unsigned char* const end = front + bytes.size();
    lists.emplace_back(d2i_X509_CRL(nullptr, &front, static_cast<long>(bytes.size())));
    ERR_clear_error();
    if (lists.front() == nullptr || front != end) {
        return fail(Errc::malformed, path.string() + ": no revocation list in PEM or DER");
    }
    return lists;
}

// A list for all client certificates of its CA, and nothing in it that we would overlook.
bool is_complete(const X509_CRL& list) {
    for (int i = 0; i < X509_CRL_get_ext_count(&list); ++i) {
        const X509_EXTENSION* extension = X509_CRL_get_ext(&list, i);
        const int nid =
            OBJ_obj2nid(X509_EXTENSION_get_object(const_cast<X509_EXTENSION*>(extension)));
        if (nid == NID_delta_crl) return false;
        const bool known = nid == NID_issuing_distribution_point;
        if (X509_EXTENSION_get_critical(extension) != 0 && !known) return false;
    }
    int occurrences = -1;
    auto* point = static_cast<ISSUING_DIST_POINT*>(
        X509_CRL_get_ext_d2i(&list, NID_issuing_distribution_point, nullptr, &occurrences)
    );
    // -1: not there. Anything else without a value is one that does not decode.
    if (point == nullptr) return occurrences == -1;
    const bool partial = point->onlyCA > 0 || point->onlyattr > 0 || point->indirectCRL > 0 ||
                         point->onlysomereasons != nullptr;
    ISSUING_DIST_POINT_free(point);
    return !partial;
}

bool strong_signature(const X509_CRL& list) {
    int digest = NID_undef;
    if (OBJ_find_sigid_algs(X509_CRL_get_signature_nid(&list), &digest, nullptr) != 1) return false;
    // NID_undef: the algorithm has its digest inside (Ed25519, RSA-PSS).
    if (digest == NID_undef) return true;
    const EVP_MD* algorithm = EVP_get_digestbynid(digest);
    return algorithm != nullptr && EVP_MD_get_size(algorithm) >= digest_bytes_min;
}

// The CA of this name that signed it, and may sign lists.
X509* signer_of(X509_CRL& list, const Certificates& authorities) {
    for (const Handle<x509_st>& authority : authorities) {
        const X509_NAME* subject = X509_get_subject_name(authority.get());
        if (X509_NAME_cmp(subject, X509_CRL_get_issuer(&list)) != 0) continue;
        if ((X509_get_key_usage(authority.get()) & KU_CRL_SIGN) == 0) continue;
        EVP_PKEY* key = X509_get0_pubkey(authority.get());
        const bool verified = key != nullptr && X509_CRL_verify(&list, key) == 1;
        ERR_clear_error();
        if (verified) return authority.get();
    }
    return nullptr;
}

std::vector<std::string> sorted_serials(X509_CRL& list) {
    std::vector<std::string> serials;
    STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(&list);
    serials.reserve(static_cast<std::size_t>(std::max(0, sk_X509_REVOKED_num(revoked))));
    for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i) {
        const X509_REVOKED* entry = sk_X509_REVOKED_value(revoked, i);
        serials.push_back(hex_of(X509_REVOKED_get0_serialNumber(entry)));
    }
    std::ranges::sort(serials);
    return serials;
}

bool same_key(std::string_view left, std::string_view right) {
    return left.empty() || right.empty() || left == right;
}

}  // namespace

Result<RevocationLists> RevocationLists::load(
    const std::vector<std::filesystem::path>& ca_files,
    const std::vector<std::filesystem::path>& crl_files, StaleListPolicy policy
) {
    RevocationLists loaded;
    loaded.policy_ = policy;
    Certificates authorities;
    for (const std::filesystem::path& path : ca_files) {
        Result<Certificates> some = load_certificates(path);
        if (!some) return std::unexpected(some.error());
        std::ranges::move(*some, std::back_inserter(authorities));
    }
    for (const Handle<x509_st>& authority : authorities) {
        Result<PeerIdentity> facts = facts_of(*authority);
        if (!facts) return std::unexpected(facts.error());
        std::vector<Issuer>& of_name = loaded.issuers_[facts->subject];
        of_name.push_back({std::move(*facts), subject_key_id(*authority)});
    }
    for (const std::filesystem::path& path : crl_files) {
        const Result<std::string> bytes = read_file(path, limits::crl_file_bytes_max);
        if (!bytes) return std::unexpected(bytes.error());
        const Result<CrlHandles> lists = parse_lists(*bytes, path);
        if (!lists) return std::unexpected(lists.error());
        for (const Handle<X509_crl_st>& list : *lists) {
            X509* signer = signer_of(*list, authorities);
            if (signer == nullptr) {
                return fail(
                    Errc::denied, path.string() + ": no configured CA has signed this list"
                );
            }
            const auto from = time_of(X509_CRL_get0_lastUpdate(list.get()));
            const auto until = time_of(X509_CRL_get0_nextUpdate(list.get()));
            if (!from || !until || !is_complete(*list) || !strong_signature(*list)) {
                return fail(
                    Errc::invalid_argument,
                    path.string() +
                        ": a list that is partial, without next update, weakly signed, "
                        "or with a critical extension that we do not know"
                );
            }
            List values;
            values.serials = sorted_serials(*list);
            values.issuer_key_id = subject_key_id(*signer);
            values.facts = {
                text_of(*X509_get_subject_name(signer)), *from, *until, values.serials.size()
            };
            loaded.add(std::move(values));
        }
    }
    return loaded;
}

void RevocationLists::add(List list) {
    std::vector<List>& of_name = lists_[list.facts.issuer];
    for (List& known : of_name) {
        if (known.issuer_key_id != list.issuer_key_id) continue;
        if (known.facts.this_update <= list.facts.this_update) known = std::move(list);
        return;
    }
    of_name.push_back(std::move(list));
}

RevocationStatus RevocationLists::check_one(
    std::string_view issuer, std::string_view key_id, std::string_view serial, Timestamp now
) const {
    const auto of_name = lists_.find(issuer);
    if (of_name == lists_.end()) return RevocationStatus::no_list;
    RevocationStatus status = RevocationStatus::no_list;
    for (const List& list : of_name->second) {
        if (!same_key(list.issuer_key_id, key_id)) continue;
        // Revoked stays revoked, however old the list.
        if (std::ranges::binary_search(list.serials, serial)) return RevocationStatus::revoked;
        if (now >= list.facts.next_update && policy_ == StaleListPolicy::fail_closed) {
            status = RevocationStatus::stale;
        } else if (status == RevocationStatus::no_list) {
            status = RevocationStatus::good;
        }
    }
    return status;
}

RevocationStatus RevocationLists::check_upwards(
    std::string_view issuer, std::string_view key_id, std::string_view serial, Timestamp now,
    std::uint32_t steps_left
) const {
    const RevocationStatus status = check_one(issuer, key_id, serial, now);
    if (status != RevocationStatus::good || steps_left == 0) return status;
    const auto of_name = issuers_.find(issuer);
    if (of_name == issuers_.end()) return status;
    for (const Issuer& authority : of_name->second) {
        const PeerIdentity& above = authority.certificate;
        // A root vouches for itself; its removal from the configuration is what revokes it.
        if (!same_key(authority.key_id, key_id) || above.issuer == above.subject) continue;
        const RevocationStatus upwards =
            check_upwards(above.issuer, above.issuer_key_id, above.serial, now, steps_left - 1);
        if (upwards != RevocationStatus::good) return upwards;
    }
    return status;
}

RevocationStatus RevocationLists::check(
    std::string_view issuer, std::string_view issuer_key_id, std::string_view serial, Timestamp now
) const {
    return check_upwards(issuer, issuer_key_id, serial, now, limits::certificate_chain_depth_max);
}

RevocationStatus RevocationLists::check(const PeerIdentity& peer, Timestamp now) const {
    return check(peer.issuer, peer.issuer_key_id, peer.serial, now);
}

std::vector<RevocationListFacts> RevocationLists::lists() const {
    std::vector<RevocationListFacts> all;
    for (const auto& [issuer, of_name] : lists_) {
        for (const List& list : of_name)
            all.push_back(list.facts);
    }
    return all;
}

std::optional<Timestamp> RevocationLists::first_next_update() const {
    std::optional<Timestamp> first;
    for (const auto& [issuer, of_name] : lists_) {
        for (const List& list : of_name) {
            if (!first || list.facts.next_update < *first) first = list.facts.next_update;
        }
    }
    return first;
}

}  // namespace budstikke::crypto
