// The names of xmldsig.hpp's values: stable ones of ours, and the URIs of the standards (XMLDSig
// Core 1.1, section 6; RFC 6931).
#include "broker/crypto/xmldsig/xmldsig.hpp"

namespace budstikke::crypto::xmldsig {

std::string_view uri_of(SignatureMethod method) {
    switch (method) {
        case SignatureMethod::rsa_sha1:
            return "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
        case SignatureMethod::rsa_sha256:
            return "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
        case SignatureMethod::rsa_sha384:
            return "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
        case SignatureMethod::rsa_sha512:
            return "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
    }
    return {};
}

std::string_view uri_of(DigestMethod method) {
    switch (method) {
        case DigestMethod::sha1:
            return "http://www.w3.org/2000/09/xmldsig#sha1";
        case DigestMethod::sha256:
            return "http://www.w3.org/2001/04/xmlenc#sha256";
        case DigestMethod::sha384:
            return "http://www.w3.org/2001/04/xmldsig-more#sha384";
        case DigestMethod::sha512:
            return "http://www.w3.org/2001/04/xmlenc#sha512";
    }
    return {};
}

std::string_view uri_of(Transform transform) {
    switch (transform) {
        case Transform::enveloped_signature:
            return "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
        case Transform::actor_filter:
            return "http://www.w3.org/TR/1999/REC-xpath-19991116";
        case Transform::c14n:
            return "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
        case Transform::exclusive_c14n:
            return "http://www.w3.org/2001/10/xml-exc-c14n#";
    }
    return {};
}

Policy Policy::with_sha1() const {
    Policy policy = *this;
    policy.signature_methods.push_back(SignatureMethod::rsa_sha1);
    policy.digest_methods.push_back(DigestMethod::sha1);
    return policy;
}

std::string_view name(Fault fault) {
    switch (fault) {
        case Fault::malformed_xml:
            return "malformed_xml";
        case Fault::limit_exceeded:
            return "limit_exceeded";
        case Fault::not_soap:
            return "not_soap";
        case Fault::duplicate_id:
            return "duplicate_id";
        case Fault::signature_repeated:
            return "signature_repeated";
        case Fault::signature_misplaced:
            return "signature_misplaced";
        case Fault::signed_info_missing:
            return "signed_info_missing";
        case Fault::signature_value_missing:
            return "signature_value_missing";
        case Fault::key_info_missing:
            return "key_info_missing";
        case Fault::x509_data_missing:
            return "x509_data_missing";
        case Fault::certificate_missing:
            return "certificate_missing";
        case Fault::certificate_repeated:
            return "certificate_repeated";
        case Fault::certificate_malformed:
            return "certificate_malformed";
        case Fault::key_info_fetched:
            return "key_info_fetched";
        case Fault::key_type:
            return "key_type";
        case Fault::key_size:
            return "key_size";
        case Fault::canonicalization_method:
            return "canonicalization_method";
        case Fault::signature_method:
            return "signature_method";
        case Fault::hmac:
            return "hmac";
        case Fault::reference_missing:
            return "reference_missing";
        case Fault::envelope_reference_missing:
            return "envelope_reference_missing";
        case Fault::reference_repeated:
            return "reference_repeated";
        case Fault::uri_missing:
            return "uri_missing";
        case Fault::uri_refused:
            return "uri_refused";
        case Fault::part_unknown:
            return "part_unknown";
        case Fault::part_unsigned:
            return "part_unsigned";
        case Fault::transform_refused:
            return "transform_refused";
        case Fault::xpath_refused:
            return "xpath_refused";
        case Fault::transform_order:
            return "transform_order";
        case Fault::digest_method:
            return "digest_method";
        case Fault::digest_value:
            return "digest_value";
        case Fault::unexpected_content:
            return "unexpected_content";
        case Fault::digest_mismatch:
            return "digest_mismatch";
        case Fault::signature_mismatch:
            return "signature_mismatch";
    }
    return "unknown";
}

}  // namespace budstikke::crypto::xmldsig
