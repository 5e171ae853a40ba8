// Encrypting for one recipient, as HIS 1037, 5.5 has it and the sector reads it.
#include <memory>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"
#include "broker/crypto/cms/cms.hpp"

namespace budstikke::crypto::cms {
namespace {

struct FreeCms {
    void operator()(CMS_ContentInfo* message) const { CMS_ContentInfo_free(message); }
};

}  // namespace

Result<std::string> encrypt(std::string_view content, const PartyCertificate& recipient) {
    if (content.size() > limits::cms_bytes_max - limits::cms_overhead_bytes_max) {
        return fail(Errc::limit_exceeded, "more content than one payload may have");
    }
    if (!recipient.may_encrypt() || recipient.rsa_bits() < limits::rsa_bits_min ||
        recipient.rsa_bits() > limits::rsa_bits_max) {
        return fail(Errc::invalid_argument, "not a certificate that one may encrypt for");
    }
    constexpr unsigned flags = CMS_BINARY | CMS_PARTIAL;
    const Handle<BIO> input = input_of(content);
    const std::unique_ptr<CMS_ContentInfo, FreeCms> message(
        CMS_encrypt(nullptr, nullptr, EVP_aes_256_cbc(), flags)
    );
    const bool done = message != nullptr &&
                      CMS_add1_recipient_cert(message.get(), &recipient.handle(), 0) != nullptr &&
                      CMS_final(message.get(), input.get(), nullptr, flags) == 1;
    unsigned char* der = nullptr;
    const int length = done ? i2d_CMS_ContentInfo(message.get(), &der) : -1;
    if (length <= 0) return fail(Errc::internal, take_openssl_error());
    std::string encrypted(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    ERR_clear_error();
    return encrypted;
}

}  // namespace budstikke::crypto::cms
