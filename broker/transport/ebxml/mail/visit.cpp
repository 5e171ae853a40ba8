// The transfers of visit.hpp.
#include "broker/transport/ebxml/mail/visit.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include "broker/base/limits.hpp"

namespace budstikke::ebxml {

namespace {

/// How long a connection may wait for the Receiver between two transfers; RFC 1939 gives clients
/// ten minutes.
constexpr long patience_s = 540;

std::size_t authority_end(const std::string& url) {
    const std::size_t scheme = url.find("://");
    const std::size_t slash =
        scheme == std::string::npos ? std::string::npos : url.find('/', scheme + 3);
    return slash == std::string::npos ? url.size() : slash;
}

}  // namespace

std::string server_of(const std::string& url) {
    return url.substr(0, authority_end(url));
}

std::string path_of(const std::string& url) {
    return url.substr(authority_end(url));
}

std::unique_ptr<MailAccess> visit(const AccessOptions& options) {
    return options.url.starts_with("imaps://") ? visit_by_imap(options) : visit_by_pop3(options);
}

int Visit::open_socket(void* gate, int purpose, void* address) {
    static_cast<void>(purpose);
    const auto& wanted = *static_cast<const curl_sockaddr*>(address);
    if (static_cast<const Gate*>(gate)->closed) {
        return CURL_SOCKET_BAD;
    }
    return ::socket(wanted.family, wanted.socktype | SOCK_CLOEXEC, wanted.protocol);
}

std::expected<std::string, CarrierFault> Visit::ask(
    const std::string& path, const std::string& command, bool has_body, std::size_t bytes_max
) {
    return transfer(path, command, has_body, bytes_max, options_.transfer_time_max);
}

// As a transfer of its own: what libcurl says by itself when it closes a connection it waits for
// two minutes, whatever shall stop.
Visit::~Visit() {
    if (in_order_ && !options_.stop.stop_requested()) {
        const bool by_imap = options_.url.starts_with("imaps://");
        // Whatever comes of it, the visit is over, and what was not removed comes again.
        static_cast<void>(transfer(
            "/", by_imap ? "LOGOUT" : "QUIT", false, limits::mime_bytes_max,
            limits::closing_time_max
        ));
    }
    easy_.wait_for_no_goodbye();
}

std::expected<std::string, CarrierFault> Visit::transfer(
    const std::string& path, const std::string& command, bool has_body, std::size_t bytes_max,
    Duration time_max
) {
    in_order_ = false;
    Collected collected{.bytes_max = bytes_max};
    easy_.prepare(server_of(options_.url) + path, "pop3s,imaps", options_.tls);
    if (const auto set = log_in_with(options_.account, easy_); !set) {
        return std::unexpected(CarrierFault::refused_for_now);
    }
    if (CURL* curl = easy_.get(); curl != nullptr) {
        const auto opener = [](void* gate, curlsocktype purpose, curl_sockaddr* address) {
            return open_socket(gate, purpose, address);
        };
        curl_easy_setopt(
            curl, CURLOPT_OPENSOCKETFUNCTION, static_cast<curl_opensocket_callback>(opener)
        );
        curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &gate_);
        curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, patience_s);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Collected::write);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &collected);
        if (!command.empty()) {
            curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, command.c_str());
        }
        curl_easy_setopt(curl, CURLOPT_NOBODY, has_body ? 0L : 1L);
    }
    const int code = easy_.perform(time_max);
    const CarrierFault fault =
        code == CURLE_LOGIN_DENIED ? CarrierFault::refused : fault_of(code, easy_.message());
    // What is still said on this connection comes here; it must not reach what is gone by then.
    easy_.prepare(server_of(options_.url), "pop3s,imaps", options_.tls);
    gate_.closed = true;
    in_order_ = code == CURLE_OK;
    if (collected.too_large) {
        return std::unexpected(CarrierFault::too_large);
    }
    if (code != CURLE_OK) {
        return std::unexpected(fault);
    }
    return std::move(collected.bytes);
}

}  // namespace budstikke::ebxml
