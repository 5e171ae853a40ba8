// See seal.hpp.
#include "broker/crypto/seal.hpp"

#include <climits>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "broker/crypto/openssl_handles.hpp"

namespace budstikke::crypto {
namespace {

struct CipherDelete {
    void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

// OpenSSL 3 looks a cipher up by name, under a lock, each time it is not fetched before.
const EVP_CIPHER* cipher() {
    static const std::unique_ptr<EVP_CIPHER, CipherDelete> fetched(
        EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)
    );
    return fetched.get();
}

// One context a thread: making one costs more than sealing a small piece.
EVP_CIPHER_CTX* thread_context() {
    thread_local const std::unique_ptr<EVP_CIPHER_CTX, CipherDelete> context(EVP_CIPHER_CTX_new());
    return context.get();
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_at(std::string& text, std::size_t at) {
    return reinterpret_cast<unsigned char*>(text.data()) + at;
}

std::unexpected<Error> refused() {
    return fail(Errc::internal, "sealing: " + take_openssl_error());
}

bool fits(std::string_view context, std::string_view bytes) {
    return context.size() <= INT_MAX && bytes.size() <= INT_MAX - seal_tag_bytes;
}

}  // namespace

Result<void> seal(
    const SealKey& key, const SealNonce& nonce, std::string_view context, std::string_view plain,
    std::string& sealed
) {
    EVP_CIPHER_CTX* state = thread_context();
    const EVP_CIPHER* aes = cipher();
    if (state == nullptr || aes == nullptr || !fits(context, plain)) {
        return refused();
    }
    const std::size_t start = sealed.size();
    sealed.resize(start + plain.size() + seal_tag_bytes);
    int count = 0;
    if (EVP_EncryptInit_ex2(state, aes, key.data(), nonce.data(), nullptr) != 1 ||
        EVP_EncryptUpdate(
            state, nullptr, &count, bytes_of(context), static_cast<int>(context.size())
        ) != 1 ||
        EVP_EncryptUpdate(
            state, bytes_at(sealed, start), &count, bytes_of(plain), static_cast<int>(plain.size())
        ) != 1 ||
        EVP_EncryptFinal_ex(state, bytes_at(sealed, start + plain.size()), &count) != 1 ||
        EVP_CIPHER_CTX_ctrl(
            state, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(seal_tag_bytes),
            bytes_at(sealed, start + plain.size())
        ) != 1) {
        sealed.resize(start);
        return refused();
    }
    return {};
}

Result<void> unseal(
    const SealKey& key, const SealNonce& nonce, std::string_view context, std::string_view sealed,
    std::string& plain
) {
    if (sealed.size() < seal_tag_bytes) {
        return fail(Errc::corrupt, "a sealed piece is too short");
    }
    EVP_CIPHER_CTX* state = thread_context();
    const EVP_CIPHER* aes = cipher();
    if (state == nullptr || aes == nullptr || !fits(context, sealed)) {
        return refused();
    }
    const std::string_view body = sealed.substr(0, sealed.size() - seal_tag_bytes);
    std::array<unsigned char, seal_tag_bytes> tag{};
    sealed.copy(reinterpret_cast<char*>(tag.data()), tag.size(), body.size());
    const std::size_t start = plain.size();
    plain.resize(start + body.size());
    int count = 0;
    if (EVP_DecryptInit_ex2(state, aes, key.data(), nonce.data(), nullptr) != 1 ||
        EVP_CIPHER_CTX_ctrl(
            state, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()
        ) != 1 ||
        EVP_DecryptUpdate(
            state, nullptr, &count, bytes_of(context), static_cast<int>(context.size())
        ) != 1 ||
        EVP_DecryptUpdate(
            state, bytes_at(plain, start), &count, bytes_of(body), static_cast<int>(body.size())
        ) != 1) {
        OPENSSL_cleanse(bytes_at(plain, start), body.size());
        plain.resize(start);
        return refused();
    }
    unsigned char rest = 0;
    if (EVP_DecryptFinal_ex(state, &rest, &count) != 1) {
        // What was decrypted before the tag failed is not to be seen by anybody.
        OPENSSL_cleanse(bytes_at(plain, start), body.size());
        plain.resize(start);
        take_openssl_error();
        return fail(Errc::corrupt, "a sealed piece does not verify");
    }
    return {};
}

void wipe(SealKey& key) {
    OPENSSL_cleanse(key.data(), key.size());
}

}  // namespace budstikke::crypto
