// OCSP answers. The first byte chooses: bytes as they are, which nobody has signed; a basic
// response of anybody, which our CA signs; or our CA's own answer with some bytes changed, and
// signed again. Beyond the absence of a crash: a fault has a name, and nothing counts that the CA
// has not signed.
#include <cstdint>
#include <memory>

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "broker/crypto/pki/ocsp.hpp"
#include "tests/fuzz/changes.hpp"
#include "tests/fuzz/throwaway_ca.hpp"

namespace {

using namespace budstikke;  // NOLINT(google-build-using-namespace)
using fuzz::must;

struct Free {
    void operator()(OCSP_BASICRESP* object) const { OCSP_BASICRESP_free(object); }
    void operator()(OCSP_CERTID* object) const { OCSP_CERTID_free(object); }
    void operator()(OCSP_RESPONSE* object) const { OCSP_RESPONSE_free(object); }
};
template <typename Object>
using Owned = std::unique_ptr<Object, Free>;

crypto::PartyCertificate party(X509& certificate) {
    return crypto::PartyCertificate::from_der(fuzz::encoded(&certificate, i2d_X509)).value();
}

/// OpenSSL cannot put a name in the place of another kind of responder's id.
bool names_its_responder(const OCSP_BASICRESP& basic) {
    const ASN1_OCTET_STRING* key_id = nullptr;
    const X509_NAME* responder = nullptr;
    return OCSP_resp_get0_id(&basic, &key_id, &responder) == 1 && responder != nullptr;
}

struct Bench {
    fuzz::ThrowawayCa ca;
    crypto::Handle<x509_st> leaf = ca.issue("Invented party");
    crypto::OcspQuestion question = crypto::ask_ocsp(party(*leaf), party(ca.certificate())).value();
    Timestamp now = SystemClock().now();
    std::string ours;

    Bench() {
        const Owned<OCSP_BASICRESP> basic(OCSP_BASICRESP_new());
        const Owned<OCSP_CERTID> id(OCSP_cert_to_id(EVP_sha1(), leaf.get(), &ca.certificate()));
        const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> from(
            X509_gmtime_adj(nullptr, -60), ASN1_TIME_free
        );
        const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> until(
            X509_gmtime_adj(nullptr, 3600), ASN1_TIME_free
        );
        must(
            basic != nullptr && id != nullptr &&
            OCSP_basic_add1_status(
                basic.get(), id.get(), V_OCSP_CERTSTATUS_GOOD, 0, nullptr, from.get(), until.get()
            ) != nullptr
        );
        must(crypto::read_ocsp(signed_by_us(*basic), question, now) == crypto::OcspStatus::good);
        ours = fuzz::encoded(basic.get(), i2d_OCSP_BASICRESP);
    }

    std::string signed_by_us(OCSP_BASICRESP& basic) const {
        must(
            OCSP_basic_sign(
                &basic, &ca.certificate(), &ca.key(), EVP_sha256(), nullptr, OCSP_NOCERTS
            ) == 1
        );
        const Owned<OCSP_RESPONSE> response(
            OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, &basic)
        );
        return fuzz::encoded(response.get(), i2d_OCSP_RESPONSE);
    }
};

const Bench& the_bench() {
    static const Bench bench;
    return bench;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    the_bench();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bench& bench = the_bench();
    if (size == 0) {
        return 0;
    }
    const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    if (data[0] % 3 == 0) {
        const auto status = crypto::read_ocsp(bytes, bench.question, bench.now);
        must(!status.has_value() && name(status.error()) != "unknown");
        return 0;
    }
    const std::string der = data[0] % 3 == 1 ? bytes : fuzz::changed(bench.ours, bytes);
    const auto* front = reinterpret_cast<const unsigned char*>(der.data());
    const Owned<OCSP_BASICRESP> basic(
        d2i_OCSP_BASICRESP(nullptr, &front, static_cast<long>(der.size()))
    );
    ERR_clear_error();
    if (basic != nullptr && names_its_responder(*basic)) {
        const auto status =
            crypto::read_ocsp(bench.signed_by_us(*basic), bench.question, bench.now);
        must(status.has_value() || name(status.error()) != "unknown");
    }
    return 0;
}
