// See distribution_points.hpp.
#include "broker/crypto/distribution_points.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "broker/crypto/certificate.hpp"
#include "broker/crypto/digest.hpp"

namespace budstikke::crypto {
namespace {

constexpr int by_full_name = 0;  // DIST_POINT_NAME::type, the other is relative to the issuer

std::string text_of_name(const GENERAL_NAME& name) {
    if (name.type == GEN_URI) {
        const ASN1_IA5STRING* uri = name.d.uniformResourceIdentifier;
        return "URI:" + std::string(
                            reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                            static_cast<std::size_t>(ASN1_STRING_length(uri))
                        );
    }
    if (name.type == GEN_DIRNAME) return "DIR:" + text_of(*name.d.directoryName);
    unsigned char* bytes = nullptr;
    const int size = i2d_GENERAL_NAME(&name, &bytes);
    if (size <= 0) {
        ERR_clear_error();
        return {};
    }
    std::string hex = to_hex(std::span(bytes, static_cast<std::size_t>(size)));
    OPENSSL_free(bytes);
    return hex;
}

}  // namespace

std::vector<std::string> texts_of(const stack_st_GENERAL_NAME* names) {
    std::vector<std::string> texts;
    texts.reserve(static_cast<std::size_t>(std::max(sk_GENERAL_NAME_num(names), 0)));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        texts.push_back(text_of_name(*sk_GENERAL_NAME_value(names, i)));
    }
    std::ranges::sort(texts);
    return texts;
}

std::vector<std::string> revocation_points_of(const x509_st& certificate) {
    const std::unique_ptr<CRL_DIST_POINTS, decltype(&CRL_DIST_POINTS_free)> points(
        static_cast<CRL_DIST_POINTS*>(
            X509_get_ext_d2i(&certificate, NID_crl_distribution_points, nullptr, nullptr)
        ),
        CRL_DIST_POINTS_free
    );
    ERR_clear_error();
    std::vector<std::string> texts;
    for (int i = 0; i < sk_DIST_POINT_num(points.get()); ++i) {
        const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
        const bool whole = point->CRLissuer == nullptr && point->reasons == nullptr;
        if (!whole || point->distpoint == nullptr || point->distpoint->type != by_full_name) {
            continue;
        }
        std::ranges::move(texts_of(point->distpoint->name.fullname), std::back_inserter(texts));
    }
    std::ranges::sort(texts);
    return texts;
}

}  // namespace budstikke::crypto
