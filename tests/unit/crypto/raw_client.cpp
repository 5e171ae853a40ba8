// See raw_client.hpp.
#include "tests/unit/crypto/raw_client.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

namespace budstikke::crypto::test {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

void check(bool done, const char* what) {
    if (!done) throw std::runtime_error(what);
}

// A certificate with a comment of `comment` bytes that signs itself and means nothing.
Certificate make_padding(std::size_t comment) {
    const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    Certificate padding(X509_new(), X509_free);
    X509_set_version(padding.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(padding.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(padding.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(padding.get()), 3600);
    X509_set_pubkey(padding.get(), key.get());
    const std::string text(comment, 'x');
    X509_EXTENSION* extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_netscape_comment, text.c_str());
    X509_add_ext(padding.get(), extension, -1);
    X509_EXTENSION_free(extension);
    // Not signed with ECDSA, whose signatures differ in length.
    const Key stable(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
    check(X509_sign(padding.get(), stable.get(), nullptr) > 0, "padding");
    return padding;
}

// A certificate of exactly this many bytes.
Certificate padding_of(std::size_t bytes) {
    constexpr std::size_t guess = 400;
    const Certificate first = make_padding(bytes - guess);
    const auto size = static_cast<std::size_t>(i2d_X509(first.get(), nullptr));
    Certificate padding = make_padding(bytes - guess + bytes - size);
    check(static_cast<std::size_t>(i2d_X509(padding.get(), nullptr)) == bytes, "padding size");
    return padding;
}

void note_alert(const SSL* ssl, int where, int value) {
    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_FATAL) {
        *static_cast<int*>(SSL_get_app_data(ssl)) = value & 0xff;
    }
}

Context make_context(const RawClientOptions& options) {
    Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX* ctx = context.get();
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_info_callback(ctx, note_alert);
    SSL_CTX_set_min_proto_version(ctx, options.version_min);
    SSL_CTX_set_max_proto_version(ctx, options.version_max);
    if (!options.ciphers_tls_1_2.empty()) {
        check(SSL_CTX_set_cipher_list(ctx, options.ciphers_tls_1_2.c_str()) == 1, "ciphers");
    }
    if (!options.certificate.empty()) {
        check(SSL_CTX_use_certificate_chain_file(ctx, options.certificate.c_str()) == 1, "chain");
        check(SSL_CTX_use_PrivateKey_file(ctx, options.key.c_str(), SSL_FILETYPE_PEM) == 1, "key");
    }
    if (options.padding_bytes > 0) {
        check(
            SSL_CTX_add1_chain_cert(ctx, padding_of(options.padding_bytes).get()) == 1, "padding"
        );
    }
    std::string wire;
    for (const std::string& name : options.alpn) {
        wire += static_cast<char>(name.size()) + name;
    }
    if (!wire.empty()) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(wire.data());
        check(SSL_CTX_set_alpn_protos(ctx, bytes, static_cast<unsigned>(wire.size())) == 0, "alpn");
    }
    return context;
}

}  // namespace

struct RawClient::Inside {
    Context context;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl;
    int alert = -1;
    bool established = false;
    bool closed = false;
};

RawClient::RawClient(const RawClientOptions& options, int socket)
    : inside_(new Inside{make_context(options), {nullptr, SSL_free}}) {
    inside_->ssl.reset(SSL_new(inside_->context.get()));
    SSL_set_app_data(inside_->ssl.get(), &inside_->alert);
    SSL_set_fd(inside_->ssl.get(), socket);
    SSL_set_connect_state(inside_->ssl.get());
}

RawClient::~RawClient() = default;

bool RawClient::step() {
    SSL* ssl = inside_->ssl.get();
    ERR_clear_error();
    int result = 0;
    if (!inside_->established) {
        result = SSL_do_handshake(ssl);
        if (result == 1) inside_->established = true;
    } else {
        char byte = 0;
        result = SSL_read(ssl, &byte, 1);
    }
    if (result > 0) return false;
    const int error = SSL_get_error(ssl, result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
    inside_->closed = true;
    return true;
}

std::string RawClient::key_updates(int count) {
    SSL* ssl = inside_->ssl.get();
    BIO* const memory = BIO_new(BIO_s_mem());
    check(memory != nullptr, "memory");
    SSL_set0_wbio(ssl, memory);
    for (int i = 0; i < count; ++i) {
        check(SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1, "key update");
        check(SSL_do_handshake(ssl) == 1, "key update record");
    }
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

bool RawClient::established() const {
    return inside_->established;
}
int RawClient::alert() const {
    return inside_->alert;
}
bool RawClient::closed() const {
    return inside_->closed;
}

SocketPair::SocketPair() {
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_) == 0, "pair");
}

SocketPair::~SocketPair() {
    close_client();
    close_server();
}

void SocketPair::close_client() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
}

void SocketPair::close_server() {
    if (ends_[0] >= 0) ::close(std::exchange(ends_[0], -1));
}

std::size_t certificate_message_bytes(
    const std::filesystem::path& chain, std::size_t padding_bytes
) {
    // RFC 8446, 4.4.2: an empty context, a list length, and per certificate its length and that of
    // its (no) extensions.
    constexpr std::size_t head = 1 + 3;
    constexpr std::size_t around_each = 3 + 2;
    std::size_t bytes = head;
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> file(
        BIO_new_file(chain.c_str(), "r"), BIO_free_all
    );
    while (X509* read = PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)) {
        const Certificate certificate(read, X509_free);
        bytes += around_each + static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr));
    }
    ERR_clear_error();
    return bytes + around_each + padding_bytes;
}

}  // namespace budstikke::crypto::test
