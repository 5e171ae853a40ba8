// Encrypted payloads, their content, and certificates. The first byte chooses: bytes as they are, a
// message of ours with some bytes changed, content that is encrypted first, or a certificate. The
// key is made anew by every process: none is ever committed.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "broker/crypto/cms/asn1_guard.hpp"
#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/cms/inside.hpp"
#include "tests/fuzz/changes.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace budstikke::crypto;       // NOLINT(google-build-using-namespace)
using namespace budstikke::crypto::cms;  // NOLINT(google-build-using-namespace)

constexpr std::size_t plain_bytes_max = 1U << 20U;

using budstikke::fuzz::must;

template <typename Object, typename Write>
void write_pem(const std::filesystem::path& path, Object* object, Write write) {
    BIO* const file = BIO_new_file(path.c_str(), "w");
    must(file != nullptr && write(file, object) == 1);
    BIO_free(file);
    must(::chmod(path.c_str(), 0600) == 0);
}

KeyPair make_pair() {
    std::string folder = (std::filesystem::temp_directory_path() / "fuzz-cms-XXXXXX").string();
    must(::mkdtemp(folder.data()) != nullptr);
    const std::filesystem::path at(folder);
    EVP_PKEY* const key = EVP_RSA_gen(2048);
    X509* const certificate = X509_new();
    must(key != nullptr && certificate != nullptr);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_EXTENSION* const usage =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_key_usage, "keyEncipherment");
    X509_add_ext(certificate, usage, -1);
    X509_EXTENSION_free(usage);
    must(X509_sign(certificate, key, EVP_sha256()) > 0);
    write_pem(at / "certificate", certificate, PEM_write_bio_X509);
    write_pem(at / "key", key, [](BIO* file, EVP_PKEY* object) {
        return PEM_write_bio_PrivateKey(file, object, nullptr, nullptr, 0, nullptr, nullptr);
    });
    X509_free(certificate);
    EVP_PKEY_free(key);
    auto pair = KeyPair::load(at / "certificate", at / "key");
    std::filesystem::remove_all(at);
    must(pair.has_value());
    return *pair;
}

struct Bench {
    Decryptor decryptor = Decryptor::make({make_pair()}).value();
    std::string message = encrypt("<a/>", decryptor.keys()[0].certificate()).value();
    Policy policy = Policy().with_3des();
};

void check(const std::expected<Opened, Fault>& opened) {
    if (!opened) {
        must(name(opened.error()) != "unknown");
        return;
    }
    must(!opened->payload.empty() && opened->payload.size() <= plain_bytes_max);
}

Bench& the_bench() {
    static Bench bench;
    return bench;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    the_bench();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bench& bench = the_bench();
    bench.policy.plain_bytes_max = plain_bytes_max;
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 5) {
        case 0:
            check(bench.decryptor.open(bytes, bench.policy));
            break;
        case 1:
            check(bench.decryptor.open(budstikke::fuzz::changed(bench.message, bytes), bench.policy)
            );
            break;
        case 2:
            check(unpack(std::string(bytes), plain_bytes_max));
            break;
        case 3: {
            const auto sent = encrypt(bytes, bench.decryptor.keys()[0].certificate());
            must(sent.has_value() && check_asn1(*sent) == Asn1Verdict::good);
            const auto opened = bench.decryptor.open(*sent, bench.policy);
            check(opened);
            must(opened.has_value() == unpack(std::string(bytes), plain_bytes_max).has_value());
            break;
        }
        default:
            if (const auto certificate = PartyCertificate::from_der(bytes)) {
                must(certificate->der() == bytes || !certificate->der().empty());
            }
            break;
    }
    return 0;
}
