// The handle of easy.hpp.
#include "broker/transport/ebxml/curl/easy.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include <curl/curl.h>
#include <sys/socket.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/guarded_file.hpp"

namespace budstikke::ebxml {

namespace {

/// As crypto/tls_settings has them: forward secrecy, authenticated encryption.
constexpr const char* ciphers_tls_1_2 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

void initialise_once() {
    // libcurl's own state; it must be there before threads make handles.
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

/// libcurl asks at least once a second, also while it waits; anything but 0 ends the transfer.
int is_stopped(void* stop, curl_off_t down_max, curl_off_t down, curl_off_t up_max, curl_off_t up) {
    static_cast<void>(down_max);
    static_cast<void>(down);
    static_cast<void>(up_max);
    static_cast<void>(up);
    return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

/// The socket of the last transfer, where libcurl keeps it.
void shut(CURL* curl, int how) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (curl != nullptr && curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK &&
        socket != CURL_SOCKET_BAD) {
        ::shutdown(socket, how);
    }
}

}  // namespace

Result<void> check(const TransferTls& tls) {
    if (const auto ca = crypto::read_file(tls.ca_file, limits::certificate_file_bytes_max); !ca) {
        return std::unexpected(ca.error());
    }
    if (!tls.crl_file.empty()) {
        if (const auto lists = crypto::read_file(tls.crl_file, limits::crl_file_bytes_max);
            !lists) {
            return std::unexpected(lists.error());
        }
    }
    if (tls.certificate_file.empty()) {
        return {};
    }
    const auto chain = crypto::read_file(tls.certificate_file, limits::certificate_file_bytes_max);
    if (!chain) {
        return std::unexpected(chain.error());
    }
    auto key = crypto::read_secret_file(tls.key_file, limits::key_file_bytes_max);
    if (!key) {
        return std::unexpected(key.error());
    }
    crypto::wipe(*key);
    return {};
}

void EasyCloser::operator()(void* handle) const {
    if (!waits) {
        shut(handle, SHUT_RD);
    }
    curl_easy_cleanup(handle);
}

Easy::Easy()
    : stop_(std::make_unique<std::stop_token>()),
      message_(std::make_unique<char[]>(CURL_ERROR_SIZE)) {
    initialise_once();
    handle_.reset(curl_easy_init());
}

Easy::~Easy() = default;

// The handle of before goes with its places, which it still uses when it is closed.
Easy& Easy::operator=(Easy&& other) noexcept {
    std::swap(stop_, other.stop_);
    std::swap(message_, other.message_);
    std::swap(handle_, other.handle_);
    return *this;
}

void Easy::prepare(const std::string& url, const char* protocols, const TransferTls& tls) {
    CURL* curl = handle_.get();
    if (curl == nullptr) {
        return;
    }
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    // Set and empty: what the environment says of proxies does not count.
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message_.get());
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &is_stopped);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, stop_.get());
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(curl, CURLOPT_CAINFO, tls.ca_file.c_str());
    if (!tls.crl_file.empty()) {
        curl_easy_setopt(curl, CURLOPT_CRLFILE, tls.crl_file.c_str());
    }
    curl_easy_setopt(
        curl, CURLOPT_SSLVERSION,
        static_cast<long>(tls.allow_tls_1_2 ? CURL_SSLVERSION_TLSv1_2 : CURL_SSLVERSION_TLSv1_3)
    );
    curl_easy_setopt(curl, CURLOPT_SSL_CIPHER_LIST, ciphers_tls_1_2);
    if (!tls.certificate_file.empty()) {
        curl_easy_setopt(curl, CURLOPT_SSLCERT, tls.certificate_file.c_str());
        curl_easy_setopt(curl, CURLOPT_SSLKEY, tls.key_file.c_str());
    }
}

void Easy::stop_with(std::stop_token stop) {
    *stop_ = std::move(stop);
}

void Easy::cut() {
    shut(handle_.get(), SHUT_RDWR);
}

int Easy::perform(Duration time_max) {
    if (!handle_) {
        return CURLE_OUT_OF_MEMORY;
    }
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(time_max).count();
    curl_easy_setopt(handle_.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(ms));
    message_[0] = '\0';
    return curl_easy_perform(handle_.get());
}

std::string_view Easy::message() const {
    return message_.get();
}

long Easy::response_code() const {
    long code = 0;
    if (handle_) {
        curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
    }
    return code;
}

namespace {

/// The other side went in the middle of the handshake, killed perhaps: TLS has nothing to say of
/// it, so libcurl gives what its socket, the call or OpenSSL said of the connection's end.
bool is_cut_handshake(std::string_view message) {
    constexpr std::array<std::string_view, 4> words{
        "Recv failure", "Send failure", "SSL_connect: ", "unexpected eof"
    };
    return std::ranges::any_of(words, [&](std::string_view word) {
        return message.find(word) != std::string_view::npos;
    });
}

}  // namespace

CarrierFault fault_of(int code, std::string_view message) {
    switch (code) {
        case CURLE_SSL_CONNECT_ERROR:
            return is_cut_handshake(message) ? CarrierFault::unreachable : CarrierFault::untrusted;
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CRL_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_SSL_CLIENTCERT:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_USE_SSL_FAILED:
            return CarrierFault::untrusted;
        case CURLE_ABORTED_BY_CALLBACK:
            return CarrierFault::interrupted;
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_URL_MALFORMAT:
            return CarrierFault::not_supported;
        default:
            break;
    }
    // In TLS 1.3 a server says what it thinks of our certificate after the handshake (RFC 8446,
    // 4.4.2.4): libcurl learns it as an error of reading or writing.
    return message.find("alert") == std::string_view::npos ? CarrierFault::unreachable
                                                           : CarrierFault::untrusted;
}

void StringList::Closer::operator()(void* list) const {
    curl_slist_free_all(static_cast<curl_slist*>(list));
}

StringList& StringList::add(const std::string& text) {
    // Appending gives the list's head back, or nothing where there is no memory.
    auto* const longer = curl_slist_append(static_cast<curl_slist*>(list_.get()), text.c_str());
    if (longer == nullptr) {
        throw std::bad_alloc();
    }
    [[maybe_unused]] auto* const same_or_none = list_.release();
    list_.reset(longer);
    return *this;
}

std::size_t Collected::write(char* data, std::size_t size, std::size_t count, void* collected) {
    auto& self = *static_cast<Collected*>(collected);
    const std::size_t bytes = size * count;
    if (bytes > self.bytes_max - self.bytes.size()) {
        self.too_large = true;
        return 0;
    }
    self.bytes.append(data, bytes);
    return bytes;
}

}  // namespace budstikke::ebxml
