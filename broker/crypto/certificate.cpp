// See certificate.hpp.
#include "broker/crypto/certificate.hpp"

#include <algorithm>
#include <climits>
#include <ctime>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/distribution_points.hpp"
#include "broker/crypto/guarded_file.hpp"

namespace budstikke::crypto {
namespace {

constexpr std::string_view register_prefix = "NTRNO-";
constexpr std::size_t organisation_digits = 9;

bool is_organisation_number(std::string_view text) {
    return text.size() == organisation_digits &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Every value of one attribute of the subject.
std::vector<std::string> attribute_values(const X509_NAME& name, int nid) {
    std::vector<std::string> values;
    for (int at = X509_NAME_get_index_by_NID(&name, nid, -1); at >= 0;
         at = X509_NAME_get_index_by_NID(&name, nid, at)) {
        const ASN1_STRING* data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(&name, at));
        unsigned char* text = nullptr;
        const int length = ASN1_STRING_to_UTF8(&text, data);
        // What is no text is kept as an empty value: it must not pass for absent.
        values.emplace_back(
            reinterpret_cast<const char*>(text), length > 0 ? static_cast<std::size_t>(length) : 0
        );
        OPENSSL_free(text);
    }
    return values;
}

// Empty for none, and for a subject that names two: it would be ours to guess who acts.
std::string organisation_number_of(const X509_NAME& subject) {
    const std::vector<std::string> identifiers =
        attribute_values(subject, NID_organizationIdentifier);
    if (identifiers.size() == 1 && identifiers[0].starts_with(register_prefix)) {
        std::string number = identifiers[0].substr(register_prefix.size());
        return is_organisation_number(number) ? number : std::string();
    }
    if (!identifiers.empty()) return {};
    const std::vector<std::string> serials = attribute_values(subject, NID_serialNumber);
    return serials.size() == 1 && is_organisation_number(serials[0]) ? serials[0] : std::string();
}

Result<Handle<x509_st>> parse_der(const std::string& bytes, const std::filesystem::path& path) {
    const auto* front = reinterpret_cast<const unsigned char*>(bytes.data());
    const unsigned char* const end = front + bytes.size();
    Handle<x509_st> certificate(d2i_X509(nullptr, &front, static_cast<long>(bytes.size())));
    ERR_clear_error();
    if (certificate == nullptr || front != end) {
        return fail(Errc::malformed, path.string() + ": no certificate in PEM or DER");
    }
    return certificate;
}

}  // namespace

Handle<bio_st> input_of(std::string_view bytes) {
    Handle<bio_st> input(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    if (input == nullptr) die_of_openssl("read from memory");
    return input;
}

std::string text_of(const X509_name_st& name) {
    const Handle<BIO> output(BIO_new(BIO_s_mem()));
    if (output == nullptr) die_of_openssl("write to memory");
    // Bytes above 0x7f stay UTF-8: operations reads Norwegian names.
    constexpr unsigned long form =
        XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    if (X509_NAME_print_ex(output.get(), &name, 0, form) < 0) ERR_clear_error();
    char* text = nullptr;
    const long length = BIO_get_mem_data(output.get(), &text);
    return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
}

std::string hex_of(const asn1_string_st* value) {
    if (value == nullptr) return {};
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(value));
    std::string hex = to_hex(std::span(ASN1_STRING_get0_data(value), size));
    return (ASN1_STRING_type(value) == V_ASN1_NEG_INTEGER ? "-" : "") + hex;
}

std::optional<Timestamp> time_of(const asn1_string_st* time) {
    std::tm parts{};
    // A null pointer would mean "now" to OpenSSL.
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    // Not by way of the system's clock: its nanoseconds end in 2262, while RFC 5280, 4.1.2.5 has
    // the year 9999 for what never ends.
    return Timestamp(std::chrono::seconds(::timegm(&parts)));
}

std::string subject_key_id(x509_st& certificate) {
    return hex_of(X509_get0_subject_key_id(&certificate));
}

Result<PeerIdentity> facts_of(const x509_st& certificate) {
    const std::optional<Timestamp> from = time_of(X509_get0_notBefore(&certificate));
    const std::optional<Timestamp> until = time_of(X509_get0_notAfter(&certificate));
    const X509_NAME* subject = X509_get_subject_name(&certificate);
    const X509_NAME* issuer = X509_get_issuer_name(&certificate);
    PeerIdentity facts;
    unsigned size = 0;
    const int digested = X509_digest(&certificate, EVP_sha256(), facts.fingerprint.data(), &size);
    if (!from || !until || subject == nullptr || issuer == nullptr || digested != 1) {
        ERR_clear_error();
        return fail(Errc::malformed, "a certificate without dates or names");
    }
    facts.organisation_number = organisation_number_of(*subject);
    facts.subject = text_of(*subject);
    facts.issuer = text_of(*issuer);
    // OpenSSL caches the extensions on the first question, hence not const; it locks for that.
    facts.issuer_key_id = hex_of(X509_get0_authority_key_id(const_cast<X509*>(&certificate)));
    facts.serial = hex_of(X509_get0_serialNumber(&certificate));
    facts.is_authority =
        (X509_get_extension_flags(const_cast<X509*>(&certificate)) & EXFLAG_CA) != 0;
    facts.revocation_points = revocation_points_of(certificate);
    facts.not_before = *from;
    facts.not_after = *until;
    return facts;
}

Result<std::vector<Handle<x509_st>>> load_certificates(const std::filesystem::path& path) {
    const Result<std::string> bytes = read_file(path, limits::certificate_file_bytes_max);
    if (!bytes) return std::unexpected(bytes.error());
    std::vector<Handle<x509_st>> certificates;
    ERR_clear_error();
    const Handle<BIO> input = input_of(*bytes);
    while (X509* certificate = PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr)) {
        certificates.emplace_back(certificate);
    }
    const unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    const bool at_end =
        ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    if (!at_end) return fail(Errc::malformed, path.string() + ": a certificate does not decode");
    if (certificates.empty()) {
        Result<Handle<x509_st>> certificate = parse_der(*bytes, path);
        if (!certificate) return std::unexpected(certificate.error());
        certificates.push_back(std::move(*certificate));
    }
    return certificates;
}

}  // namespace budstikke::crypto
