// Verification: parse, look, compute, and only then say what was covered.
#include <set>

#include <libxml/tree.h>
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

/// Counts the references to parts instead of finding fault with them, once each.
void leave_parts_open(Structure& look, EnvelopeVerification& result) {
    std::set<std::string_view> uris;
    for (std::size_t i = 0; i < look.references.size(); ++i) {
        if (!look.references[i].uri.starts_with("cid:")) continue;
        ++result.parts_left_open;
        if (!uris.insert(look.targets[i].uri).second) {
            look.findings.push_back(
                {.fault = Fault::reference_repeated, .line = look.reference_lines[i]}
            );
        }
    }
    std::erase_if(look.findings, [](const Finding& finding) {
        return finding.fault == Fault::part_unknown;
    });
}

void compute_envelope(const Structure& look, EVP_PKEY& key, EnvelopeVerification& result) {
    const std::uint32_t line = line_of(*look.signature);
    switch (verify_envelope_with(*look.signature, key)) {
        case Outcome::good:
            result.status = Status::valid;
            return;
        case Outcome::digest_mismatch:
            result.findings.push_back({.fault = Fault::digest_mismatch, .line = line});
            return;
        case Outcome::signature_mismatch:
            result.findings.push_back({.fault = Fault::signature_mismatch, .line = line});
            return;
    }
}

}  // namespace

struct Verifier::Impl {
    CertificateCache certificates{limits::certificates_cached_max};

    /// With what the policy says of the certificate's key.
    Structure look(
        xmlDoc& document, std::span<const Part> parts, const Policy& policy,
        std::optional<PartyCertificate>& certificate
    );
};

Verifier::Verifier() : impl_(std::make_unique<Impl>()) {}
Verifier::Verifier(Verifier&&) noexcept = default;
Verifier& Verifier::operator=(Verifier&&) noexcept = default;
Verifier::~Verifier() = default;

Structure Verifier::Impl::look(
    xmlDoc& document, std::span<const Part> parts, const Policy& policy,
    std::optional<PartyCertificate>& certificate
) {
    Structure look = look_at(document, parts, policy);
    if (look.certificate.empty()) return look;
    auto read = certificates.get(look.certificate);
    if (read) {
        judge_key(*read, policy, look);
        certificate = std::move(*read);
    } else {
        look.findings.push_back(
            {.fault = Fault::certificate_malformed, .line = look.certificate_line}
        );
    }
    return look;
}

Verification Verifier::verify(
    std::string_view envelope, std::span<const Part> parts, const Policy& policy
) const {
    Verification result;
    const auto document = xml::parse_dom(envelope, dom_limits);
    if (!document) {
        result.findings.push_back({.fault = fault_of(document.error())});
        return result;
    }
    Structure look = impl_->look(**document, parts, policy, result.certificate);
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

EnvelopeVerification Verifier::verify_envelope(std::string_view envelope, const Policy& policy)
    const {
    EnvelopeVerification result;
    const auto document = xml::parse_dom(envelope, dom_limits);
    if (!document) {
        result.findings.push_back({.fault = fault_of(document.error())});
        return result;
    }
    Structure look = impl_->look(**document, {}, policy, result.certificate);
    leave_parts_open(look, result);
    result.findings = std::move(look.findings);
    if (look.signature == nullptr && result.findings.empty()) {
        result.status = Status::absent;
    } else if (result.findings.empty()) {
        EVP_PKEY* key = X509_get0_pubkey(&result.certificate->handle());
        compute_envelope(look, *key, result);
    }
    return result;
}

}  // namespace budstikke::crypto::xmldsig
