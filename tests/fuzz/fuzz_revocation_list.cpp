// Revocation lists. The first byte chooses: bytes as they are, which nobody has signed; a list of
// anybody, which is signed anew in the name of our CA; or a list of ours with some bytes changed,
// and signed again. Beyond the absence of a crash: a fault names the file and the cause, and a list
// that counts says whom it speaks for.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "broker/crypto/revocation_list.hpp"
#include "tests/fuzz/changes.hpp"
#include "tests/fuzz/throwaway_ca.hpp"

namespace {

using namespace budstikke;  // NOLINT(google-build-using-namespace)
using fuzz::must;

crypto::Handle<X509_crl_st> decoded(const std::string& der) {
    const auto* front = reinterpret_cast<const unsigned char*>(der.data());
    return crypto::Handle<X509_crl_st>(d2i_X509_CRL(nullptr, &front, static_cast<long>(der.size()))
    );
}

constexpr unsigned long replace = X509V3_ADD_REPLACE;

struct Bench {
    fuzz::ThrowawayCa ca;
    std::vector<crypto::Handle<x509_st>> authorities;
    std::string ours;

    Bench() {
        must(X509_up_ref(&ca.certificate()) == 1);
        authorities.emplace_back(&ca.certificate());
        const crypto::Handle<X509_crl_st> list(X509_CRL_new());
        must(list != nullptr);
        X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
        ASN1_TIME* const time = ASN1_TIME_adj(nullptr, 1'790'000'000, 0, 0);
        must(time != nullptr);
        X509_CRL_set1_lastUpdate(list.get(), time);
        X509_CRL_set1_nextUpdate(list.get(), time);
        for (const int serial : {1, 4711, 0x7fffffff}) {
            X509_REVOKED* const entry = X509_REVOKED_new();
            ASN1_INTEGER* const number = ASN1_INTEGER_new();
            ASN1_INTEGER_set(number, serial);
            X509_REVOKED_set_serialNumber(entry, number);
            X509_REVOKED_set_revocationDate(entry, time);
            must(X509_CRL_add0_revoked(list.get(), entry) == 1);
            must(X509_CRL_add1_ext_i2d(list.get(), NID_crl_number, number, 0, replace) == 1);
            ASN1_INTEGER_free(number);
        }
        ASN1_TIME_free(time);
        X509_EXTENSION* const scope = X509V3_EXT_conf_nid(
            nullptr, nullptr, NID_issuing_distribution_point, "critical,onlyuser:TRUE"
        );
        must(scope != nullptr && X509_CRL_add_ext(list.get(), scope, -1) == 1);
        X509_EXTENSION_free(scope);
        ours = signed_by_us(*list);
    }

    std::string signed_by_us(X509_CRL& list) const {
        X509_CRL_set_issuer_name(&list, X509_get_subject_name(&ca.certificate()));
        must(X509_CRL_sign(&list, &ca.key(), EVP_sha256()) > 0);
        return fuzz::encoded(&list, i2d_X509_CRL);
    }
};

void check(const Bench& bench, const std::string& bytes, bool is_signed) {
    const auto lists = crypto::read_revocation_lists(bytes, "input", bench.authorities);
    if (!lists) {
        must(lists.error().detail.starts_with("input: "));
        must(lists.error().detail.size() > std::string_view("input: ").size());
        must(!is_signed || lists.error().code == Errc::invalid_argument);
        return;
    }
    must(is_signed && lists->size() == 1);
    const crypto::RevocationList& list = lists->front();
    must(list.issuer == "CN=Invented CA" && !list.issuer_key_id.empty());
    must(list.scope.clients || list.scope.authorities);
    must(std::ranges::is_sorted(list.serials));
    must(list.same_scope(list) && list.replaces(list));
}

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
        check(bench, bytes, false);
        return 0;
    }
    const std::string der = data[0] % 3 == 1 ? bytes : fuzz::changed(bench.ours, bytes);
    if (const auto list = decoded(der); list != nullptr) {
        check(bench, bench.signed_by_us(*list), true);
    }
    return 0;
}
