// Verification: parse, look, compute, and only then say what was covered.
#include <openssl/x509.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/pki/certificate_cache.hpp"
#include "broker/crypto/xmldsig/structure.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/xml/dom.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

Fault fault_of(const Error& error) {
    return error.code == Errc::limit_exceeded ? Fault::limit_exceeded : Fault::malformed_xml;
}

void judge_key(const PartyCertificate& certificate, const Policy& policy, Structure& look) {
    const unsigned bits = certificate.rsa_bits();
    const auto add = [&](Fault fault) {
        look.findings.push_back({.fault = fault, .line = look.certificate_line});
    };
    if (bits == 0) {
        add(Fault::key_type);
    } else if (bits < policy.rsa_bits_min || bits > limits::rsa_bits_max) {
        add(Fault::key_size);
    }
}

void compute(const Structure& look, Verification& result) {
    EVP_PKEY* key = X509_get0_pubkey(&result.certificate->handle());
    Processed processed = verify_with(*look.signature, look.targets, *key);
    switch (processed.outcome) {
        case Outcome::good:
            result.status = Status::valid;
            result.envelope = std::move(processed.envelope);
            return;
        case Outcome::digest_mismatch:
            for (std::size_t i = 0; i < processed.digest_good.size(); ++i) {
                if (processed.digest_good[i]) continue;
                result.findings.push_back(
                    {.fault = Fault::digest_mismatch, .line = look.reference_lines[i]}
                );
            }
            return;
        case Outcome::signature_mismatch:
            result.findings.push_back(
                {.fault = Fault::signature_mismatch, .line = line_of(*look.signature)}
            );
            return;
    }
}

}  // namespace

struct Verifier::Impl {
    CertificateCache certificates{limits::certificates_cached_max};
};

Verifier::Verifier() : impl_(std::make_unique<Impl>()) {}
Verifier::Verifier(Verifier&&) noexcept = default;
Verifier& Verifier::operator=(Verifier&&) noexcept = default;
Verifier::~Verifier() = default;

Verification Verifier::verify(
    std::string_view envelope, std::span<const Part> parts, const Policy& policy
) const {
    Verification result;
    const auto document = xml::parse_dom(envelope, dom_limits);
    if (!document) {
        result.findings.push_back({.fault = fault_of(document.error())});
        return result;
    }
    Structure look = look_at(**document, parts, policy);
    if (!look.certificate.empty()) {
        auto certificate = impl_->certificates.get(look.certificate);
        if (certificate) {
            judge_key(*certificate, policy, look);
            result.certificate = std::move(*certificate);
        } else {
            look.findings.push_back(
                {.fault = Fault::certificate_malformed, .line = look.certificate_line}
            );
        }
    }
    result.signature_method = look.method;
    result.references = std::move(look.references);
    result.findings = std::move(look.findings);
    if (look.signature == nullptr && result.findings.empty()) {
        result.status = Status::absent;
    } else if (result.findings.empty()) {
        compute(look, result);
    }
    return result;
}

}  // namespace budstikke::crypto::xmldsig
