// Signed envelopes. Whatever comes in, the verdict agrees with itself: what is valid covers the
// envelope and both parts, with digests of exactly the bytes that are handed back.
#include <cstdint>
#include <ctime>
#include <string_view>
#include <vector>

#include <openssl/crypto.h>

#include "broker/crypto/digest.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace budstikke::crypto;           // NOLINT(google-build-using-namespace)
using namespace budstikke::crypto::xmldsig;  // NOLINT(google-build-using-namespace)

using budstikke::fuzz::must;

void check_valid(const Verification& result, std::size_t parts) {
    must(result.certificate.has_value() && result.signature_method.has_value());
    must(result.references.size() == parts + 1 && !result.envelope.empty());
    must(result.envelope.find("DigestValue") == std::string::npos);
    for (const Reference& reference : result.references) {
        must(!reference.xml.empty());
        if (reference.uri.empty() && reference.digest_method == DigestMethod::sha256) {
            must(reference.digest == as_text(sha256(result.envelope)));
        }
    }
}

const Verifier& verifier() {
    static const Verifier made;
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    verifier();
    // Read once by each process: the settings of OpenSSL, as with the broker's first TLS context,
    // and the zone of the machine, with whose help the times of certificates are compared.
    must(OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr) == 1);
    ::tzset();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Those that the messages of the corpus were signed with.
    static const std::vector<Part> parts = {
        {.content_id = "one@test", .bytes = "first payload"},
        {.content_id = "two@test", .bytes = "second payload"},
    };
    const std::string_view envelope(reinterpret_cast<const char*>(data), size);
    const Verification result = verifier().verify(envelope, parts, Policy().with_sha1());
    must(result.findings.empty() == (result.status != Status::invalid));
    must((result.status == Status::valid) == !result.envelope.empty());
    for (const Finding& finding : result.findings)
        must(name(finding.fault) != "unknown");
    if (result.status == Status::valid) check_valid(result, parts.size());
    return 0;
}
