// See ocsp.hpp.
#include "broker/crypto/pki/ocsp.hpp"

#include <chrono>
#include <ctime>
#include <memory>
#include <optional>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"

namespace budstikke::crypto {
namespace {

using namespace std::chrono_literals;

struct Free {
    void operator()(OCSP_REQUEST* object) const { OCSP_REQUEST_free(object); }
    void operator()(OCSP_RESPONSE* object) const { OCSP_RESPONSE_free(object); }
    void operator()(OCSP_BASICRESP* object) const { OCSP_BASICRESP_free(object); }
    void operator()(OCSP_CERTID* object) const { OCSP_CERTID_free(object); }
    void operator()(STACK_OF(X509) * object) const { sk_X509_free(object); }
};
template <typename Object>
using Owned = std::unique_ptr<Object, Free>;

/// SHA-1 identifies here, it does not protect; RFC 5019 asks for it and some know nothing else.
Owned<OCSP_CERTID> id_of(const PartyCertificate& certificate, const PartyCertificate& issuer) {
    Owned<OCSP_CERTID> id(OCSP_cert_to_id(EVP_sha1(), &certificate.handle(), &issuer.handle()));
    if (id == nullptr) die_of_openssl("name a certificate");
    return id;
}

bool is_fresh(const ASN1_GENERALIZEDTIME* from, const ASN1_GENERALIZEDTIME* until, Timestamp now) {
    // A responder's clock may be ahead of ours.
    constexpr auto skew = 5min;
    // What a responder that says no time for its next answer says is taken for a week.
    constexpr auto believed = std::chrono::hours(24 * 7);
    const auto this_update = time_of(from);
    if (!this_update || now + skew < *this_update) return false;
    if (until == nullptr) return now < *this_update + believed;
    const auto next_update = time_of(until);
    return next_update && now < *next_update;
}

bool is_signed(OCSP_BASICRESP& basic, const PartyCertificate& issuer) {
    const Handle<X509_STORE> store(X509_STORE_new());
    const Owned<STACK_OF(X509)> known(sk_X509_new_null());
    if (store == nullptr || known == nullptr ||
        X509_STORE_add_cert(store.get(), &issuer.handle()) != 1 ||
        sk_X509_push(known.get(), &issuer.handle()) == 0) {
        die_of_openssl("check an OCSP answer");
    }
    // The issuer may be no root; that it is believed was found out with the certificate's path.
    X509_VERIFY_PARAM* const rules = X509_STORE_get0_param(store.get());
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    return OCSP_basic_verify(&basic, known.get(), store.get(), 0) == 1;
}

}  // namespace

Result<OcspQuestion> ask_ocsp(const PartyCertificate& certificate, const PartyCertificate& issuer) {
    if (certificate.facts().issuer != issuer.facts().subject) {
        return fail(Errc::invalid_argument, "not the issuer of the certificate");
    }
    const Owned<OCSP_REQUEST> request(OCSP_REQUEST_new());
    Owned<OCSP_CERTID> id = id_of(certificate, issuer);
    if (request == nullptr || OCSP_request_add0_id(request.get(), id.get()) == nullptr) {
        return fail(Errc::internal, take_openssl_error());
    }
    static_cast<void>(id.release());
    unsigned char* der = nullptr;
    const bool made = OCSP_request_add1_nonce(request.get(), nullptr, -1) == 1;
    const int length = made ? i2d_OCSP_REQUEST(request.get(), &der) : -1;
    if (length <= 0) return fail(Errc::internal, take_openssl_error());
    std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    return OcspQuestion{.request = std::move(bytes), .certificate = certificate, .issuer = issuer};
}

std::expected<OcspStatus, OcspFault> read_ocsp(
    std::string_view response, const OcspQuestion& question, Timestamp now
) {
    struct Forget {
        ~Forget() { ERR_clear_error(); }
    } const forget;
    if (response.size() > limits::ocsp_bytes_max) return std::unexpected(OcspFault::malformed);
    const auto* front = reinterpret_cast<const unsigned char*>(response.data());
    const auto* const end = front + response.size();
    const Owned<OCSP_RESPONSE> answer(
        d2i_OCSP_RESPONSE(nullptr, &front, static_cast<long>(response.size()))
    );
    if (answer == nullptr || front != end) return std::unexpected(OcspFault::malformed);
    if (OCSP_response_status(answer.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        return std::unexpected(OcspFault::refused);
    }
    const Owned<OCSP_BASICRESP> basic(OCSP_response_get1_basic(answer.get()));
    if (basic == nullptr) return std::unexpected(OcspFault::malformed);
    if (!is_signed(*basic, question.issuer)) return std::unexpected(OcspFault::bad_signature);
    front = reinterpret_cast<const unsigned char*>(question.request.data());
    const Owned<OCSP_REQUEST> request(
        d2i_OCSP_REQUEST(nullptr, &front, static_cast<long>(question.request.size()))
    );
    // 1 is the same nonce, -1 that the answer has none.
    const int nonce = request == nullptr ? 0 : OCSP_check_nonce(request.get(), basic.get());
    if (nonce != 1 && nonce != -1) return std::unexpected(OcspFault::wrong_answer);
    const Owned<OCSP_CERTID> id = id_of(question.certificate, question.issuer);
    int status = -1;
    ASN1_GENERALIZEDTIME* from = nullptr;
    ASN1_GENERALIZEDTIME* until = nullptr;
    if (OCSP_resp_find_status(basic.get(), id.get(), &status, nullptr, nullptr, &from, &until) !=
        1) {
        return std::unexpected(OcspFault::wrong_answer);
    }
    if (!is_fresh(from, until, now)) return std::unexpected(OcspFault::stale);
    return status == V_OCSP_CERTSTATUS_GOOD      ? OcspStatus::good
           : status == V_OCSP_CERTSTATUS_REVOKED ? OcspStatus::revoked
                                                 : OcspStatus::unknown;
}

std::string_view name(OcspFault fault) {
    switch (fault) {
        case OcspFault::malformed:
            return "malformed";
        case OcspFault::refused:
            return "refused";
        case OcspFault::wrong_answer:
            return "wrong_answer";
        case OcspFault::bad_signature:
            return "bad_signature";
        case OcspFault::stale:
            return "stale";
    }
    return "unknown";
}

}  // namespace budstikke::crypto
