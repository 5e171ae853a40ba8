// See revocation_list.hpp. A list is taken apart when it is loaded, so that a question is a binary
// search in values and needs neither a lock nor OpenSSL.
#include "broker/crypto/revocation_list.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"
#include "broker/crypto/distribution_points.hpp"
#include "broker/crypto/guarded_file.hpp"

namespace budstikke::crypto {
namespace {

using Certificates = std::vector<Handle<x509_st>>;
using CrlHandles = std::vector<Handle<X509_crl_st>>;
using DistributionPoint = std::unique_ptr<ISSUING_DIST_POINT, decltype(&ISSUING_DIST_POINT_free)>;

constexpr int digest_bytes_min = 28;  // SHA-224: what security level 2 asks of certificates
constexpr int not_there = -1;         // of X509_CRL_get_ext_d2i; others without value do not decode
constexpr int by_full_name = 0;       // DIST_POINT_NAME::type

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

// RSA-PSS says its digest in its parameters, and means SHA-1 where it says none.
int digest_of_pss(const X509_CRL& list) {
    const X509_ALGOR* algorithm = nullptr;
    X509_CRL_get0_signature(&list, nullptr, &algorithm);
    const std::unique_ptr<RSA_PSS_PARAMS, decltype(&RSA_PSS_PARAMS_free)> parameters(
        static_cast<RSA_PSS_PARAMS*>(
            ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), algorithm->parameter)
        ),
        RSA_PSS_PARAMS_free
    );
    if (parameters == nullptr || parameters->hashAlgorithm == nullptr) return NID_sha1;
    return OBJ_obj2nid(parameters->hashAlgorithm->algorithm);
}

bool strong_signature(const X509_CRL& list) {
    const int signature = X509_CRL_get_signature_nid(&list);
    // Their digest belongs to the algorithm, and is a strong one.
    if (signature == NID_ED25519 || signature == NID_ED448) return true;
    int digest = NID_undef;
    if (OBJ_find_sigid_algs(signature, &digest, nullptr) != 1) return false;
    if (signature == NID_rsassaPss) digest = digest_of_pss(list);
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

std::string object_id_of(const X509_EXTENSION& extension) {
    std::array<char, 128> text{};
    const ASN1_OBJECT* object = X509_EXTENSION_get_object(const_cast<X509_EXTENSION*>(&extension));
    const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    return size > 0 ? std::string(text.data()) : std::string("?");
}

int kind_of(const X509_EXTENSION& extension) {
    return OBJ_obj2nid(X509_EXTENSION_get_object(const_cast<X509_EXTENSION*>(&extension)));
}

// Why the list says more or less than we would read in it; nothing where it is understood.
std::optional<std::string> fault_of_extensions(const X509_CRL& list) {
    for (int i = 0; i < X509_CRL_get_ext_count(&list); ++i) {
        const X509_EXTENSION& extension = *X509_CRL_get_ext(&list, i);
        const int kind = kind_of(extension);
        if (kind == NID_delta_crl) return "a delta list: give the complete one";
        if (X509_EXTENSION_get_critical(&extension) == 0) continue;
        if (kind != NID_issuing_distribution_point && kind != NID_crl_number &&
            kind != NID_authority_key_identifier) {
            return "a list with a critical extension that we do not know: " +
                   object_id_of(extension);
        }
    }
    return std::nullopt;
}

// RFC 5280, 5.3: such a list must not be used. The certificateIssuer of an indirect list is one.
std::optional<std::string> fault_of_entries(X509_CRL& list) {
    STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(&list);
    for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i) {
        const X509_REVOKED* entry = sk_X509_REVOKED_value(revoked, i);
        for (int j = 0; j < X509_REVOKED_get_ext_count(entry); ++j) {
            const X509_EXTENSION& extension = *X509_REVOKED_get_ext(entry, j);
            const int kind = kind_of(extension);
            if (kind == NID_certificate_issuer) {
                return "an indirect list: it names certificates of another CA";
            }
            if (X509_EXTENSION_get_critical(&extension) != 0 && kind != NID_crl_reason &&
                kind != NID_invalidity_date) {
                return "an entry has a critical extension that we do not know: " +
                       object_id_of(extension);
            }
        }
    }
    return std::nullopt;
}

std::expected<RevocationScope, std::string> scope_of(const X509_CRL& list) {
    int occurrences = not_there;
    const DistributionPoint point(
        static_cast<ISSUING_DIST_POINT*>(
            X509_CRL_get_ext_d2i(&list, NID_issuing_distribution_point, nullptr, &occurrences)
        ),
        ISSUING_DIST_POINT_free
    );
    ERR_clear_error();
    RevocationScope scope;
    if (point == nullptr) {
        if (occurrences == not_there) return scope;
        return std::unexpected("its issuing distribution point does not decode");
    }
    if (point->indirectCRL > 0) {
        return std::unexpected("an indirect list: it may name certificates of another CA");
    }
    if (point->onlyattr > 0) return std::unexpected("a list for attribute certificates only");
    if (point->onlysomereasons != nullptr) {
        return std::unexpected("a list for some reasons only: give one for all");
    }
    scope.clients = point->onlyCA <= 0;
    scope.authorities = point->onlyuser <= 0;
    if (!scope.clients && !scope.authorities) return std::unexpected("a list for no certificate");
    if (point->distpoint == nullptr) return scope;
    if (point->distpoint->type != by_full_name) {
        return std::unexpected("its distribution point has no full name");
    }
    scope.points = texts_of(point->distpoint->name.fullname);
    if (scope.points.empty()) return std::unexpected("its distribution point has no name");
    return scope;
}

std::expected<std::string, std::string> number_of(const X509_CRL& list) {
    int occurrences = not_there;
    const std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)> number(
        static_cast<ASN1_INTEGER*>(
            X509_CRL_get_ext_d2i(&list, NID_crl_number, nullptr, &occurrences)
        ),
        ASN1_INTEGER_free
    );
    ERR_clear_error();
    if (number == nullptr && occurrences == not_there) return std::string();
    if (number == nullptr || ASN1_STRING_type(number.get()) == V_ASN1_NEG_INTEGER) {
        return std::unexpected("its number is none");
    }
    return hex_of(number.get());
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

std::expected<RevocationList, std::string> values_of(X509_CRL& list, X509& signer) {
    const auto from = time_of(X509_CRL_get0_lastUpdate(&list));
    const auto until = time_of(X509_CRL_get0_nextUpdate(&list));
    if (!from) return std::unexpected("a list without a date");
    if (!until) return std::unexpected("a list without next update");
    if (!strong_signature(list)) return std::unexpected("a weakly signed list");
    if (auto fault = fault_of_extensions(list)) return std::unexpected(*std::move(fault));
    auto scope = scope_of(list);
    if (!scope) return std::unexpected(std::move(scope).error());
    if (auto fault = fault_of_entries(list)) return std::unexpected(*std::move(fault));
    auto number = number_of(list);
    if (!number) return std::unexpected(std::move(number).error());
    return RevocationList{
        .issuer = text_of(*X509_get_subject_name(&signer)),
        .issuer_key_id = subject_key_id(signer),
        .scope = *std::move(scope),
        .number = *std::move(number),
        .this_update = *from,
        .next_update = *until,
        .serials = sorted_serials(list),
    };
}

}  // namespace

bool RevocationScope::covers(const PeerIdentity& certificate) const {
    if (certificate.is_authority ? !authorities : !clients) return false;
    return points.empty() || std::ranges::any_of(points, [&](const std::string& point) {
               return std::ranges::binary_search(certificate.revocation_points, point);
           });
}

bool RevocationList::same_scope(const RevocationList& other) const {
    return issuer == other.issuer && issuer_key_id == other.issuer_key_id && scope == other.scope;
}

bool RevocationList::replaces(const RevocationList& other) const {
    if (number.empty() || other.number.empty() || number == other.number) {
        return this_update >= other.this_update;
    }
    // Numbers have up to 20 bytes: compared as hex without leading zeros.
    if (number.size() != other.number.size()) return number.size() > other.number.size();
    return number > other.number;
}

Result<std::vector<RevocationList>> read_revocation_lists(
    const std::string& bytes, const std::filesystem::path& file, const Certificates& authorities
) {
    const Result<CrlHandles> lists = parse_lists(bytes, file);
    if (!lists) return std::unexpected(lists.error());
    std::vector<RevocationList> all;
    for (const Handle<X509_crl_st>& list : *lists) {
        X509* signer = signer_of(*list, authorities);
        if (signer == nullptr) {
            return fail(Errc::denied, file.string() + ": no configured CA has signed this list");
        }
        auto values = values_of(*list, *signer);
        if (!values) {
            return fail(Errc::invalid_argument, file.string() + ": " + values.error());
        }
        all.push_back(*std::move(values));
    }
    return all;
}

Result<std::vector<RevocationList>> load_revocation_lists(
    const std::filesystem::path& path, const Certificates& authorities
) {
    const Result<std::string> bytes = read_file(path, limits::crl_file_bytes_max);
    if (!bytes) return std::unexpected(bytes.error());
    return read_revocation_lists(*bytes, path, authorities);
}

}  // namespace budstikke::crypto
